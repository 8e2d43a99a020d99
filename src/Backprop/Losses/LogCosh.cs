using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>(1/m) Σ log cosh(y − t), as log(1 + (e^|r| − 1)² / (2 e^|r|)), which does not cancel near 0. ∇_y = tanh(y − t)/m.</summary>
public readonly struct LogCosh : IElementwiseLoss
{
    /// <inheritdoc/>
    public string Name => "log_cosh";

    /// <summary>From here on log cosh r is r − log 2 in every precision.</summary>
    private const double Straight = 20;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T y, T t) where T : unmanaged, IElement<T>
    {
        T r = T.Abs(y - t), bent = T.Min(r, T.Create(Straight)), e = T.ExpM1(bent);
        return T.LogP1(T.Create(0.5) * e * (e / (T.Create(1) + e))) + (r - bent);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T y, T t) where T : unmanaged, IElement<T> => T.Tanh(y - t);

    [ModuleInitializer]
    internal static void Register() => Loss.Register(Loss.FromElementwise(new LogCosh()));
}
