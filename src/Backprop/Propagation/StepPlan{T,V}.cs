using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation.Passes;
using Backprop.Propagation.Schedules;
using Backprop.Propagation.Stages;

namespace Backprop.Propagation;

/// <summary>The step on vectors <typeparamref name="V"/>.</summary>
internal sealed unsafe class StepPlan<T, V> : StepPlan<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    /// <summary>So few parameters are updated by one thread, if their gradient is a sum of sections.</summary>
    private const int FewParameters = 2048;

    private readonly LayerPlan<T, V>[] _layers;
    private readonly Pass[] _forward;
    private readonly GradientSource<T>[] _sources;
    private readonly GradientSections<T>? _sections;

    public StepPlan(Network<T> network, PlanOptions options, WorkerTeam team) : base(network, options.Capacity, team)
    {
        NetworkDefinition definition = network.Definition;
        OutputKernel<V> output = definition.Loss.Bind<V>(definition.Layers[^1].Activation);
        var input = new InputPlan<T, V>(network, Samples, hasBackward: true, team.Count);
        InputDelta = input.RowDelta!;
        _layers = LayerPlan<T, V>.Chain(network, Samples, input.Output, team.Count, options.IsTraining, options.BatchStatistics, hasBackward: true, updatesState: options.Optimizer is not null || options.MovesStatistics);
        BatchMatrix<T> Before(int layer) => layer == 1 ? input.Output : _layers[layer - 2].Output;

        // a step, as it is read and as it runs
        _forward = [new GatherPass<T>(Samples, input.Rows), .. input.Forward, .. _layers.SelectMany(layer => layer.Forward(network, Before(layer.Layer.Index)))];
        var turn = new OutputPass<T, V>(definition, Samples, output, _layers[^1].Output, _layers[^1].Delta, OutputStage.Deltas, team.Count);
        Pass[] step = [.. _forward, turn, .. _layers[^1].BackwardFromOutput(), .. _layers.Skip(1).Reverse().SelectMany(Backward)];
        Pass[] stepToInput = [.. step, .. Backward(_layers[0]), .. input.Backward(toRows: true)];
        step = input.IsLearned ? [.. step, .. Backward(_layers[0]), .. input.Backward(toRows: false)] : step;

        _sources = new GradientSource<T>[network.Panels.Length];
        input.AddSources(_sources);
        foreach (LayerPlan<T, V> layer in _layers)
        {
            layer.AddSources(_sources, Before(layer.Layer.Index));
        }

        long activations = input.Output.Stride + _layers.Sum(layer => (long)layer.Product.Stride), parameters = network.Parameters.Length;
        bool needsBatch = step.Any(pass => pass.Reach == Reach.Batch), hasParts = definition.Layers.Any(layer => !layer.Parts.IsEmpty);
        bool narrow = CanBeNarrow(definition, _layers) && (options.Narrow ?? IsBetterNarrow(definition, options.Capacity, hasParts));
        _sections = needsBatch ? null : GradientSections<T>.For(parameters, Samples.Capacity, activations, narrow, asByUnits: hasParts);
        narrow &= _sections is not null;
        bool byUnits = _sections is null && 2 * parameters > Samples.Capacity * activations; // a panel of weights is read once for the whole batch; only activations and deltas go from core to core
        Tiles = new(network, team.Count, byUnits);
        (IsNarrow, Copied) = (narrow, input.IsLearned ? 1 : 2);
        Update = options.Optimizer is null ? null : new ParameterUpdate<T, V>(options.Optimizer, network.Parameters, [.. network.Panels.Select(part => RateOf(network, part, options.RateOf))]);

        NarrowPass<T, V>[]? narrowOfThread = narrow
            ? [.. Enumerable.Range(0, team.Count).Select(_ => new NarrowPass<T, V>(network, Samples, InputDelta, output, [.. _layers.Select(layer => layer.Parts.ToArray())], _sections!.First(1, options.Capacity), byRows: hasParts))]
            : null;
        Phase[] Cut(Pass[] passes, bool toInput) =>
            narrowOfThread is not null ? [new NarrowPhase<T, V>(narrowOfThread, _sections!, Samples, toInput)]
            : _sections is not null ? [new SectionPhase<T>(passes, _sections, Tiles, _sources)]
            : byUnits ? Schedule.ByUnits<T>(passes)
            : Schedule.BySamples<T>(passes);
        Phases = Cut(step, toInput: false);
        PhasesToInput = Cut(stepToInput, toInput: true);
        ForwardPhases = !options.MovesStatistics ? [] : byUnits ? Schedule.ByUnits<T>(_forward) : Schedule.BySamples<T>(_forward);

        IEnumerable<Pass> Backward(LayerPlan<T, V> layer)
        {
            int l = layer.Layer.Index;
            (Stage<T, V>[] atProduct, IEnumerable<Pass> passes) = l == 1 ? ([], []) : _layers[l - 2].Backward();
            return passes.Prepend(new BackwardPass<T, V>(layer.Layer, Copies[l], layer.Delta!, layer.Skipped, l == 1 ? input.Delta! : _layers[l - 2].Delta!, atProduct));
        }
    }

    /// <summary>What the learning rate of a part of θ is multiplied by.</summary>
    private static double RateOf(Network<T> network, ParameterPanels part, Func<string, double>? rateOf)
    {
        if (rateOf is null)
        {
            return 1;
        }

        string name = network.Blocks.First(block => block.IsTrained && block.Panels == part).Name;
        return rateOf(name) is >= 0 and < double.PositiveInfinity and double rate
            ? rate
            : throw new UsageException($"the learning rate of {name} is to be multiplied by {rateOf(name)}: a finite number of at least 0 expected");
    }

    public override IEnumerable<BatchMatrix<T>> Values(int layer) => _layers[layer - 1].Values;

    public override PiecePhase ForEachTile(Action<int, int> work) => new(Tiles.Count, _sections is not null && Network.Parameters.Length < FewParameters, work);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Sum(in ParameterTiles<T>.Tile tile, bool goesOn, T* to)
    {
        int samples = Samples.Batch.Samples;
        if (_sections is null)
        {
            _sources[tile.Part.Number].Sum(tile, 0, samples, goesOn, to);
        }
        else
        {
            _sections.Sum<V>(tile, _sections.CountOf(samples), goesOn, to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override T* Sum(in ParameterTiles<T>.Tile tile, T* scratch)
    {
        if (_sections is not null && _sections.CountOf(Samples.Batch.Samples) == 1)
        {
            return _sections.Sums(0) + tile.Offset;
        }

        Sum(tile, goesOn: false, scratch);
        return scratch;
    }

    public override void ForwardAgain()
    {
        foreach (Pass pass in _forward)
        {
            pass.Run(0, 0, pass.Units, 0, Samples.Batch.Samples);
        }
    }

    /// <summary>Layers of one panel, and nothing beside activations that cannot.</summary>
    private static bool CanBeNarrow(NetworkDefinition network, LayerPlan<T, V>[] layers) =>
        network.InputParts.IsEmpty && layers.All(layer => layer.Layer.Outputs <= Layout.PanelWidth<T>() && layer.Parts.All(stage => stage.CanBeNarrow));

    /// <summary>
    /// Where samples fill the lanes better than units do: the multiplications of vectors that a sample costs either way, and what a short loop
    /// over the units of a sample costs beside.
    /// </summary>
    private static bool IsBetterNarrow(NetworkDefinition network, int capacity, bool byRows)
    {
        const double ShortLoop = 4, Better = 0.82;
        int lanes = Layout.Quantum<T>();
        double byUnits = 0, bySamples = 0;
        for (int l = 1; l <= network.Layers.Length; l++)
        {
            int inputs = network.InputsOf(l), units = network.Layers[l - 1].Units;
            byUnits += ((2 * inputs) + 1) * (Layout.Pad<T>(units) / lanes);
            bySamples += byRows
                ? ((inputs * (double)units) + ((inputs + 1) * Layout.Pad<T>(units))) / lanes
                : ((2 * inputs) + 1) * (double)units / lanes;
            if (l > 1)
            {
                byUnits += ShortLoop + (units * (Layout.Pad<T>(inputs) / lanes));
                bySamples += units * (double)inputs / lanes;
            }
        }

        return capacity >= lanes && bySamples < Better * byUnits;
    }
}
