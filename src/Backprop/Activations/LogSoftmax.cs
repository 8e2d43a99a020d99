using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>x_i = p_i − log Σ e^(p_c). Its D is the Jacobian I − 1 sᵀ, s = eˣ, which is not symmetric: δ_i = g_i − s_i Σ g_c.</summary>
internal sealed unsafe class LogSoftmax : ActivationFunction
{
    public override string Name => "log_softmax";

    public override IReadOnlyList<OperatorStep>? Operators => [new("LogSoftmax")];

    public override (double Least, double Greatest)? Range => (double.NegativeInfinity, 0);

    public override bool IsElementwise => false;

    internal override bool DerivativeNeedsPreActivation => false;

    public override void Value(ReadOnlySpan<double> p, Span<double> x)
    {
        fixed (double* from = p, to = x)
        {
            new Kernel<Lane<double>>().Forward((Lane<double>*)from, (Lane<double>*)to, p.Length);
        }
    }

    public override double Derivative(double p) => throw new InvalidOperationException("log_softmax has a Jacobian, not a derivative of one number");

    public override double[] Jacobian(ReadOnlySpan<double> p)
    {
        int n = p.Length;
        double[] x = new double[n], jacobian = new double[JacobianSize(n)];
        Value(p, x);
        for (int r = 0; r < n; r++)
        {
            for (int c = 0; c < n; c++)
            {
                jacobian[(r * n) + c] = (r == c ? 1 : 0) - Math.Exp(x[c]);
            }
        }

        return jacobian;
    }

    internal override ActivationKernel<TElement> Bind<TElement>() => new Kernel<TElement>();

    [ModuleInitializer]
    internal static void Register() => Register(new LogSoftmax());

    private sealed class Kernel<TElement> : ActivationKernel<TElement> where TElement : unmanaged, IElement<TElement>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public override void Forward(TElement* p, TElement* x, int count)
        {
            TElement max = p[0];
            for (int i = 1; i < count; i++)
            {
                max = TElement.Max(max, p[i]);
            }

            TElement top = TElement.Create(0), rest = top; // e⁰ of the greatest is 1: the logarithm of 1 + the rest
            for (int i = 0; i < count; i++)
            {
                TElement e = TElement.Exp(p[i] - max);
                rest += TElement.Min(e, top);
                top = TElement.Max(top, e);
            }

            TElement logSum = TElement.LogP1(rest + (top - TElement.Create(1))); // top is 1, but for a complex step along one that is as great
            for (int i = 0; i < count; i++)
            {
                x[i] = (p[i] - max) - logSum;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public override void Backward(TElement* p, TElement* x, TElement* g, int count)
        {
            TElement sum = TElement.Create(0);
            for (int i = 0; i < count; i++)
            {
                sum += g[i];
            }

            for (int i = 0; i < count; i++)
            {
                g[i] = g[i] - (TElement.Exp(x[i]) * sum);
            }
        }
    }
}
