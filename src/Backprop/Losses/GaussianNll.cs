using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>
/// Negative log likelihood of a normal distribution, up to a constant: (1/m_t) Σ ½ (s + (t − μ)² e⁻ˢ). The m = 2·m_t outputs are the
/// means μ, then the log variances s. ∂μ = (μ − t) e⁻ˢ / m_t, ∂s = ½ (1 − (t − μ)² e⁻ˢ) / m_t.
/// </summary>
public readonly struct GaussianNll : ILoss
{
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
            T error = t[i] - y[i];
            sum += T.Create(0.5) * (y[n + i] + (error * error * T.Exp(-y[n + i])));
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
            T error = t[i] - y[i], precision = T.Exp(-y[n + i]);
            gradient[i] = -(error * precision) / count;
            gradient[n + i] = T.Create(0.5) * (T.Create(1) - (error * error * precision)) / count;
        }
    }

    [ModuleInitializer]
    internal static void Register() => Loss.Register(Loss.From(new GaussianNll()));
}
