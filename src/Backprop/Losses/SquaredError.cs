using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>½ Σ (y − t)², the note's E. ∇_y = y − t.</summary>
public readonly struct SquaredError : IElementwiseLoss
{
    /// <inheritdoc/>
    public string Name => "squared_error";

    /// <inheritdoc/>
    public OutputMeaning Meaning => OutputMeaning.Mean;

    /// <inheritdoc/>
    public bool IsMeanOverOutputs => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T y, T t) where T : unmanaged, IElement<T> => T.Create(0.5) * (y - t) * (y - t);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T y, T t) where T : unmanaged, IElement<T> => y - t;

    [ModuleInitializer]
    internal static void Register() => Loss.Register(Loss.FromElementwise(new SquaredError()));
}
