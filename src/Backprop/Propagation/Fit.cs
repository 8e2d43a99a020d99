using System.Numerics;
using Backprop.Data;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>Whether data and network belong together.</summary>
internal static class Fit
{
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
