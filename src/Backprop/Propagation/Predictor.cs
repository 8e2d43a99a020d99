using System.Numerics;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>The outputs of a network for rows of features, and its loss over data. One instance serves one thread.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Predictor<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int BatchSize = 96;

    private readonly Propagator<T> _propagator;

    /// <summary>Plans the buffers; the network's present and later weights are used.</summary>
    public Predictor(Network<T> network)
    {
        ArgumentNullException.ThrowIfNull(network);
        Network = network;
        _propagator = Propagator<T>.Create(network, new Workspace<T>(network.Definition, BatchSize, backward: false), VectorPaths.Current);
    }

    /// <summary>The network.</summary>
    public Network<T> Network { get; }

    /// <summary>y for every row of x₀. Allocates nothing.</summary>
    /// <param name="features">Row-major [Rows×Inputs].</param>
    /// <param name="outputs">Row-major [Rows×Outputs], written.</param>
    /// <exception cref="ArgumentException">Not whole rows, or outputs of another size.</exception>
    public void Predict(ReadOnlySpan<T> features, Span<T> outputs)
    {
        int inputs = Network.Definition.Inputs, width = Network.Definition.Outputs, rows = features.Length / inputs;
        if (features.Length % inputs != 0 || outputs.Length != rows * (long)width)
        {
            throw new ArgumentException($"found {features.Length} features and room for {outputs.Length} outputs, expected whole rows of {inputs} and {width} of each");
        }

        Workspace<T> workspace = _propagator.Workspace;
        int last = Network.Layers.Length;
        for (int start = 0; start < rows; start += BatchSize)
        {
            int count = Math.Min(BatchSize, rows - start);
            for (int sample = 0; sample < count; sample++)
            {
                features.Slice((start + sample) * inputs, inputs).CopyTo(new(workspace.Activations[0].Pointer + ((long)sample * workspace.Strides[0]), inputs));
            }

            _propagator.Forward(0, count, dropout: null);
            _propagator.Predict(0, count);
            for (int sample = 0; sample < count; sample++)
            {
                new Span<T>(workspace.Activations[last].Pointer + ((long)sample * workspace.Strides[last]), width).CopyTo(outputs[((start + sample) * width)..]);
            }
        }
    }

    /// <summary>y for every row, as a new row-major [Rows×Outputs] array.</summary>
    public T[] Predict(ReadOnlySpan<T> features)
    {
        var outputs = new T[features.Length / Network.Definition.Inputs * Network.Definition.Outputs];
        Predict(features, outputs);
        return outputs;
    }

    /// <summary>The mean loss over all rows, weighted where they have weights, and y of every row.</summary>
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    public double Evaluate(Dataset<T> data, out T[] outputs)
    {
        ArgumentNullException.ThrowIfNull(data);
        Fit.Require(Network.Definition, data, targets: true);
        Workspace<T> workspace = _propagator.Workspace;
        int width = Network.Definition.Outputs, last = Network.Layers.Length;
        outputs = new T[data.Rows * width];
        var order = RowPermutation.FileOrder(data.Rows);
        double weights = BatchScales.Sum(data, order, 0, data.Rows), loss = 0;
        for (int start = 0; start < data.Rows; start += BatchSize)
        {
            int count = Math.Min(BatchSize, data.Rows - start);
            _propagator.Gather(data, order, start, 0, count);
            BatchScales.Write(data, order, start, 0, count, weights, workspace.Scales);
            _propagator.Forward(0, count, dropout: null);
            _propagator.Losses(0, count, data.Targets.AreClasses);
            loss += _propagator.SumLosses(count);
            for (int sample = 0; sample < count; sample++)
            {
                new Span<T>(workspace.Activations[last].Pointer + ((long)sample * workspace.Strides[last]), width).CopyTo(outputs.AsSpan((start + sample) * width));
            }
        }

        return loss;
    }
}
