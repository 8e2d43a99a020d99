using Backprop.Bench.Cases;
using Backprop.Bench.Measuring;
using Backprop.Kernels;
using Backprop.Propagation.Schedules;

namespace Backprop.Bench.Engine;

/// <summary>The three matrix products of a step alone, as the passes call them, on memory laid out as theirs. What follows the kernels when they change is in this file.</summary>
internal abstract unsafe class OurProducts : IDisposable
{
    private readonly WorkerTeam _team;

    protected OurProducts(int threads) => _team = new(threads);

    /// <summary>The threads that share each product.</summary>
    protected int Threads => _team.Count;

    public static OurProducts Create(int batch, int outputs, int inputs, int threads) => VectorPaths.Dispatch(VectorPaths.Current, new Maker(batch, outputs, inputs, threads));

    /// <summary>The products by name.</summary>
    public IEnumerable<Contestant> Contestants()
    {
        yield return new("forward X·Wᵀ", Threads, times => Run(times, Forward));
        yield return new("deltas Δ·W", Threads, times => Run(times, Deltas));
        yield return new("weight gradients Δᵀ·X", Threads, times => Run(times, WeightGradients));
    }

    public void Dispose() => _team.Dispose();

    /// <summary>P [Batch×Out] = X [Batch×In] · Wᵀ, this thread's panels of units.</summary>
    protected abstract void Forward(int thread);

    /// <summary>[Batch×In] = Δ [Batch×Out] · W, this thread's panels of units.</summary>
    protected abstract void Deltas(int thread);

    /// <summary>∂W [Out×In] = Δᵀ · X, this thread's tiles of parameters.</summary>
    protected abstract void WeightGradients(int thread);

    private sealed class Maker(int batch, int outputs, int inputs, int threads) : IVectorVisitor<float, OurProducts>
    {
        public OurProducts Visit<V>() where V : unmanaged, ILanes<V, float> => new OurProducts<V>(batch, outputs, inputs, threads);
    }

    private void Run(int times, Action<int> product)
    {
        for (int n = 0; n < times; n++)
        {
            _team.Run(product);
        }
    }
}

/// <inheritdoc/>
internal sealed unsafe class OurProducts<V>(int batch, int outputs, int inputs, int threads) : OurProducts(threads) where V : unmanaged, ILanes<V, float>
{
    private const int TileInputs = 96;

    private readonly int _inputStride = Layout.RowStride<float>(inputs), _outputStride = Layout.RowStride<float>(outputs);
    private readonly SampleBlocks _blocks = new(batch, threads);
    private readonly AlignedBuffer<float>
        _x = Filled((long)batch * Layout.RowStride<float>(inputs)),
        _deltas = Filled((long)batch * Layout.RowStride<float>(outputs)),
        _weights = Filled(Layout.PanelSize<float>(inputs, outputs)),
        _backwardWeights = Filled(Layout.PanelSize<float>(outputs, inputs)),
        _preActivations = new((long)batch * Layout.RowStride<float>(outputs)),
        _inputDeltas = new((long)batch * Layout.RowStride<float>(inputs)),
        _weightGradients = new(Layout.PanelSize<float>(inputs, outputs));

    protected override void Forward(int thread)
    {
        foreach ((int unit, int block) in Pieces(thread, outputs))
        {
            long first = _blocks.First(block);
            MatrixProduct<float, V>.Run(
                _blocks.Size(block), outputs, unit, EndOf(unit, outputs), inputs, _x.Pointer + (first * _inputStride), _inputStride,
                _weights.Pointer, biased: false, _preActivations.Pointer + (first * _outputStride), _outputStride, new NoTail());
        }
    }

    protected override void Deltas(int thread)
    {
        foreach ((int unit, int block) in Pieces(thread, inputs))
        {
            long first = _blocks.First(block);
            MatrixProduct<float, V>.Run(
                _blocks.Size(block), inputs, unit, EndOf(unit, inputs), outputs, _deltas.Pointer + (first * _outputStride), _outputStride,
                _backwardWeights.Pointer, biased: false, _inputDeltas.Pointer + (first * _inputStride), _inputStride, new NoTail());
        }
    }

    protected override void WeightGradients(int thread)
    {
        for (int input = 0; input < inputs; input += TileInputs)
        {
            foreach (int output in Panels(thread, outputs))
            {
                int width = Layout.WidthAt<float>(output, outputs);
                MatrixProduct<float, V>.Panel<Constants.N0>(
                    Math.Min(TileInputs, inputs - input), width, batch, _x.Pointer + input, 1, _inputStride,
                    _deltas.Pointer + output, _outputStride, null, 0,
                    _weightGradients.Pointer + Layout.PanelIndex<float>(input, output, inputs, outputs), width);
            }
        }
    }

    /// <summary>A thread's panels of units, each with every block of samples: how a step shares a layer that has more weights than activations.</summary>
    private IEnumerable<(int Unit, int Block)> Pieces(int thread, int units)
    {
        foreach (int unit in Panels(thread, units))
        {
            for (int block = 0; block < _blocks.Count; block++)
            {
                yield return (unit, block);
            }
        }
    }

    private IEnumerable<int> Panels(int thread, int units)
    {
        int width = Layout.PanelWidth<float>(), panels = (units + width - 1) / width;
        for (int panel = panels * thread / Threads; panel < panels * (thread + 1) / Threads; panel++)
        {
            yield return panel * width;
        }
    }

    private static int EndOf(int unit, int units) => Math.Min(units, unit + Layout.PanelWidth<float>());

    private static AlignedBuffer<float> Filled(long length)
    {
        var buffer = new AlignedBuffer<float>(length);
        RandomData.Fill(new(1), buffer.Span);
        return buffer;
    }
}
