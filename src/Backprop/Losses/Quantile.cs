using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>(1/m) Σ max(τ(t − y), (τ − 1)(t − y)), the pinball loss. ∇_y = −τ/m below the target, (1 − τ)/m above it.</summary>
/// <param name="tau">τ, 0.5 unless given.</param>
public readonly struct Quantile(double tau) : IElementwiseLoss
{
    /// <inheritdoc/>
    public string Name => "quantile";

    /// <inheritdoc/>
    public double? Parameter => tau;

    /// <inheritdoc/>
    public string? ParameterName => "tau";

    /// <inheritdoc/>
    public OutputMeaning Meaning => OutputMeaning.Quantile;

    /// <inheritdoc/>
    public IReadOnlyList<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T y, T t) where T : unmanaged, IElement<T> => T.Max(T.Create(tau) * (t - y), T.Create(tau - 1) * (t - y));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T y, T t) where T : unmanaged, IElement<T> => T.IfLess(y, t, T.Create(-tau), T.IfLess(t, y, T.Create(1 - tau), T.Create(0) * (y - t)));

    [ModuleInitializer]
    internal static void Register() => Loss.Register("quantile", tau =>
        Loss.FromElementwise(new Quantile(Loss.Within("quantile", "tau", tau ?? 0.5, 0, 1, openLow: true, openHigh: true))));
}
