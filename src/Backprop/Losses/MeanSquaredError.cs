using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>(1/m) Σ (y − t)². ∇_y = 2(y − t)/m.</summary>
public readonly struct MeanSquaredError : IElementwiseLoss
{
    /// <inheritdoc/>
    public string Name => "mean_squared_error";

    /// <inheritdoc/>
    public OutputMeaning Meaning => OutputMeaning.Mean;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T y, T t) where T : unmanaged, IElement<T> => (y - t) * (y - t);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T y, T t) where T : unmanaged, IElement<T> => T.Create(2) * (y - t);

    [ModuleInitializer]
    internal static void Register() => Loss.Register(Loss.FromElementwise(new MeanSquaredError()));
}
