using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>The forward pass: P_ℓ = X_{ℓ−1} W_ℓᵀ + b_ℓ, X_ℓ = f_ℓ(P_ℓ), layer by layer, for some samples of a batch.</summary>
internal static unsafe class ForwardPass<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(Network<T> network, Workspace<T> workspace, ActivationKernel<V>[] activations, int first, int count, DropoutKey? dropout)
    {
        foreach (DenseLayer<T> layer in network.Layers)
        {
            Layer(network, workspace, activations, layer, 0, layer.Outputs, first, count, dropout is not null);
            if (dropout is { } key && workspace.Dropped[layer.Index] is { } dropped)
            {
                Drop(workspace, layer, key, first, count, dropped);
            }
        }
    }

    /// <summary>Some panels of one layer: units <paramref name="unit"/> … <paramref name="endUnit"/> − 1. At the output layer only P_N, in X_N's place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Layer(Network<T> network, Workspace<T> workspace, ActivationKernel<V>[] activations, DenseLayer<T> layer, int unit, int endUnit, int first, int count, bool dropout)
    {
        int l = layer.Index, stride = workspace.Strides[l], last = network.Layers.Length;
        AlignedBuffer<T> inputs = dropout ? workspace.Dropped[l - 1] ?? workspace.Activations[l - 1] : workspace.Activations[l - 1];
        T* p = workspace.PreActivations[l].Pointer + ((nint)first * stride);
        T* x = workspace.Activations[l].Pointer + ((nint)first * stride);
        MatrixProduct<T, V>.Run(
            count, layer.Outputs, unit, endUnit, layer.Inputs,
            inputs.Pointer + ((nint)first * workspace.Strides[l - 1]), workspace.Strides[l - 1],
            network.Parameters.Pointer + layer.Offset, biased: true,
            p, stride,
            new Tail(l < last ? activations[l] : null, p, x, stride, count, layer.Outputs));
        for (int sample = 0; l < last && endUnit == layer.Outputs && sample < count; sample++)
        {
            x[(sample * (nint)stride) + layer.Outputs] = T.One; // what the biases are weights of
        }
    }

    /// <summary>X_ℓ ∘ mask: each unit's number depends on (seed, epoch, row, layer, unit) alone.</summary>
    private static void Drop(Workspace<T> workspace, DenseLayer<T> layer, DropoutKey key, int first, int count, AlignedBuffer<T> dropped)
    {
        int stride = workspace.Strides[layer.Index];
        double rate = layer.Definition.Dropout;
        T kept = T.CreateTruncating(1 / (1 - rate));
        var random = new CounterRandom(key.Seed, 0x44524F50ul ^ ((ulong)key.Epoch << 16) ^ ((ulong)layer.Index << 56));
        for (int sample = first; sample < first + count; sample++)
        {
            ulong start = (ulong)workspace.Rows[sample] * (ulong)layer.Outputs;
            long at = (long)sample * stride;
            for (int unit = 0; unit < layer.Outputs; unit++)
            {
                T mask = random.Uniform(start + (ulong)unit) < rate ? T.Zero : kept;
                workspace.DropoutMasks[layer.Index]!.Pointer[at + unit] = mask;
                dropped.Pointer[at + unit] = workspace.Activations[layer.Index].Pointer[at + unit] * mask;
            }
        }
    }

    /// <summary>X_ℓ = f_ℓ(P_ℓ).</summary>
    private readonly struct Tail(ActivationKernel<V>? activation, T* p, T* x, int stride, int rows, int units) : IPanelTail
    {
        public void Run(int column, int width) => activation?.Forward((V*)(p + column), (V*)(x + column), stride / V.Count, rows, Math.Min(width, units - column));
    }
}
