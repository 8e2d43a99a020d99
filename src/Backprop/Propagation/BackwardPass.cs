using System.Numerics;
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
    public static void Deltas(Network<T> network, Workspace<T> workspace, ActivationKernel<V>[] activations, int first, int count, bool toInput, bool dropout)
    {
        for (int l = network.Layers.Length; l > (toInput ? 0 : 1); l--)
        {
            DenseLayer<T> layer = network.Layers[l - 1];
            int stride = workspace.Strides[l - 1];
            long at = (long)first * stride;
            T* before = workspace.Deltas[l - 1].Pointer + at;
            MatrixProduct<T, V>.Run(
                count, layer.Inputs, layer.Outputs,
                workspace.Deltas[l].Pointer + ((long)first * workspace.Strides[l]), workspace.Strides[l],
                workspace.BackwardWeights[l].Pointer, biased: false,
                before, stride);
            if (l > 1)
            {
                if (dropout && workspace.DropoutMasks[l - 1] is { } mask)
                {
                    Multiply((V*)before, (V*)(mask.Pointer + at), count * stride / V.Count);
                }

                activations[l - 1].Backward((V*)(workspace.PreActivations[l - 1].Pointer + at), (V*)(workspace.Activations[l - 1].Pointer + at), (V*)before, count * stride / V.Count);
            }
        }
    }

    /// <summary>A tile of ∂W_ℓ and ∂b_ℓ: the samples are the sum, both operands are read as they lie; after the last input comes the 1 of the biases.</summary>
    public static void ParameterGradients(Workspace<T> workspace, in ParameterTiles<T>.Tile tile, int first, int samples, T* start, T* to, bool dropout)
    {
        int l = tile.Layer.Index;
        nint inputStride = workspace.Strides[l - 1], deltaStride = workspace.Strides[l];
        AlignedBuffer<T> x = dropout ? workspace.Dropped[l - 1] ?? workspace.Activations[l - 1] : workspace.Activations[l - 1];
        MatrixProduct<T, V>.Panel(
            tile.Rows, tile.Width, samples,
            x.Pointer + (first * inputStride) + tile.Input, 1, inputStride,
            workspace.Deltas[l].Pointer + (first * deltaStride) + tile.Output, deltaStride,
            start, tile.Width, to, tile.Width);
    }

    private static void Multiply(V* a, V* b, int count)
    {
        for (int n = 0; n < count; n++)
        {
            a[n] = a[n] * b[n];
        }
    }
}
