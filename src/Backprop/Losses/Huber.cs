using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>(1/m) Σ h(y − t), h(r) = ½r² where |r| ≤ δ, else δ(|r| − ½δ). ∇_y = r cut to [−δ, δ], over m.</summary>
/// <param name="delta">δ, 1.0 unless given.</param>
public readonly struct Huber(double delta) : IElementwiseLoss
{
    /// <inheritdoc/>
    public string Name => "huber";

    /// <inheritdoc/>
    public double? Parameter => delta;

    /// <inheritdoc/>
    public string? ParameterName => "delta";

    /// <inheritdoc/>
    public IReadOnlyList<double> Kinks => [-delta, delta];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T y, T t) where T : unmanaged, IElement<T> => T.IfLess(T.Abs(y - t), T.Create(delta), T.Create(0.5) * (y - t) * (y - t), T.Create(delta) * (T.Abs(y - t) - T.Create(0.5 * delta)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T y, T t) where T : unmanaged, IElement<T> => T.Min(T.Max(y - t, T.Create(-delta)), T.Create(delta));

    [ModuleInitializer]
    internal static void Register() => Loss.Register("huber", delta =>
        Loss.FromElementwise(new Huber(Loss.Within("huber", "delta", delta ?? 1.0, 0, double.PositiveInfinity, openLow: true, openHigh: true))));
}
