using System.Numerics;

namespace Backprop.Kernels;

internal static partial class ElementFunctions
{
    public static V Erf<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T> => x;

    public static V NormalCdf<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T> => x;
}
