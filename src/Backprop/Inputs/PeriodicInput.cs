using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Stages;

namespace Backprop.Inputs;

/// <summary>The periodic embedding of each number v: e = A cos(2π(ω v + φ)) + a. ∂e/∂ω_q = −2π v sin(2π(ω_q v + φ_q)) A[:,q]; ∂e/∂φ_q is the same without v.</summary>
internal sealed class PeriodicInput(int numbers, PeriodicEmbedding embedding) : InputPart
{
    private readonly int _frequencies = embedding.Frequencies, _size = embedding.Size;

    public override int Width => numbers * _size;

    public override long ParameterCount => numbers * ((2L * _frequencies) + ((_frequencies + 1L) * _size));

    /// <summary>A and a of all numbers lie in one part of θ, [F·(Q + 1)×S]: behind the rows of a number's frequencies comes its a.</summary>
    public override void AddParameters<T>(NetworkBuilder<T> network)
    {
        int q = _frequencies, s = _size;
        network.AddBlock(0, "periodic.frequency", "frequency", [numbers, q], network.AddPanels(0, numbers, q));
        network.AddBlock(0, "periodic.phase", "phase", [numbers, q], network.AddPanels(0, numbers, q));
        ParameterPanels panels = network.AddPanels(0, numbers * (q + 1), s);
        network.AddBlock(0, "periodic.weight", "periodic", [numbers, s, q], panels, n => ((n / (s * q) * (q + 1)) + (n % q), n / q % s));
        network.AddBlock(0, "periodic.bias", "periodic_bias", [numbers, s], panels, n => ((n / s * (q + 1)) + q, n % s));
    }

    /// <summary>ω ~ N(0, σ²), φ uniform over a period, A and a uniform within ±1/√Q.</summary>
    public override void Initialize<T>(Network<T> network, CounterRandom random)
    {
        double bound = 1 / Math.Sqrt(_frequencies);
        Draw("frequency", 1, n => embedding.Sigma * random.Normal(n));
        Draw("phase", 2, n => random.Uniform(n) - 0.5);
        Draw("weight", 3, n => bound * ((2 * random.Uniform(n)) - 1));
        Draw("bias", 4, n => bound * ((2 * random.Uniform(n)) - 1));

        void Draw(string name, ulong stream, Func<ulong, double> draw)
        {
            ParameterBlock<T> block = network.Blocks.Single(block => block.Name == $"input.periodic.{name}");
            block.Set([.. Enumerable.Range(0, block.Length).Select(n => T.CreateTruncating(draw((stream << 40) + (ulong)n)))]);
        }
    }

    public override InputStage<T, V> Plan<T, V>(InputPlace<T> place) => new PeriodicStage<T, V>(place, numbers, embedding);

    public override void Forward<TElement>(ReadOnlySpan<TElement> row, TElement[][] tensors, Span<TElement> x)
    {
        for (int f = 0; f < numbers; f++)
        {
            for (int s = 0; s < _size; s++)
            {
                TElement sum = tensors[3][(f * _size) + s];
                for (int q = 0; q < _frequencies; q++)
                {
                    TElement wave = TElement.Cos(Angle(tensors[0][(f * _frequencies) + q], tensors[1][(f * _frequencies) + q], row[f]));
                    sum = TElement.FusedMultiplyAdd(tensors[2][(((f * _size) + s) * _frequencies) + q], wave, sum);
                }

                x[(f * _size) + s] = sum;
            }
        }
    }

    public override double[] Tangent(int tensor, int index, ReadOnlySpan<double> row, double[][] tensors)
    {
        double[] tangent = new double[Width];
        if (tensor == 3)
        {
            tangent[index] = 1;
            return tangent;
        }

        int f = tensor == 2 ? index / (_size * _frequencies) : index / _frequencies, q = index % _frequencies;
        double angle = Angle(new Lane<double>(tensors[0][(f * _frequencies) + q]), new(tensors[1][(f * _frequencies) + q]), new(row[f])).Value;
        if (tensor == 2)
        {
            tangent[(f * _size) + (index / _frequencies % _size)] = Math.Cos(angle);
            return tangent;
        }

        double slope = -2 * Math.PI * Math.Sin(angle) * (tensor == 0 ? row[f] : 1);
        for (int s = 0; s < _size; s++)
        {
            tangent[(f * _size) + s] = slope * tensors[2][(((f * _size) + s) * _frequencies) + q];
        }

        return tangent;
    }

    /// <summary>2π(ω v + φ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TElement Angle<TElement>(TElement frequency, TElement phase, TElement v) where TElement : unmanaged, IElement<TElement> =>
        TElement.Create(2 * Math.PI) * TElement.FusedMultiplyAdd(frequency, v, phase);
}
