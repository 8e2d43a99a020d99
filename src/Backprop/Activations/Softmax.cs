using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>s_i = e^(p_i) / Σ e^(p_c). Its D is the Jacobian diag(s) − s sᵀ, which is symmetric: δ_i = s_i (g_i − Σ g_c s_c).</summary>
internal sealed unsafe class Softmax : ActivationFunction
{
    public override string Name => "softmax";

    public override IReadOnlyList<OperatorStep>? Operators => [new("Softmax")];

    public override (double Least, double Greatest)? Range => (0, 1);

    public override bool IsElementwise => false;

    internal override bool DerivativeNeedsPreActivation => false;

    public override void Value(ReadOnlySpan<double> p, Span<double> x)
    {
        fixed (double* from = p, to = x)
        {
            new Kernel<Lane<double>>().Forward((Lane<double>*)from, (Lane<double>*)to, p.Length);
        }
    }

    public override double Derivative(double p) => throw new InvalidOperationException("softmax has a Jacobian, not a derivative of one number");

    public override double[] Jacobian(ReadOnlySpan<double> p)
    {
        int n = p.Length;
        double[] x = new double[n], jacobian = new double[JacobianSize(n)];
        Value(p, x);
        for (int r = 0; r < n; r++)
        {
            for (int c = 0; c < n; c++)
            {
                jacobian[(r * n) + c] = x[r] * ((r == c ? 1 : 0) - x[c]);
            }
        }

        return jacobian;
    }

    internal override ActivationKernel<TElement> Bind<TElement>() => new Kernel<TElement>();

    [ModuleInitializer]
    internal static void Register() => Register(new Softmax());

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

            TElement sum = TElement.Create(0);
            for (int i = 0; i < count; i++)
            {
                x[i] = TElement.Exp(p[i] - max);
                sum += x[i];
            }

            for (int i = 0; i < count; i++)
            {
                x[i] = x[i] / sum;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public override void Backward(TElement* p, TElement* x, TElement* g, int count)
        {
            TElement sum = TElement.Create(0);
            for (int i = 0; i < count; i++)
            {
                sum = TElement.FusedMultiplyAdd(g[i], x[i], sum);
            }

            for (int i = 0; i < count; i++)
            {
                g[i] = x[i] * (g[i] - sum);
            }
        }
    }
}
