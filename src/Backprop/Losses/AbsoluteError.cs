using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>(1/m) Σ |y − t|. ∇_y = sign(y − t)/m, 0 at 0.</summary>
public readonly struct AbsoluteError : IElementwiseLoss
{
    /// <inheritdoc/>
    public string Name => "absolute_error";

    /// <inheritdoc/>
    public IReadOnlyList<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T y, T t) where T : unmanaged, IElement<T> => T.Abs(y - t);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T y, T t) where T : unmanaged, IElement<T> => T.Sign(y - t);

    [ModuleInitializer]
    internal static void Register() => Loss.Register(Loss.FromElementwise(new AbsoluteError()));
}
