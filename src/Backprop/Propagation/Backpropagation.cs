using System.Numerics;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>The gradient of a network over data, by back propagation: math.md's way 2 for all parameters at once.</summary>
public static class Backpropagation
{
    /// <summary>The gradient of the mean loss over all rows, for all parameters and, if asked for, the inputs. For many gradients, <see cref="Backpropagation{T}"/> plans once.</summary>
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    public static Gradient<T> Gradient<T>(Network<T> network, Dataset<T> data, bool toInput = false) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Gradient(network, data, toInput, VectorPaths.Current);

    internal static Gradient<T> Gradient<T>(Network<T> network, Dataset<T> data, bool toInput, VectorPath path, bool? narrow = null) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        using var pass = new Backpropagation<T>(network, Math.Min(512, data.Rows), threads: 0, path, narrow);
        return pass.Run(data, toInput);
    }
}
