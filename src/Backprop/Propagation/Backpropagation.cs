using System.Numerics;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>The gradient of a network over data, by back propagation: math.md's way 2 for all parameters at once.</summary>
public static class Backpropagation
{
    /// <summary>The gradient of the mean loss over all rows, for all parameters and, if asked for, the inputs. For many gradients, <see cref="Backpropagation{T}"/> plans once.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">The rows.</param>
    /// <param name="toInput">Whether the inputs' are wanted.</param>
    /// <param name="batchStatistics">Whether the rows are one batch, of which batch norms take the statistics, as in training.</param>
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    public static Gradient<T> Gradient<T>(Network<T> network, Dataset<T> data, bool toInput = false, bool batchStatistics = false) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Gradient(network, data, toInput, VectorPaths.Current, batchStatistics: batchStatistics);

    internal static Gradient<T> Gradient<T>(Network<T> network, Dataset<T> data, bool toInput, VectorPath path, bool? narrow = null, bool batchStatistics = false) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        using var pass = new Backpropagation<T>(network, batchStatistics ? data.Rows : Math.Min(512, data.Rows), threads: 0, path, narrow, batchStatistics);
        return pass.Run(data, toInput);
    }
}
