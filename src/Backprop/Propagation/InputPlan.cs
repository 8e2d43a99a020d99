using System.Numerics;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Passes;
using Backprop.Propagation.Stages;

namespace Backprop.Propagation;

/// <summary>What the inputs are in a plan: the rows, and X₀. Where a network takes rows as they are, the two are one.</summary>
internal sealed class InputPlan<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    private readonly InputStage<T, V>[] _stages = [];

    /// <param name="network">The network.</param>
    /// <param name="samples">What is known of the samples.</param>
    /// <param name="hasBackward">Whether there is a way back.</param>
    /// <param name="threads">The threads that may run it.</param>
    public InputPlan(Network<T> network, Samples<T> samples, bool hasBackward, int threads)
    {
        NetworkDefinition definition = network.Definition;
        int width = definition.InputsOf(1), capacity = samples.Capacity;
        Output = new(capacity, width, Layout.RowStride<T>(width + 1));
        Output.SetOnes(0, capacity);
        Delta = hasBackward ? new(capacity, width, (int)Output.Stride) : null;
        (Rows, RowDelta) = (Output, Delta);
        if (definition.InputParts.IsEmpty)
        {
            return;
        }

        int stride = Layout.RowStride<T>(definition.Inputs);
        Rows = new(capacity, definition.Inputs, stride);
        RowDelta = hasBackward ? new(capacity, definition.Inputs, stride) : null;
        int column = 0;
        _stages = new InputStage<T, V>[definition.InputParts.Length];
        for (int n = 0; n < _stages.Length; n++)
        {
            _stages[n] = definition.InputParts[n].Plan<T, V>(new(network, samples, Rows, Output, column, Delta, RowDelta, threads));
            column += definition.InputParts[n].Width;
        }
    }

    /// <summary>The rows as they are.</summary>
    public BatchMatrix<T> Rows { get; }

    /// <summary>X₀, with a 1 behind the last number.</summary>
    public BatchMatrix<T> Output { get; }

    /// <summary>Δ₀ = ∂L/∂X₀.</summary>
    public BatchMatrix<T>? Delta { get; }

    /// <summary>∂L/∂rows.</summary>
    public BatchMatrix<T>? RowDelta { get; }

    /// <summary>Whether Δ₀ is wanted at every step.</summary>
    public bool IsLearned => _stages.Any(stage => stage.Sources.Count > 0);

    public IEnumerable<Pass> Forward => _stages.Length == 0 ? [] : [new InputPass<T, V>(_stages, Output)];

    /// <summary>The passes behind Δ₀.</summary>
    /// <param name="toRows">Whether ∂L/∂rows is wanted.</param>
    public IEnumerable<Pass> Backward(bool toRows) => _stages.Length == 0 ? [] : [new InputBackwardPass<T, V>(_stages, RowDelta!, toRows)];

    /// <summary>Where the gradients of the inputs' parts of θ come from.</summary>
    public void AddSources(GradientSource<T>[] sources)
    {
        foreach (GradientSource<T> source in _stages.SelectMany(stage => stage.Sources))
        {
            sources[source.Part.Number] = source;
        }
    }
}
