using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>(1/m) Σ (e^y − t y), y the log rate. ∇_y = (e^y − t)/m.</summary>
public readonly struct Poisson : IElementwiseLoss
{
    /// <inheritdoc/>
    public string Name => "poisson";

    /// <inheritdoc/>
    public OutputMeaning Meaning => OutputMeaning.LogRate;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T y, T t) where T : unmanaged, IElement<T> => T.FusedMultiplyAdd(-t, y, T.Exp(y));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T y, T t) where T : unmanaged, IElement<T> => T.Exp(y) - t;

    [ModuleInitializer]
    internal static void Register() => Loss.Register(Loss.FromElementwise(new Poisson()));
}
