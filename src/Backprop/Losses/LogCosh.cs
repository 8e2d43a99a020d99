using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>(1/m) Σ log cosh(y − t), as |r| + log(1 + e^(−2|r|)) − log 2. ∇_y = tanh(y − t)/m.</summary>
public readonly struct LogCosh : IElementwiseLoss
{
    /// <inheritdoc/>
    public string Name => "log_cosh";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T y, T t) where T : unmanaged, IElement<T> => T.Abs(y - t) + T.Softplus(T.Create(-2) * T.Abs(y - t)) - T.Create(0.69314718055994531);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T y, T t) where T : unmanaged, IElement<T> => T.Tanh(y - t);

    [ModuleInitializer]
    internal static void Register() => Loss.Register(Loss.FromElementwise(new LogCosh()));
}
