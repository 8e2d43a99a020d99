using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>−(1/m) Σ [t log y + (1 − t) log(1 − y)]. After sigmoid it fuses: L = (1/m) Σ (softplus(p) − t p), δ_N = (y − t)/m.</summary>
internal sealed class BinaryCrossEntropy : Loss
{
    public override string Name => "binary_cross_entropy";

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
            -(Term(t, T.Log(y)) + Term(T.Create(1) - t, T.Log(T.Create(1) - y)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Derivative<T>(T y, T t) where T : unmanaged, IElement<T> =>
            Term(T.Create(1) - t, T.Create(1) / (T.Create(1) - y)) - Term(t, T.Create(1) / y);

        /// <summary>weight · value, 0 where the weight is 0 even if the value is infinite.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static T Term<T>(T weight, T value) where T : unmanaged, IElement<T> =>
            T.IfLess(T.Create(0), weight, weight * value, T.IfLess(weight, T.Create(0), weight * value, T.Create(0)));
    }

    private readonly struct AfterSigmoid : IFusedLoss
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public T Value<T>(ReadOnlySpan<T> p, ReadOnlySpan<T> y, ReadOnlySpan<T> t) where T : unmanaged, IElement<T>
        {
            T sum = T.Create(0);
            for (int i = 0; i < p.Length; i++)
            {
                sum += T.Softplus(p[i]) - (t[i] * p[i]);
            }

            return sum / T.Create(p.Length);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Delta<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t, Span<T> delta) where T : unmanaged, IElement<T>
        {
            T count = T.Create(y.Length);
            for (int i = 0; i < y.Length; i++)
            {
                delta[i] = (y[i] - t[i]) / count;
            }
        }
    }
}
