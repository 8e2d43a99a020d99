using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>
/// Negative log likelihood of a normal distribution, up to a constant: (1/m_t) Σ ½ (s + (t − μ)² e⁻ˢ). The m = 2·m_t outputs are the
/// means μ, then the log variances s. ∂μ = (μ − t) e⁻ˢ / m_t, ∂s = ½ (1 − (t − μ)² e⁻ˢ) / m_t. Where t = μ
/// the square is 0 at any s; else it is infinite where e^(−s/2) is, below s = −177 in float and −1419 in double.
/// </summary>
public readonly struct GaussianNll : ILoss
{
    /// <summary>|s| up to which e⁻ˢ is well within float.</summary>
    private const double Far = 80;

    /// <inheritdoc/>
    public string Name => "gaussian_nll";

    /// <inheritdoc/>
    public OutputMeaning Meaning => OutputMeaning.MeanAndLogVariance;

    /// <inheritdoc/>
    public int TargetCount(int outputs) => outputs > 0 && outputs % 2 == 0
        ? outputs / 2
        : throw new UsageException($"loss 'gaussian_nll' needs two outputs for each target (mean and log variance), found {outputs} outputs");

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public T Value<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t) where T : unmanaged, IElement<T>
    {
        T sum = T.Create(0);
        int n = y.Length / 2;
        for (int i = 0; i < n; i++)
        {
            (_, T square) = Parts(t[i] - y[i], y[n + i]);
            sum += T.Create(0.5) * (y[n + i] + square);
        }

        return sum / T.Create(n);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Gradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t, Span<T> gradient) where T : unmanaged, IElement<T>
    {
        int n = y.Length / 2;
        T count = T.Create(n);
        for (int i = 0; i < n; i++)
        {
            (T slope, T square) = Parts(t[i] - y[i], y[n + i]);
            gradient[i] = -slope / count;
            gradient[n + i] = T.Create(0.5) * (T.Create(1) - square) / count;
        }
    }

    /// <summary>error · e⁻ˢ and error² e⁻ˢ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (T Slope, T Square) Parts<T>(T error, T s) where T : unmanaged, IElement<T>
    {
        // Far out e⁻ˢ is ∞ or 0 where the products are not: e^(−s/2) twice. It may be rounded twice as much.
        T far = T.Create(Far), size = T.Abs(s);
        T factor = T.Exp(T.IfLess(far, size, T.Create(-0.5) * s, -s)), part = Times(error, factor);
        return (T.IfLess(far, size, Times(part, factor), part), part * T.IfLess(far, size, part, error));
    }

    /// <summary>error · factor, 0 where the error is 0 even if the factor is infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Times<T>(T error, T factor) where T : unmanaged, IElement<T> =>
        T.IfLess(T.Create(0), T.Abs(error), error * factor, error);

    [ModuleInitializer]
    internal static void Register() => Loss.Register(Loss.From(new GaussianNll()));
}
