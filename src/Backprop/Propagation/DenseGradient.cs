using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>∂W_ℓ = Δ_ℓᵀ X_{ℓ−1}, ∂b_ℓ = Δ_ℓᵀ 1: the samples are the sum, both operands are read as they lie; after the last input comes the 1 of the biases.</summary>
internal sealed unsafe class DenseGradient<T, V>(ParameterPanels part, BatchMatrix<T> input, BatchMatrix<T> delta) : GradientSource<T>(part)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Sum(in ParameterTiles<T>.Tile tile, int first, int samples, bool goesOn, T* to) => MatrixProduct<T, V>.Panel<Constants.N0>(
        tile.Rows, tile.Width, samples,
        input.Row(first) + tile.Input, 1, input.Stride,
        delta.Row(first) + tile.Output, delta.Stride,
        goesOn ? to : null, tile.Width, to, tile.Width);
}
