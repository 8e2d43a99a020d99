using System.Numerics;

namespace Backprop.Kernels;

/// <summary>Something that is made, or done, on vectors whose type is known only when the program runs.</summary>
internal interface IVectorVisitor<T, TResult> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    TResult Visit<V>() where V : unmanaged, ILanes<V, T>;
}
