using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>The one loop that every activation of a single number runs in.</summary>
internal sealed unsafe class ElementwiseActivation<TActivation>(TActivation activation) : ActivationFunction
    where TActivation : struct, IActivation
{
    private readonly TActivation _activation = activation;

    public override string Name => _activation.Name;

    public override IReadOnlyList<OperatorStep>? Operators => _activation.Operators;

    public override Formula? Formula<T>() => Kernels.Formula.Trace<T>(_activation.Value);

    public override double? Alpha => _activation.Alpha;

    public override (double Least, double Greatest)? Range => _activation.Range;

    public override IReadOnlyList<double> Kinks => _activation.Kinks;

    public override bool IsElementwise => true;

    internal override bool DerivativeNeedsPreActivation => _activation.DerivativeNeedsPreActivation;

    public override void Value(ReadOnlySpan<double> p, Span<double> x)
    {
        for (int i = 0; i < p.Length; i++)
        {
            x[i] = _activation.Value(new Lane<double>(p[i])).Value;
        }
    }

    public override double Derivative(double p)
    {
        var at = new Lane<double>(p);
        return _activation.Derivative(at, _activation.Value(at)).Value;
    }

    public override double[] Jacobian(ReadOnlySpan<double> p)
    {
        double[] jacobian = new double[JacobianSize(p.Length)];
        for (int i = 0; i < p.Length; i++)
        {
            jacobian[(i * p.Length) + i] = Derivative(p[i]);
        }

        return jacobian;
    }

    internal override ActivationKernel<TElement> Bind<TElement>() => new Kernel<TElement>(_activation);

    private protected override bool IsSameFunction(ActivationFunction other) =>
        other is ElementwiseActivation<TActivation> same && EqualityComparer<TActivation>.Default.Equals(_activation, same._activation);

    private sealed class Kernel<TElement>(TActivation activation) : ActivationKernel<TElement> where TElement : unmanaged, IElement<TElement>
    {
        public override bool KeepsZeros { get; } = IsZero(activation, TElement.Create(0), activation.Value(TElement.Create(0))) && IsZero(activation, TElement.Create(0), TElement.Create(1));

        public override void Forward(TElement* p, TElement* x, int count) => Forward(p, x, count, 1, count * ElementAccess.Count<TElement>());

        public override void Backward(TElement* p, TElement* x, TElement* g, int count) => Backward(p, x, g, count, 1, count * ElementAccess.Count<TElement>());

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Forward(TElement* p, TElement* x, nint stride, int rows, int numbers)
        {
            TActivation f = activation;
            int count = ElementAccess.Elements<TElement>(numbers);
            for (int row = 0; row < rows; row++)
            {
                for (int i = 0; i < count; i++)
                {
                    x[i] = f.Value(p[i]);
                }

                p += stride;
                x += stride;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Backward(TElement* p, TElement* x, TElement* g, nint stride, int rows, int numbers)
        {
            TActivation f = activation;
            int count = ElementAccess.Elements<TElement>(numbers);
            for (int row = 0; row < rows; row++)
            {
                for (int i = 0; i < count; i++)
                {
                    g[i] = g[i] * f.Derivative(p[i], x[i]);
                }

                p += stride;
                x += stride;
                g += stride;
            }
        }

        /// <summary>Whether 0 · f′ is 0.</summary>
        private static bool IsZero(TActivation f, TElement p, TElement x)
        {
            TElement product = TElement.Create(0) * f.Derivative(p, x);
            return ElementAccess.Get(&product, 0) == 0;
        }
    }
}
