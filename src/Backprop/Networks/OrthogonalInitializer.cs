using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Networks;

/// <summary>Orthonormal rows (or columns, where there are more rows): Gram and Schmidt, twice, on normal numbers (Saxe et al. 2013).</summary>
internal sealed class OrthogonalInitializer() : Initializer("orthogonal")
{
    protected internal override void Fill(int inputs, int outputs, CounterRandom ofWeights, CounterRandom ofBiases, Span<double> weights, Span<double> biases)
    {
        int count = Math.Min(inputs, outputs), length = Math.Max(inputs, outputs);
        double[][] vectors = new double[count][];
        for (int v = 0; v < count; v++)
        {
            vectors[v] = new double[length];
            for (int k = 0; k < length; k++)
            {
                vectors[v][k] = ofWeights.Normal(((ulong)v * (ulong)length) + (ulong)k);
            }

            for (int pass = 0; pass < 2; pass++)
            {
                for (int earlier = 0; earlier < v; earlier++)
                {
                    AddScaled(vectors[v], vectors[earlier], -Dot(vectors[v], vectors[earlier]));
                }
            }

            double norm = Math.Sqrt(Dot(vectors[v], vectors[v]));
            for (int k = 0; k < length; k++)
            {
                vectors[v][k] /= norm;
            }
        }

        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                weights[(o * inputs) + i] = outputs <= inputs ? vectors[o][i] : vectors[i][o];
            }
        }
    }

    [ModuleInitializer]
    internal static void Register() => Register(new OrthogonalInitializer());

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int k = 0; k < a.Length; k++)
        {
            sum = Math.FusedMultiplyAdd(a[k], b[k], sum);
        }

        return sum;
    }

    private static void AddScaled(double[] a, double[] b, double factor)
    {
        for (int k = 0; k < a.Length; k++)
        {
            a[k] = Math.FusedMultiplyAdd(factor, b[k], a[k]);
        }
    }
}
