using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation.Schedules;

namespace Backprop.Propagation;

/// <summary>
/// A step of a network, planned once: gather, forward, loss, backward; then, tile by tile, the gradient is summed over the batch, and updates
/// what it is of while it is hot. Vectors are chosen here, once; below, nothing but <see cref="StepPlan{T, V}"/>'s passes run. A step allocates nothing.
/// </summary>
internal abstract unsafe class StepPlan<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Multiplications of a forward pass below which several threads cost more than they bring.</summary>
    private const double WorthThreads = 40_000;

    /// <summary>Multiplications of a forward pass from which a step takes milliseconds: waiting for a processor is a small part of it, and a trial alone would be a large one.</summary>
    private const double TooMuchToTry = 1e8;

    private readonly Dealer _dealer;
    private Dataset<T>? _fitting; // what was found to fit the network

    private protected StepPlan(Network<T> network, int capacity, WorkerTeam team)
    {
        (Network, Capacity) = (network, capacity);
        Samples = new(network.Definition, capacity, passesOverWeightless: true);
        Copies = new(network);
        _dealer = new(team, TrialFor(network.Definition, capacity, team));
    }

    public Network<T> Network { get; }

    /// <summary>The most samples of a batch.</summary>
    public int Capacity { get; }

    public Samples<T> Samples { get; }

    /// <summary>The parts that the gradient is summed in.</summary>
    public ParameterTiles<T> Tiles { get; private protected init; } = null!;

    /// <summary>Whether samples run across the lanes. Decided by network and batch size alone.</summary>
    public bool IsNarrow { get; private protected init; }

    /// <summary>∂L/∂X₀ where it was asked for, [Batch×inputs].</summary>
    public BatchMatrix<T> InputDelta { get; private protected init; } = null!;

    /// <summary>The optimizer at work; null of a plan without one.</summary>
    public ParameterUpdate<T>? Update { get; private protected init; }

    /// <summary>Whether the next step finds its copy of the weights as they are.</summary>
    public bool HasFreshCopy => Copies.IsFresh;

    /// <summary>The weights as the way back reads them.</summary>
    protected BackwardWeights<T> Copies { get; }

    /// <summary>The first layer whose weights the way back reads.</summary>
    protected int Copied { get; private protected init; }

    /// <summary>From the rows to Δ₁, or to Δ₀.</summary>
    protected Phase[] Phases { get; private protected init; } = [];

    /// <inheritdoc cref="Phases"/>
    protected Phase[] PhasesToInput { get; private protected init; } = [];

    /// <summary>From the rows to y, of a plan that moves statistics alone.</summary>
    protected Phase[] ForwardPhases { get; private protected init; } = [];

    /// <summary>The matrices of a layer, counted from 1, that the way forward fills.</summary>
    public abstract IEnumerable<BatchMatrix<T>> Values(int layer);

    /// <summary>Plans a step on the vectors of a path.</summary>
    public static StepPlan<T> Create(Network<T> network, PlanOptions options, WorkerTeam team) =>
        VectorPaths.Dispatch(options.Vectors, new Maker(network, options, team));

    /// <summary>The threads that are worth having for such steps.</summary>
    public static int ThreadsFor(NetworkDefinition network, int capacity, int threads) =>
        Work(network, capacity) < WorthThreads ? 1 : threads == 0 ? Environment.ProcessorCount : threads;

    /// <summary>What finds out whether a team is worth having for so many samples at a time; null: it is, or there is none.</summary>
    public static ThreadTrial? TrialFor(NetworkDefinition network, int samples, WorkerTeam team) => team.Count > 1 && Work(network, samples) < TooMuchToTry ? new(Stopwatch.Frequency / 200, static () => RunningTrainers.AreMany) : null;

    /// <summary>Gather, forward, loss, backward.</summary>
    /// <param name="data">Where the samples come from.</param>
    /// <param name="batch">The samples.</param>
    /// <param name="toInput">Whether Δ₀ is wanted.</param>
    /// <returns>The loss.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Propagate(Dataset<T> data, in Batch batch, bool toInput = false)
    {
        Samples.Begin(data, batch);
        _dealer.BeginStep();
        if (!IsNarrow)
        {
            Copies.Refresh(lowest: toInput ? 1 : Copied);
        }

        foreach (Phase phase in toInput ? PhasesToInput : Phases)
        {
            _dealer.Run(phase, batch.Samples);
        }

        return Samples.AddLosses(0, batch.Samples);
    }

    /// <summary>Gather and forward alone, for the sake of running statistics.</summary>
    public void MoveStatistics(Dataset<T> data, in Batch batch)
    {
        Samples.Begin(data, batch);
        _dealer.BeginStep();
        foreach (Phase phase in ForwardPhases)
        {
            _dealer.Run(phase, batch.Samples);
        }
    }

    /// <summary>Runs a phase over <see cref="Tiles"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(PiecePhase phase) => _dealer.Run(phase, Samples.Batch.Samples);

    /// <summary>A phase over all tiles: what a thread (the first argument) does with a tile (the second).</summary>
    public abstract PiecePhase ForEachTile(Action<int, int> work);

    /// <summary>The gradient of a tile over the whole batch.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="goesOn">Whether it is added to what stands there.</param>
    /// <param name="to">Where it goes.</param>
    public abstract void Sum(in ParameterTiles<T>.Tile tile, bool goesOn, T* to);

    /// <summary>The same where it lies already, if it does; else in <paramref name="scratch"/>.</summary>
    public abstract T* Sum(in ParameterTiles<T>.Tile tile, T* scratch);

    /// <summary>Leaves what every layer makes of the batch in its matrices, where someone wants to look at it.</summary>
    public abstract void ForwardAgain();

    /// <summary>Updates a tile. False: a parameter is not finite any more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Apply(in ParameterTiles<T>.Tile tile, T* gradient)
    {
        bool isFinite = Update!.Apply(gradient, tile) || Update.ClearPadding(tile.Offset, tile.Rows, tile.Width, tile.Columns);
        if (tile.Part.Layer >= Copied && tile.Inputs > 0 && !IsNarrow)
        {
            Copies.Copy(Network.Layers[tile.Part.Layer - 1], tile.Input, tile.Inputs, tile.Output);
        }

        return isFinite;
    }

    /// <summary>After an update of every tile.</summary>
    public void EndUpdate()
    {
        if (!IsNarrow)
        {
            Copies.Keep(Copied);
        }
    }

    /// <summary>What pointers trust: data, which are looked at once, and positions.</summary>
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    /// <exception cref="ArgumentException">More samples than <paramref name="most"/>, or positions that the order does not have.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Require(Dataset<T> data, in RowPermutation order, int start, int samples, int most)
    {
        if (!ReferenceEquals(data, _fitting))
        {
            Fit.Require(Network.Definition, data, targets: true);
            _fitting = data;
        }

        if (start < 0 || samples < 1 || samples > most || samples > order.Rows - start || order.Rows > data.Rows)
        {
            throw OutOfRange(data, order, start, samples, most);
        }
    }

    private static ArgumentException OutOfRange(Dataset<T> data, in RowPermutation order, int start, int samples, int most) => order.Rows > data.Rows
        ? new ArgumentException($"an order of {order.Rows} rows found, at most the {data.Rows} of the data expected", nameof(order))
        : samples < 1 || samples > most
        ? new ArgumentOutOfRangeException(nameof(samples), samples, $"{samples} samples in a batch found, 1 to {most} expected")
        : new ArgumentOutOfRangeException(nameof(start), start, $"{samples} samples from position {start} on found, positions 0 to {order.Rows - 1} expected");

    private static double Work(NetworkDefinition network, int capacity) => (double)network.ParameterCount * capacity;

    private sealed class Maker(Network<T> network, PlanOptions options, WorkerTeam team) : IVectorVisitor<T, StepPlan<T>>
    {
        public StepPlan<T> Visit<V>() where V : unmanaged, ILanes<V, T> => new StepPlan<T, V>(network, options, team);
    }
}
