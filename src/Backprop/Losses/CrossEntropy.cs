using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>
/// −Σ t′ log y, with t′ = (1 − ε) t + ε/m; t is one-hot or any distribution. After softmax it fuses: L = Σ t′ (log Σ e^p − p),
/// δ_N = s·Σt′ − t′. After log_softmax y is a logarithm already: L = −Σ t′ y.
/// </summary>
/// <param name="labelSmoothing">ε, 0 unless given.</param>
internal sealed class CrossEntropy(double labelSmoothing) : Loss
{
    public override string Name => "cross_entropy";

    public override double? Parameter => labelSmoothing;

    public override string? ParameterName => "label_smoothing";

    internal override bool IsPlain => labelSmoothing == 0;

    internal override OutputKernel<TElement> Bind<TElement>(ActivationFunction output) => output switch
    {
        Softmax => new FusedOutput<AfterSoftmax, TElement>(new(labelSmoothing), output),
        LogSoftmax => new ComposedOutput<OfLogarithms, TElement>(new(labelSmoothing), output),
        _ => new ComposedOutput<OfProbabilities, TElement>(new(labelSmoothing), output),
    };

    [ModuleInitializer]
    internal static void Register() => Register("cross_entropy", smoothing =>
        new CrossEntropy(Within("cross_entropy", "label smoothing", smoothing ?? 0, 0, 1, openLow: false, openHigh: true)));

    /// <summary>t′.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Smooth<T>(T t, double smoothing, int outputs) where T : unmanaged, IElement<T> =>
        smoothing == 0 ? t : T.FusedMultiplyAdd(T.Create(1 - smoothing), t, T.Create(smoothing / outputs));

    private readonly struct AfterSoftmax(double smoothing) : IFusedLoss
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public T Value<T>(ReadOnlySpan<T> p, ReadOnlySpan<T> y, ReadOnlySpan<T> t) where T : unmanaged, IElement<T>
        {
            T max = p[0], share = y[0], loss = T.Create(0);
            for (int c = 1; c < p.Length; c++)
            {
                share = T.IfLess(max, p[c], y[c], share); // of the greatest p, even where rounding makes shares equal
                max = T.Max(max, p[c]);
            }

            T log = -T.Log(share); // log Σ e^(p − max): the share of the greatest p is e⁰ over that sum
            for (int c = 0; c < p.Length; c++)
            {
                loss += Smooth(t[c], smoothing, p.Length) * (log - (p[c] - max));
            }

            return loss;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Delta<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t, Span<T> delta) where T : unmanaged, IElement<T>
        {
            T sum = T.Create(0);
            for (int c = 0; c < y.Length; c++)
            {
                sum += Smooth(t[c], smoothing, y.Length);
            }

            for (int c = 0; c < y.Length; c++)
            {
                delta[c] = (y[c] * sum) - Smooth(t[c], smoothing, y.Length);
            }
        }
    }

    private readonly struct OfLogarithms(double smoothing) : ILoss
    {
        public string Name => "cross_entropy";

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public T Value<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t) where T : unmanaged, IElement<T>
        {
            T sum = T.Create(0);
            for (int c = 0; c < y.Length; c++)
            {
                sum += Smooth(t[c], smoothing, y.Length) * y[c];
            }

            return -sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Gradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t, Span<T> gradient) where T : unmanaged, IElement<T>
        {
            for (int c = 0; c < y.Length; c++)
            {
                gradient[c] = -Smooth(t[c], smoothing, y.Length);
            }
        }
    }

    private readonly struct OfProbabilities(double smoothing) : ILoss
    {
        public string Name => "cross_entropy";

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public T Value<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t) where T : unmanaged, IElement<T>
        {
            T sum = T.Create(0);
            for (int c = 0; c < y.Length; c++)
            {
                T weight = Smooth(t[c], smoothing, y.Length);
                sum += T.IfLess(T.Create(0), weight, weight * T.Log(y[c]), T.Create(0)); // 0·log 0 is 0
            }

            return -sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Gradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t, Span<T> gradient) where T : unmanaged, IElement<T>
        {
            for (int c = 0; c < y.Length; c++)
            {
                T weight = Smooth(t[c], smoothing, y.Length);
                gradient[c] = T.IfLess(T.Create(0), weight, -(weight / y[c]), T.Create(0));
            }
        }
    }
}
