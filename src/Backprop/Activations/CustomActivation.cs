using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f and f′ given as functions of the user's own; lane by lane, in double.</summary>
internal sealed unsafe class CustomActivation(string name, Func<double, double> value, Func<double, double> derivative, IReadOnlyList<double> kinks) : ActivationFunction
{
    public override string Name => name;

    public override IReadOnlyList<double> Kinks => kinks;

    public override bool IsElementwise => true;

    public override bool IsAnalytic => false; // not computable on complex numbers

    internal override bool DerivativeNeedsPreActivation => true;

    public override void Value(ReadOnlySpan<double> p, Span<double> x)
    {
        for (int i = 0; i < p.Length; i++)
        {
            x[i] = value(p[i]);
        }
    }

    public override double Derivative(double p) => derivative(p);

    public override double[] Jacobian(ReadOnlySpan<double> p)
    {
        double[] jacobian = new double[p.Length * p.Length];
        for (int i = 0; i < p.Length; i++)
        {
            jacobian[(i * p.Length) + i] = derivative(p[i]);
        }

        return jacobian;
    }

    internal override ActivationKernel<TElement> Bind<TElement>() => new Kernel<TElement>(value, derivative);

    private sealed class Kernel<TElement>(Func<double, double> value, Func<double, double> derivative) : ActivationKernel<TElement> where TElement : unmanaged, IElement<TElement>
    {
        public override void Forward(TElement* p, TElement* x, int count)
        {
            for (int i = 0; i < count; i++)
            {
                x[i] = ElementAccess.Map(p[i], value);
            }
        }

        public override void Backward(TElement* p, TElement* x, TElement* g, int count)
        {
            for (int i = 0; i < count; i++)
            {
                g[i] = g[i] * ElementAccess.Map(p[i], derivative);
            }
        }
    }
}
