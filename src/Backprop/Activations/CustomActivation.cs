using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f and f′ given as functions of the user's own; lane by lane, in double.</summary>
internal sealed unsafe class CustomActivation(string name, Func<double, double> value, Func<double, double> derivative, IReadOnlyList<double> kinks) : ActivationFunction
{
    private readonly Func<double, double> _value = value, _derivative = derivative;

    public override string Name => name;

    public override IReadOnlyList<double> Kinks => kinks;

    public override bool IsElementwise => true;

    public override bool IsAnalytic => false; // not computable on complex numbers

    internal override bool DerivativeNeedsPreActivation => true;

    public override void Value(ReadOnlySpan<double> p, Span<double> x)
    {
        for (int i = 0; i < p.Length; i++)
        {
            x[i] = _value(p[i]);
        }
    }

    public override double Derivative(double p) => _derivative(p);

    public override double[] Jacobian(ReadOnlySpan<double> p)
    {
        double[] jacobian = new double[JacobianSize(p.Length)];
        for (int i = 0; i < p.Length; i++)
        {
            jacobian[(i * p.Length) + i] = _derivative(p[i]);
        }

        return jacobian;
    }

    private protected override bool IsSameFunction(ActivationFunction other) => other is CustomActivation same && _value == same._value && _derivative == same._derivative;

    internal override ActivationKernel<TElement> Bind<TElement>() => new Kernel<TElement>(_value, _derivative);

    private sealed class Kernel<TElement>(Func<double, double> value, Func<double, double> derivative) : ActivationKernel<TElement> where TElement : unmanaged, IElement<TElement>
    {
        private static readonly int s_lanes = ElementAccess.Count<TElement>();

        public override void Forward(TElement* p, TElement* x, int count) => Forward(p, x, count, 1, count * s_lanes);

        public override void Backward(TElement* p, TElement* x, TElement* g, int count) => Backward(p, x, g, count, 1, count * s_lanes);

        /// <summary>f is asked for numbers that there are: in lanes beyond them it need not be defined.</summary>
        public override void Forward(TElement* p, TElement* x, nint stride, int rows, int numbers)
        {
            for (int row = 0; row < rows; row++, p += stride, x += stride)
            {
                for (int n = 0; n < numbers; n++)
                {
                    ElementAccess.Set(x, n, value(ElementAccess.Get(p, n)));
                }
            }
        }

        /// <inheritdoc cref="Forward(TElement*, TElement*, nint, int, int)"/>
        public override void Backward(TElement* p, TElement* x, TElement* g, nint stride, int rows, int numbers)
        {
            for (int row = 0; row < rows; row++, p += stride, g += stride)
            {
                for (int n = 0; n < numbers; n++)
                {
                    // the product in the precision of g, as on lanes
                    TElement slope = TElement.Create(derivative(ElementAccess.Get(p, n))), at = TElement.Create(ElementAccess.Get(g, n));
                    at = at * slope;
                    ElementAccess.Set(g, n, ElementAccess.Get(&at, 0));
                }
            }
        }
    }
}
