using System.Numerics;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>
/// The forward pass of one call at a time. Many rows are shared out in blocks; of few rows each thread takes some units of every large
/// layer, so that its part of the weights stays in its cache.
/// </summary>
internal sealed unsafe class PredictionPass<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The rows of a thread at a time.</summary>
    private const int BlockRows = 96;

    /// <summary>So few rows are not shared out, but the units of a layer.</summary>
    private const int FewRows = 8;

    /// <summary>Multiplications below which several threads cost more than they bring.</summary>
    private const long WorthThreads = 20_000;

    private readonly Network<T> _network;
    private readonly Propagator<T> _propagator;
    private readonly WorkerTeam _team;
    private readonly Action<int> _blockPhase, _layerPhase;

    private bool _preActivations;
    private Dataset<T>? _data; // what is evaluated; null: what is predicted is at _features
    private T* _features, _outputs;
    private RowPermutation _order;
    private double _weights;
    private int _start, _rows;
    private SampleBlocks _blocks;
    private DenseLayer<T> _layer;

    public PredictionPass(Network<T> network, int threads)
    {
        _network = network;
        _propagator = Propagator<T>.Create(network, new(network.Definition, BlockRows * threads, backward: false), threads, narrowSamples: 0, VectorPaths.Current);
        _layer = network.Layers[0];
        (_blockPhase, _layerPhase) = (BlockPhase, LayerPhase);
        _team = new(threads); // last: threads that have begun want to be ended
    }

    /// <summary>y of rows of features, or p_N.</summary>
    public void Predict(ReadOnlySpan<T> features, Span<T> outputs, int rows, bool preActivations)
    {
        _preActivations = preActivations;
        fixed (T* from = features, to = outputs)
        {
            _data = null;
            _features = from;
            _outputs = to;
            if (rows <= FewRows)
            {
                RunLayers(rows);
                return;
            }

            for (_start = 0; _start < rows; _start += _rows)
            {
                RunBlocks(Math.Min(rows - _start, BlockRows * _team.Count));
            }
        }
    }

    /// <summary>The mean loss over data, and y of every row, or p_N.</summary>
    public double Evaluate(Dataset<T> data, Span<T> outputs, bool preActivations)
    {
        _preActivations = preActivations;
        _order = RowPermutation.FileOrder(data.Rows);
        _weights = BatchScales.Sum(data, _order, 0, data.Rows);
        double loss = 0;
        fixed (T* to = outputs)
        {
            _data = data;
            _outputs = to;
            for (_start = 0; _start < data.Rows; _start += _rows)
            {
                RunBlocks(Math.Min(data.Rows - _start, BlockRows * _team.Count));
                loss = _propagator.AddLosses(loss, _rows);
            }
        }

        return loss;
    }

    public void Dispose() => _team.Dispose();

    private bool IsWorthThreads(long multiplications) => _team.Count > 1 && multiplications >= WorthThreads;

    /// <summary>Some rows, no more than there are buffers for, whole blocks for each thread.</summary>
    private void RunBlocks(int rows)
    {
        _rows = rows;
        bool shared = IsWorthThreads((long)rows * _network.Definition.ParameterCount);
        _blocks = new(rows, shared ? _team.Count : 1);
        if (shared)
        {
            _team.Run(_blockPhase);
        }
        else
        {
            for (int block = 0; block < _blocks.Count; block++)
            {
                Run(0, block);
            }
        }
    }

    /// <summary>Where blocks are shared out there is one for each thread.</summary>
    private void BlockPhase(int thread)
    {
        if (thread < _blocks.Count)
        {
            Run(thread, thread);
        }
    }

    private void Run(int thread, int block)
    {
        int first = _blocks.First(block), count = _blocks.Size(block);
        if (_data is null)
        {
            CopyIn(first, count);
            _propagator.Forward(first, count, dropout: null);
            if (!_preActivations)
            {
                _propagator.Predict(thread, first, count);
            }
        }
        else
        {
            _propagator.Gather(_data, _order, _start, first, count);
            BatchScales.Write(_data, _order, _start, first, count, _weights, _propagator.Workspace.Scales);
            _propagator.Forward(first, count, dropout: null);
            if (_preActivations)
            {
                CopyOut(first, count); // Y takes the place of P_N with the losses
            }

            _propagator.Losses(thread, first, count, _data.Targets.AreClasses);
            if (_preActivations)
            {
                return;
            }
        }

        CopyOut(first, count);
    }

    /// <summary>Few rows, layer by layer.</summary>
    private void RunLayers(int rows)
    {
        (_start, _rows) = (0, rows);
        CopyIn(0, rows);
        foreach (DenseLayer<T> layer in _network.Layers)
        {
            _layer = layer;
            if (IsWorthThreads((long)rows * layer.Inputs * layer.Outputs))
            {
                _team.Run(_layerPhase);
            }
            else
            {
                _propagator.ForwardLayer(layer, 0, layer.Outputs, 0, rows);
            }
        }

        if (!_preActivations)
        {
            _propagator.Predict(0, 0, rows);
        }

        CopyOut(0, rows);
    }

    private void LayerPhase(int thread)
    {
        int width = Layout.PanelWidth<T>(), panels = (_layer.Outputs + width - 1) / width;
        int unit = panels * thread / _team.Count * width, endUnit = Math.Min(_layer.Outputs, panels * (thread + 1) / _team.Count * width);
        if (unit < endUnit)
        {
            _propagator.ForwardLayer(_layer, unit, endUnit, 0, _rows);
        }
    }

    private void CopyIn(int first, int count)
    {
        Workspace<T> workspace = _propagator.Workspace;
        int width = _network.Definition.Inputs;
        for (int sample = first; sample < first + count; sample++)
        {
            new Span<T>(_features + ((nint)(_start + sample) * width), width).CopyTo(new(workspace.Activations[0].Pointer + ((nint)sample * workspace.Strides[0]), width));
        }
    }

    private void CopyOut(int first, int count)
    {
        Workspace<T> workspace = _propagator.Workspace;
        int width = _network.Definition.Outputs, last = _network.Layers.Length;
        for (int sample = first; sample < first + count; sample++)
        {
            new Span<T>(workspace.Activations[last].Pointer + ((nint)sample * workspace.Strides[last]), width).CopyTo(new(_outputs + ((nint)(_start + sample) * width), width));
        }
    }
}
