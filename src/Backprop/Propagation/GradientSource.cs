using System.Numerics;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>Where the gradient of a part of θ comes from, once a batch has gone forward and backward.</summary>
/// <param name="part">The part of θ.</param>
internal abstract unsafe class GradientSource<T>(ParameterPanels part) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public ParameterPanels Part { get; } = part;

    /// <summary>to = Σ over samples first … of the gradient of a tile, added to what stands there where it <paramref name="goesOn"/>, each number one chain in the samples' order; the padding 0.</summary>
    public abstract void Sum(in ParameterTiles<T>.Tile tile, int first, int samples, bool goesOn, T* to);
}
