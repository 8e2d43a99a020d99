using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>
/// −(1/m) Σ [t log y + (1 − t) log(1 − y)]; 0·log 0 is 0. After sigmoid it fuses: L = (1/m) Σ (softplus(p) − t p), δ_N = (y − t)/m, with
/// softplus(p) − t p as softplus(−|p|) + (max(p, 0) − t p) and 1 − y as y e⁻ᵖ: a sure row has a small loss and a small δ, not 0.
/// </summary>
internal sealed class BinaryCrossEntropy : Loss
{
    public override string Name => "binary_cross_entropy";

    public override OutputMeaning Meaning => OutputMeaning.Probability;

    internal override OutputKernel<TElement> Bind<TElement>(ActivationFunction output) => output is ElementwiseActivation<Sigmoid>
        ? new FusedOutput<AfterSigmoid, TElement>(default, output)
        : new ComposedOutput<ElementwiseLoss<Plain>, TElement>(new(default), output);

    [ModuleInitializer]
    internal static void Register() => Register(new BinaryCrossEntropy());

    private readonly struct Plain : IElementwiseLoss
    {
        public string Name => "binary_cross_entropy";

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T y, T t) where T : unmanaged, IElement<T> =>
            -(Term(t, T.Log(y)) + Term(T.Create(1) - t, T.LogP1(-y)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Derivative<T>(T y, T t) where T : unmanaged, IElement<T>
        {
            // (y − t) / (y (1 − y)), for the difference of two quotients cancels; where y is 0 or 1 only the quotient that t leaves
            T zero = T.Create(0), one = T.Create(1), rest = one - y, weight = one - t;
            T numerator = T.IfLess(zero, T.Abs(t), T.IfLess(zero, T.Abs(weight), y - t, -one), one + t);
            return numerator / T.IfLess(zero, T.Abs(t), T.IfLess(zero, T.Abs(weight), y * rest, y), rest);
        }

        /// <summary>weight · value, 0 where the weight is 0 even if the value is infinite.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static T Term<T>(T weight, T value) where T : unmanaged, IElement<T> =>
            T.IfLess(T.Create(0), T.Abs(weight), weight * value, weight);
    }

    private readonly struct AfterSigmoid : IFusedLoss
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public T Value<T>(ReadOnlySpan<T> p, ReadOnlySpan<T> y, ReadOnlySpan<T> t) where T : unmanaged, IElement<T>
        {
            T zero = T.Create(0), sum = zero;
            for (int i = 0; i < p.Length; i++)
            {
                sum += T.Softplus(-T.Abs(p[i])) + T.FusedMultiplyAdd(-t[i], p[i], T.Max(p[i], zero));
            }

            return sum / T.Create(p.Length);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Delta<T>(ReadOnlySpan<T> p, ReadOnlySpan<T> y, ReadOnlySpan<T> t, Span<T> delta) where T : unmanaged, IElement<T>
        {
            T zero = T.Create(0), one = T.Create(1), share = T.Create(1.0 / y.Length);
            for (int i = 0; i < y.Length; i++)
            {
                delta[i] = share * T.IfLess(zero, p[i], (one - t[i]) - (y[i] * T.Exp(-p[i])), y[i] - t[i]);
            }
        }
    }
}
