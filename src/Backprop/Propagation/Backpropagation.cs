using System.Numerics;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>The gradient of a network over data, by back propagation: math.md's way 2 for all parameters at once.</summary>
public static unsafe class Backpropagation
{
    private const int BatchSize = 512;

    /// <summary>The gradient of the mean loss over all rows, for all parameters and, if asked for, the inputs.</summary>
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    public static Gradient<T> Gradient<T>(Network<T> network, Dataset<T> data, bool toInput = false) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Gradient(network, data, toInput, VectorPaths.Current);

    internal static Gradient<T> Gradient<T>(Network<T> network, Dataset<T> data, bool toInput, VectorPath path) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        Fit.Require(network.Definition, data, targets: true);
        var workspace = new Workspace<T>(network.Definition, Math.Min(BatchSize, data.Rows), backward: true);
        Propagator<T> propagator = Propagator<T>.Create(network, workspace, path);
        var tiles = new ParameterTiles<T>(network);
        var gradient = new Gradient<T>(network) { Rows = data.Rows, InputGradients = toInput ? new T[data.Rows * data.FeatureCount] : null };
        var order = RowPermutation.FileOrder(data.Rows);
        double weights = BatchScales.Sum(data, order, 0, data.Rows);
        propagator.RefreshBackwardWeights(lowest: toInput ? 1 : 2);
        for (int start = 0; start < data.Rows; start += BatchSize)
        {
            int count = Math.Min(BatchSize, data.Rows - start);
            propagator.Gather(data, order, start, 0, count);
            BatchScales.Write(data, order, start, 0, count, weights, workspace.Scales);
            propagator.Forward(0, count, dropout: null);
            propagator.Output(0, count, data.Targets.AreClasses);
            propagator.Backward(0, count, toInput, dropout: false);
            gradient.Loss += propagator.SumLosses(count);
            for (int t = 0; t < tiles.Count; t++)
            {
                ref readonly ParameterTiles<T>.Tile tile = ref tiles[t];
                T* to = gradient.Buffer.Pointer + tile.Offset, from = start == 0 ? null : to; // later rows go on where earlier ones stopped
                propagator.GradientTile(tile, 0, count, from, to, dropout: false);
            }

            for (int sample = 0; toInput && sample < count; sample++)
            {
                new Span<T>(workspace.Deltas[0].Pointer + ((long)sample * workspace.Strides[0]), data.FeatureCount)
                    .CopyTo(gradient.InputGradients.AsSpan((start + sample) * data.FeatureCount));
            }
        }

        return gradient;
    }
}
