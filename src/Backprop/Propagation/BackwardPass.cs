using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>The backward pass, the compact form that the note asks for: Δ_ℓ = f′_ℓ(P_ℓ) ∘ (Δ_{ℓ+1} W_{ℓ+1}), ∂W_ℓ = Δ_ℓᵀ X_{ℓ−1}, ∂b_ℓ = Δ_ℓᵀ 1.</summary>
internal static unsafe class BackwardPass<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    /// <summary>The deltas of some samples, from Δ_N down to Δ₁, and ∂Loss/∂X₀ in Δ₀ if asked for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Deltas(Network<T> network, Workspace<T> workspace, ActivationKernel<V>[] activations, int first, int count, bool toInput, bool dropout)
    {
        for (int l = network.Layers.Length; l > (toInput ? 0 : 1); l--)
        {
            DenseLayer<T> layer = network.Layers[l - 1];
            Layer(workspace, activations, layer, 0, layer.Inputs, first, count, dropout);
        }
    }

    /// <summary>Some panels of Δ_{ℓ−1} = f′_{ℓ−1}(P_{ℓ−1}) ∘ (Δ_ℓ W_ℓ): inputs <paramref name="input"/> … <paramref name="endInput"/> − 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Layer(Workspace<T> workspace, ActivationKernel<V>[] activations, DenseLayer<T> layer, int input, int endInput, int first, int count, bool dropout)
    {
        int l = layer.Index, stride = workspace.Strides[l - 1];
        nint at = (nint)first * stride;
        T* before = workspace.Deltas[l - 1].Pointer + at;
        T* mask = dropout && workspace.DropoutMasks[l - 1] is { } masks ? masks.Pointer + at : null;
        MatrixProduct<T, V>.Run(
            count, layer.Inputs, input, endInput, layer.Outputs,
            workspace.Deltas[l].Pointer + ((nint)first * workspace.Strides[l]), workspace.Strides[l],
            workspace.BackwardWeights[l].Pointer, biased: false,
            before, stride,
            new Tail(l > 1 ? activations[l - 1] : null, workspace.PreActivations[l - 1].Pointer + at, workspace.Activations[l - 1].Pointer + at, before, mask, stride, count, layer.Inputs));
    }

    /// <summary>A tile of ∂W_ℓ and ∂b_ℓ: the samples are the sum, both operands are read as they lie; after the last input comes the 1 of the biases.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ParameterGradients(Workspace<T> workspace, in ParameterTiles<T>.Tile tile, int first, int samples, T* start, T* to, bool dropout)
    {
        int l = tile.Layer.Index;
        nint inputStride = workspace.Strides[l - 1], deltaStride = workspace.Strides[l];
        AlignedBuffer<T> x = dropout ? workspace.Dropped[l - 1] ?? workspace.Activations[l - 1] : workspace.Activations[l - 1];
        MatrixProduct<T, V>.Panel<Constants.N0>(
            tile.Rows, tile.Width, samples,
            x.Pointer + (first * inputStride) + tile.Input, 1, inputStride,
            workspace.Deltas[l].Pointer + (first * deltaStride) + tile.Output, deltaStride,
            start, tile.Width, to, tile.Width);
    }

    /// <summary>Δ ← f′(P) ∘ mask ∘ Δ; beyond the last unit it stays 0, so that the padding of ∂W does.</summary>
    private readonly struct Tail(ActivationKernel<V>? activation, T* p, T* x, T* delta, T* mask, int stride, int rows, int units) : IPanelTail
    {
        public void Run(int column, int width)
        {
            for (int row = 0; mask is not null && row < rows; row++)
            {
                for (nint n = ((nint)row * stride) + column; n < ((nint)row * stride) + column + width; n += V.Count)
                {
                    (V.Load(delta + n) * V.Load(mask + n)).Store(delta + n);
                }
            }

            activation?.Backward((V*)(p + column), (V*)(x + column), (V*)(delta + column), stride / V.Count, rows, Math.Min(width, units - column));
            for (int row = 0; column + width > units && activation is { KeepsZeros: false } && row < rows; row++)
            {
                new Span<T>(delta + ((nint)row * stride) + units, column + width - units).Clear();
            }
        }
    }
}
