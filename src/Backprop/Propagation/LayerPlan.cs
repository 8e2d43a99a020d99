using System.Numerics;
using Backprop.Kernels;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Propagation.Passes;
using Backprop.Propagation.Stages;

namespace Backprop.Propagation;

/// <summary>What a layer is in a plan: the matrix of its product, the stages behind it, and X_ℓ, which the next layer reads.</summary>
internal sealed unsafe class LayerPlan<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    private readonly Stage<T, V>[][] _forward;
    private readonly bool _hasOnes;

    /// <param name="layer">The layer.</param>
    /// <param name="stages">Its stages in their order.</param>
    /// <param name="product">The matrix of its product.</param>
    /// <param name="delta">Δ_ℓ, where there is a way back; else null.</param>
    /// <param name="capacity">The most samples.</param>
    /// <param name="hasOnes">Whether a 1 follows the last unit of X_ℓ.</param>
    public LayerPlan(DenseLayer<T> layer, Stage<T, V>[] stages, BatchMatrix<T> product, BatchMatrix<T>? delta, int capacity, bool hasOnes)
    {
        (Layer, Stages, Product, Delta, _hasOnes) = (layer, stages, product, delta, hasOnes);
        Output = product;
        bool isNeeded = false; // what stands in Output, by the stage that wrote it
        foreach (Stage<T, V> stage in stages)
        {
            bool inPlace = delta is null || !(isNeeded || stage.NeedsInput);
            (stage.Input, isNeeded) = (Output, stage.NeedsOutput);
            stage.Output = Output = inPlace ? Output : new(capacity, product.Width, (int)product.Stride);
            stage.Delta = delta!;
        }

        if (hasOnes)
        {
            Output.SetOnes(0, capacity);
        }

        _forward = Groups(stages);
    }

    /// <summary>The layers of a network, each on the one before. At the output layer the activation is missing: it goes with the loss.</summary>
    public static LayerPlan<T, V>[] Chain(Network<T> network, Samples<T> samples, BatchMatrix<T> input, int threads, bool isTraining = false, bool batchStatistics = false, bool hasBackward = false, bool updatesState = false)
    {
        var plans = new LayerPlan<T, V>[network.Layers.Length];
        for (int l = 1; l <= plans.Length; l++)
        {
            DenseLayer<T> layer = network.Layers[l - 1];
            bool isLast = l == plans.Length;
            var product = new BatchMatrix<T>(samples.Capacity, layer.Outputs, Layout.RowStride<T>(layer.Outputs + (isLast ? 0 : 1)));
            var place = new StagePlace<T>(network, l, samples, l == 1 ? input : plans[l - 2].Output, product, isTraining, batchStatistics, hasBackward, threads, updatesState);
            IEnumerable<Stage<T, V>> Parts(bool before) => layer.Definition.Parts
                .Where(part => part.Place == LayerPlace.BeforeActivation == before)
                .Select(part => part.Plan<T, V>(place)).OfType<Stage<T, V>>();
            Stage<T, V>[] stages = [.. Parts(before: true), .. isLast ? Array.Empty<Stage<T, V>>() : [new ActivationStage<T, V>(layer.Activation)], .. Parts(before: false)];
            plans[l - 1] = new(layer, stages, product, hasBackward ? new(samples.Capacity, layer.Outputs, (int)product.Stride) : null, samples.Capacity, hasOnes: !isLast);
        }

        return plans;
    }

    public DenseLayer<T> Layer { get; }

    /// <summary>∂X_ℓ where it is a part of ∂X_{ℓ−1} as it is; else null.</summary>
    public BatchMatrix<T>? Skipped => Stages.Select(stage => stage.Skipped).FirstOrDefault(skipped => skipped is not null);

    public Stage<T, V>[] Stages { get; }

    /// <summary>Those beside the activation.</summary>
    public IEnumerable<Stage<T, V>> Parts => Stages.Where(stage => stage is not ActivationStage<T, V>);

    /// <summary>X_{ℓ−1} W_ℓᵀ + b_ℓ [Batch×n_ℓ].</summary>
    public BatchMatrix<T> Product { get; }

    /// <summary>X_ℓ [Batch×n_ℓ]; at the output layer P_N, in whose place Y comes.</summary>
    public BatchMatrix<T> Output { get; }

    /// <summary>Δ_ℓ [Batch×n_ℓ].</summary>
    public BatchMatrix<T>? Delta { get; }

    /// <summary>The stages that a panel of the product goes through while it is hot.</summary>
    public Stage<T, V>[] StagesAtProduct => _forward[0];

    /// <summary>Whether these are all.</summary>
    public bool EndsAtProduct => _forward.Length == 1;

    /// <summary>The matrices that the way forward fills, from the product on.</summary>
    public IEnumerable<BatchMatrix<T>> Values => Stages.Select(stage => stage.Output).Prepend(Product).Distinct();

    /// <summary>The passes forward, the product's first.</summary>
    public IEnumerable<Pass> Forward(Network<T> network, BatchMatrix<T> input) =>
        _forward.Skip(1)
        .Select((stages, n) => (Pass)new StagePass<T, V>(this, stages, backward: false, isLast: n == _forward.Length - 2))
        .Prepend(new ForwardPass<T, V>(Layer, network.Parameters.Pointer, input, this));

    /// <summary>The stages on the way back: those that a panel of ∂X_ℓ goes through while it is hot, then passes of the others.</summary>
    public (Stage<T, V>[] AtProduct, IEnumerable<Pass> Passes) Backward()
    {
        Stage<T, V>[][] groups = Groups([.. Stages.Reverse()]);
        return (groups[0], groups.Skip(1).Select(stages => new StagePass<T, V>(this, stages, backward: true, isLast: false)));
    }

    /// <summary>The stages on the way back where no product stands before them: at the output layer.</summary>
    public IEnumerable<Pass> BackwardFromOutput() => Groups([.. Stages.Reverse()])
        .Where(stages => stages.Length > 0)
        .Select(stages => new StagePass<T, V>(this, stages, backward: true, isLast: false));

    /// <summary>Where the gradients of the layer's parts of θ come from.</summary>
    public void AddSources(GradientSource<T>[] sources, BatchMatrix<T> input)
    {
        sources[Layer.Panels.Number] = new DenseGradient<T, V>(Layer.Panels, input, Delta!);
        foreach (GradientSource<T> source in Stages.SelectMany(stage => stage.Sources))
        {
            sources[source.Part.Number] = source;
        }
    }

    /// <summary>Behind the last unit of X_ℓ stands a 1: what the next layer's biases are weights of.</summary>
    public void SetOnes(int first, int count)
    {
        if (_hasOnes)
        {
            Output.SetOnes(first, count);
        }
    }

    /// <summary>Stages that need a panel, as far as they go; then each that needs more, with those behind it that do not.</summary>
    private static Stage<T, V>[][] Groups(Stage<T, V>[] stages)
    {
        List<List<Stage<T, V>>> groups = [[]];
        foreach (Stage<T, V> stage in stages)
        {
            if (stage.Reach != Reach.Panel)
            {
                groups.Add([]);
            }

            groups[^1].Add(stage);
        }

        return [.. groups.Select(group => group.ToArray())];
    }
}
