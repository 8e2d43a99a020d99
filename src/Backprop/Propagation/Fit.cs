using System.Numerics;
using Backprop.Data;
using Backprop.Inputs;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>Whether data and network belong together.</summary>
public static class Fit
{
    /// <summary>Also that the data have a row, and that it is one that the network's inputs can be made of.</summary>
    /// <exception cref="DataException">They do not fit, or have no such row.</exception>
    public static void Require<T>(NetworkDefinition network, Dataset<T> data, int row) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require(network, data, targets: true);
        if (row < 0 || row >= data.Rows)
        {
            throw new DataException($"row {row} does not exist: the data have {(data.Rows == 1 ? "row 0 only" : $"rows 0 to {data.Rows - 1}")}");
        }

        RequireInputs(network, data.Row(row), row);
    }

    /// <summary>That a row is one that the network's inputs can be made of.</summary>
    /// <param name="network">The network.</param>
    /// <param name="values">The row.</param>
    /// <param name="row">Which it is, counted from 0; null: nobody knows.</param>
    /// <exception cref="DataException">It is not.</exception>
    internal static void RequireInputs<T>(NetworkDefinition network, ReadOnlySpan<T> values, int? row) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (InputPart part in network.InputParts)
        {
            part.Require(values, row);
        }
    }

    /// <exception cref="DataException">They do not.</exception>
    public static void Require<T>(NetworkDefinition network, Dataset<T> data, bool targets) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (data.FeatureCount != network.Inputs)
        {
            throw new DataException($"the data have {data.FeatureCount} features, the network {network} takes {network.Inputs}");
        }

        if (!targets)
        {
            return;
        }

        if (data.Targets.IsEmpty)
        {
            throw new DataException("the data have no targets");
        }

        if (data.Targets.Count > network.TargetCount || (data.Targets.Count < network.TargetCount && !data.Targets.AreClasses))
        {
            throw new DataException(data.Targets.AreClasses
                ? $"the data have {data.Targets.Count} classes, the network {network} with loss {network.Loss} takes {network.TargetCount}"
                : $"the data have {data.Targets.Count} target values in a row, the network {network} with loss {network.Loss} takes {network.TargetCount}");
        }
    }
}
