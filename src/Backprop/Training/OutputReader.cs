using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>P_N of many rows, and y = f_N(p) of one at a time, in double whatever the network is in. Rows read in their order are made some at once, one in each lane.</summary>
/// <param name="network">Says what outputs are.</param>
/// <param name="preActivations">P_N, row-major [Rows×Outputs]; what lies behind the last row is not looked at.</param>
/// <param name="areOutputs">Whether they are y already: the mean of several networks.</param>
public sealed unsafe class OutputReader<T>(NetworkDefinition network, T[] preActivations, bool areOutputs = false) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ActivationKernel<Lane<double>> _activation = network.Layers[^1].Activation.Bind<Lane<double>>();
    private readonly Block _block = VectorPaths.Dispatch(VectorPaths.Current, new Maker(network));
    private int _first = -1;

    /// <summary>What the outputs are of.</summary>
    public NetworkDefinition Network => network;

    /// <summary>Outputs of a row.</summary>
    public int Width { get; } = network.Outputs;

    /// <summary>The same of some of the rows.</summary>
    public OutputReader<T> Select(IEnumerable<int> rows) => new(Network, [.. rows.SelectMany(row => new ArraySegment<T>(preActivations, row * Width, Width))], areOutputs);

    /// <summary>The same rows for another thread.</summary>
    internal OutputReader<T> Again() => new(Network, preActivations, areOutputs);

    /// <summary>p_N of one output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double PreActivation(int row, int output) => double.CreateTruncating(preActivations[(row * Width) + output]);

    /// <summary>y of one output, where the activation is elementwise.</summary>
    public double Output(int row, int output)
    {
        double y = PreActivation(row, output);
        if (areOutputs)
        {
            return y;
        }

        _activation.Forward((Lane<double>*)&y, (Lane<double>*)&y, 1);
        return y;
    }

    /// <summary>y of a row.</summary>
    /// <param name="row">Which.</param>
    /// <param name="y">[Outputs], written.</param>
    /// <returns>Whether p_N and y are finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Read(int row, Span<double> y)
    {
        int lane = row % _block.Rows;
        if (row - lane != _first)
        {
            Fill(row - lane);
        }

        bool isFinite = true;
        double* of = _block.Values.Pointer + lane;
        for (int output = 0; output < y.Length; output++, of += _block.Rows)
        {
            y[output] = *of;
            isFinite &= double.IsFinite(*of) && double.IsFinite(PreActivation(row, output));
        }

        return isFinite;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill(int first)
    {
        int last = (preActivations.Length / Width) - 1;
        for (int lane = 0; lane < _block.Rows; lane++)
        {
            double* to = _block.Values.Pointer + lane;
            for (int output = 0; output < Width; output++, to += _block.Rows)
            {
                *to = PreActivation(Math.Min(first + lane, last), output);
            }
        }

        if (!areOutputs)
        {
            _block.Forward();
        }

        _first = first;
    }

    /// <summary>Some rows at once, [output][lane].</summary>
    private abstract class Block(int rows, int width)
    {
        public int Rows => rows;

        public AlignedBuffer<double> Values { get; } = new((long)rows * width);

        /// <summary>p becomes f_N(p).</summary>
        public abstract void Forward();
    }

    private sealed class Block<V>(NetworkDefinition network) : Block(V.Count, network.Outputs) where V : unmanaged, ILanes<V, double>
    {
        private readonly ActivationKernel<V> _activation = network.Layers[^1].Activation.Bind<V>();

        public override void Forward() => _activation.Forward((V*)Values.Pointer, (V*)Values.Pointer, Values.Length / V.Count);
    }

    private sealed class Maker(NetworkDefinition network) : IVectorVisitor<double, Block>
    {
        public Block Visit<V>() where V : unmanaged, ILanes<V, double> => new Block<V>(network);
    }
}
