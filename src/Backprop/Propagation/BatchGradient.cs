using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>
/// The gradient of a batch in two phases with a barrier after each: every thread takes blocks of samples from x₀ to Δ₁; then every thread
/// takes tiles of parameters and sums their gradient over the batch, so that whoever asks has each tile while it is hot. Nothing is
/// allocated after the plan is made.
/// </summary>
internal sealed unsafe class BatchGradient<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Multiplications of a forward pass below which several threads cost more than they bring.</summary>
    private const double WorthThreads = 40_000;

    /// <summary>Multiplications of a forward pass from which a step takes milliseconds: waiting for a processor is a small part of it, and a trial alone would be a large one.</summary>
    private const double TooMuchToTry = 1e8;

    /// <summary>So few parameters are updated by one thread, if their gradient is a sum of sections.</summary>
    private const int FewParameters = 2048;

    private readonly WorkerTeam _team;
    private readonly WorkShares _shares;
    private readonly ThreadTrial? _trial;
    private readonly GradientSections<T>? _sections;
    private readonly bool _byUnits, _fewParameters;
    private readonly int _capacity;
    private readonly Action<int> _samplePhase, _sectionPhase, _gatherPhase, _forwardPhase, _outputPhase, _backwardPhase, _parameterPhase;

    private Dataset<T>? _data;
    private RowPermutation _order;
    private int _start, _samples;
    private double _weights;
    private DropoutKey? _dropout;
    private bool _toInput, _isDisposed;
    private Dataset<T>? _fitting; // what was found to fit the network
    private SampleBlocks _blocks;
    private DenseLayer<T>? _layer;
    private Action<int, int>? _tileWork;

    /// <param name="network">The network.</param>
    /// <param name="capacity">The most samples of a batch.</param>
    /// <param name="threads">At most; 0: one for each processor.</param>
    /// <param name="vectors">The vectors to run on.</param>
    /// <param name="narrow">Whether to take one sample per lane wherever that is possible; null: where it is faster.</param>
    public BatchGradient(Network<T> network, int capacity, int threads, VectorPath vectors, bool? narrow = null)
    {
        IsNarrow = CanBeNarrow(network.Definition) && (narrow ?? IsBetterNarrow(network.Definition, capacity));
        double work = (double)network.Definition.ParameterCount * capacity;
        int count = work < WorthThreads ? 1 : threads == 0 ? Environment.ProcessorCount : threads;
        _shares = new(count);
        _trial = count > 1 && work < TooMuchToTry ? new() : null;
        var workspace = new Workspace<T>(network.Definition, capacity, backward: true);
        _sections = GradientSections<T>.For(network, workspace, IsNarrow);
        Propagator = Propagator<T>.Create(network, workspace, count, IsNarrow ? _sections!.First(1, capacity) : 0, vectors);
        Propagator.PassesOverWeightless = true;
        _byUnits = _sections is null && IsBetterByUnits(network, workspace);
        _fewParameters = network.Parameters.Length < FewParameters;
        Tiles = new(network, count, _byUnits);
        _capacity = capacity;
        _team = new(count); // last: threads that have begun want to be ended
        (_samplePhase, _sectionPhase, _parameterPhase) = (SamplePhase, SectionPhase, ParameterPhase);
        (_gatherPhase, _forwardPhase, _outputPhase, _backwardPhase) = (GatherPhase, ForwardPhase, OutputPhase, BackwardPhase);
    }

    public Propagator<T> Propagator { get; }

    public ParameterTiles<T> Tiles { get; }

    /// <summary>Whether samples run across the lanes (<see cref="NarrowPass{T, V}"/>). Decided by network and batch size alone.</summary>
    public bool IsNarrow { get; }

    /// <summary>The threads that run, where they are faster than one.</summary>
    public int Threads => _team.Count;

    /// <summary>The first phase: forward, loss, backward.</summary>
    /// <param name="data">Where the batch comes from.</param>
    /// <param name="order">The order of the rows.</param>
    /// <param name="start">The batch's first position in the order.</param>
    /// <param name="samples">The batch's rows.</param>
    /// <param name="weights">What the losses are divided by.</param>
    /// <param name="dropout">What dropout is drawn from; null: none.</param>
    /// <param name="toInput">Whether Δ₀ is wanted.</param>
    /// <returns>The loss.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Propagate(Dataset<T> data, in RowPermutation order, int start, int samples, double weights, DropoutKey? dropout, bool toInput)
    {
        (_data, _order, _start, _samples, _weights, _dropout, _toInput) = (data, order, start, samples, weights, dropout, toInput);
        _trial?.End();
        _trial?.Begin(Stopwatch.GetTimestamp());
        if (!IsNarrow)
        {
            Propagator.RefreshBackwardWeights(lowest: toInput ? 1 : 2);
        }

        _blocks = new(samples, _team.Count);
        if (_sections is not null)
        {
            InPhase(_sectionPhase, _sections.CountOf(samples));
        }
        else if (_byUnits && !toInput)
        {
            PropagateByUnits();
        }
        else
        {
            InPhase(_samplePhase, _blocks.Count);
        }

        return Propagator.AddLosses(0, samples);
    }

    /// <summary>The second phase, or another pass over the tiles.</summary>
    /// <param name="work">What a thread (the first argument) does with a tile (the second).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ForEachTile(Action<int, int> work)
    {
        _tileWork = work;
        InPhase(_parameterPhase, Tiles.Count, alone: _sections is not null && _fewParameters); // adding sections is little work
    }

    /// <summary>The gradient of a tile over the whole batch.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="start">What it is added to; null: 0.</param>
    /// <param name="to">Where it goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sum(in ParameterTiles<T>.Tile tile, T* start, T* to)
    {
        if (_sections is null)
        {
            Propagator.GradientTile(tile, 0, _samples, start, to, _dropout is not null);
        }
        else
        {
            Propagator.SumSections(_sections, _sections.CountOf(_samples), tile, start, to);
        }
    }

    /// <summary>The same where it lies already, if it does; else in <paramref name="scratch"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public T* Sum(in ParameterTiles<T>.Tile tile, T* scratch)
    {
        if (_sections is not null && _sections.CountOf(_samples) == 1)
        {
            return _sections.Sums(0) + tile.Offset;
        }

        Sum(tile, null, scratch);
        return scratch;
    }

    /// <summary>Leaves every P_ℓ and X_ℓ of the batch in the workspace, where someone wants to look at them.</summary>
    public void ForwardAgain()
    {
        Gather(0, _samples);
        Propagator.Forward(0, _samples, _dropout);
    }

    /// <exception cref="ObjectDisposedException">The plan has been disposed of.</exception>
    public void RequireAlive(object owner) => ObjectDisposedException.ThrowIf(_isDisposed, owner);

    public void Dispose()
    {
        _isDisposed = true;
        _team.Dispose();
    }

    /// <summary>What pointers trust: data, which are looked at once, and positions.</summary>
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    /// <exception cref="ArgumentException">More samples than there is room for, or positions that the order does not have.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Require(Dataset<T> data, in RowPermutation order, int start, int samples)
    {
        if (!ReferenceEquals(data, _fitting))
        {
            Fit.Require(Propagator.Network.Definition, data, targets: true);
            _fitting = data;
        }

        if (start < 0 || samples < 1 || samples > _capacity || samples > order.Rows - start || order.Rows > data.Rows)
        {
            throw OutOfRange(data, order, start, samples);
        }
    }

    private ArgumentException OutOfRange(Dataset<T> data, in RowPermutation order, int start, int samples) => order.Rows > data.Rows
        ? new ArgumentException($"an order of {order.Rows} rows found, at most the {data.Rows} of the data expected", nameof(order))
        : samples < 1 || samples > _capacity
        ? new ArgumentOutOfRangeException(nameof(samples), samples, $"{samples} samples in a batch found, 1 to {_capacity} expected")
        : new ArgumentOutOfRangeException(nameof(start), start, $"{samples} samples from position {start} on found, positions 0 to {order.Rows - 1} expected");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void InPhase(Action<int> phase, int pieces, bool alone = false)
    {
        _shares.Deal(pieces);
        long begin = _trial is null ? 0 : Stopwatch.GetTimestamp();
        if (alone || _trial is { Alone: true })
        {
            phase(0); // takes the others' shares too
        }
        else
        {
            _team.Run(phase);
        }

        _trial?.Add(begin, Stopwatch.GetTimestamp());
    }

    /// <summary>From x₀ to Δ₁, block by block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SamplePhase(int thread)
    {
        for (int block = _shares.Take(thread); block >= 0; block = _shares.Take(thread))
        {
            Propagate(thread, _blocks.First(block), _blocks.Size(block));
        }
    }

    /// <summary>From x₀ to Δ₁, and the gradient of the section while its samples are in the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SectionPhase(int thread)
    {
        for (int section = _shares.Take(thread); section >= 0; section = _shares.Take(thread))
        {
            int begin = _sections!.First(section, _samples), samples = _sections.First(section + 1, _samples) - begin;
            if (IsNarrow)
            {
                Propagator.GatherTargets(_data!, _order, _start, begin, samples);
                BatchScales.Write(_data!, _order, _start, begin, samples, _weights, Propagator.Workspace.Scales);
                Propagator.NarrowGradient(thread, _data!, begin, samples, _toInput, _sections.Sums(section));
                continue;
            }

            var blocks = new SampleBlocks(samples, threads: 1);
            for (int block = 0; block < blocks.Count; block++)
            {
                int first = begin + blocks.First(block), count = blocks.Size(block);
                Propagate(thread, first, count);
                for (int t = 0; t < Tiles.Count; t++)
                {
                    T* sums = _sections.Sums(section) + Tiles[t].Offset;
                    Propagator.GradientTile(Tiles[t], first, count, block == 0 ? null : sums, sums, _dropout is not null);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Propagate(int thread, int first, int count)
    {
        Gather(first, count);
        Propagator.Forward(first, count, _dropout);
        Propagator.Output(thread, first, count, _data!.Targets.AreClasses);
        Propagator.Backward(first, count, _toInput, _dropout is not null);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(int first, int count)
    {
        Propagator.Gather(_data!, _order, _start, first, count);
        BatchScales.Write(_data!, _order, _start, first, count, _weights, Propagator.Workspace.Scales);
    }

    /// <summary>
    /// Where there are not far fewer weights than activations, each thread keeps to its own units of every layer: a panel of weights is read once for
    /// the whole batch, and those that a thread reads are those that it has updated; only activations and deltas go from core to core.
    /// </summary>
    private static bool IsBetterByUnits(Network<T> network, Workspace<T> workspace) =>
        network.Definition.Layers.All(layer => layer.Dropout == 0)
        && 2L * network.Parameters.Length > (long)workspace.Capacity * workspace.Strides.Sum();

    /// <summary>Layers of one panel, and no dropout.</summary>
    private static bool CanBeNarrow(NetworkDefinition network) => network.Layers.All(layer => layer.Units <= Layout.PanelWidth<T>() && layer.Dropout == 0);

    /// <summary>
    /// Where samples fill the lanes better than units do: the multiplications of vectors that a sample costs either way, and what a short loop
    /// over the units of a sample costs beside.
    /// </summary>
    private static bool IsBetterNarrow(NetworkDefinition network, int capacity)
    {
        const double ShortLoop = 4, Better = 0.82;
        int lanes = Layout.Quantum<T>();
        double byUnits = 0, bySamples = 0;
        for (int l = 1; l <= network.Layers.Length; l++)
        {
            int inputs = network.InputsOf(l), units = network.Layers[l - 1].Units;
            byUnits += ((2 * inputs) + 1) * (Layout.Pad<T>(units) / lanes);
            bySamples += ((2 * inputs) + 1) * (double)units / lanes;
            if (l > 1)
            {
                byUnits += ShortLoop + (units * (Layout.Pad<T>(inputs) / lanes));
                bySamples += units * (double)inputs / lanes;
            }
        }

        return capacity >= lanes && bySamples < Better * byUnits;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PropagateByUnits()
    {
        InPhase(_gatherPhase, _blocks.Count);
        foreach (DenseLayer<T> layer in Propagator.Network.Layers)
        {
            _layer = layer;
            InPhase(_forwardPhase, Pieces(layer.Outputs));
        }

        InPhase(_outputPhase, _blocks.Count);
        for (int l = Propagator.Network.Layers.Length; l > 1; l--)
        {
            _layer = Propagator.Network.Layers[l - 1];
            InPhase(_backwardPhase, Pieces(_layer.Inputs));
        }
    }

    /// <summary>Each panel by each block of samples; panels that are too few are not divided.</summary>
    private int Pieces(int units) => IsDivided(units) ? Panels(units) * _blocks.Count : _blocks.Count;

    private bool IsDivided(int units) => Panels(units) >= _team.Count;

    private static int Panels(int units) => (units + Layout.PanelWidth<T>() - 1) / Layout.PanelWidth<T>();

    private (int Unit, int EndUnit, int First, int Count) Piece(int piece, int units)
    {
        if (!IsDivided(units))
        {
            return (0, units, _blocks.First(piece), _blocks.Size(piece));
        }

        (int panel, int block) = Math.DivRem(piece, _blocks.Count);
        int unit = panel * Layout.PanelWidth<T>();
        return (unit, Math.Min(units, unit + Layout.PanelWidth<T>()), _blocks.First(block), _blocks.Size(block));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void GatherPhase(int thread)
    {
        for (int block = _shares.Take(thread); block >= 0; block = _shares.Take(thread))
        {
            Gather(_blocks.First(block), _blocks.Size(block));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForwardPhase(int thread)
    {
        for (int piece = _shares.Take(thread); piece >= 0; piece = _shares.Take(thread))
        {
            (int unit, int endUnit, int first, int count) = Piece(piece, _layer!.Outputs);
            Propagator.ForwardLayer(_layer, unit, endUnit, first, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OutputPhase(int thread)
    {
        for (int block = _shares.Take(thread); block >= 0; block = _shares.Take(thread))
        {
            Propagator.Output(thread, _blocks.First(block), _blocks.Size(block), _data!.Targets.AreClasses);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackwardPhase(int thread)
    {
        for (int piece = _shares.Take(thread); piece >= 0; piece = _shares.Take(thread))
        {
            (int unit, int endUnit, int first, int count) = Piece(piece, _layer!.Inputs);
            Propagator.BackwardLayer(_layer, unit, endUnit, first, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ParameterPhase(int thread)
    {
        for (int tile = _shares.Take(thread); tile >= 0; tile = _shares.Take(thread))
        {
            _tileWork!(thread, tile);
        }
    }
}
