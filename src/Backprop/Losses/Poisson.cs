using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>(1/m) Σ (e^y − t y), y the log rate. ∇_y = (e^y − t)/m. <see cref="PoissonOffset"/> knows how long each row was exposed.</summary>
public readonly struct Poisson : IElementwiseLoss
{
    /// <inheritdoc/>
    public string Name => "poisson";

    /// <inheritdoc/>
    public double? Parameter => 0;

    /// <inheritdoc/>
    public string? ParameterName => "offset";

    /// <inheritdoc/>
    public bool IsPlain => true;

    /// <inheritdoc/>
    public OutputMeaning Meaning => OutputMeaning.LogRate;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T y, T t) where T : unmanaged, IElement<T> => T.FusedMultiplyAdd(-t, y, T.Exp(y));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T y, T t) where T : unmanaged, IElement<T> => T.Exp(y) - t;

    [ModuleInitializer]
    internal static void Register() => Loss.Register("poisson", offset => offset switch
    {
        null or 0 => Loss.FromElementwise(new Poisson()),
        1 => new ComposedLoss<PoissonOffset>(new()),
        var other => throw new UsageException($"loss 'poisson': offset must be 0, or 1 where the last target of a row is one, found {other}"),
    });
}
