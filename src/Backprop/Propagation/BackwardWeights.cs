using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>W_ℓ once more, in panels of inputs [In/32][Out][32], for Δ_ℓ W_ℓ; knows which weights it is a copy of.</summary>
internal sealed unsafe class BackwardWeights<T>(Network<T> network) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AlignedBuffer<T>[] _weights = [.. network.Layers.Select(layer => new AlignedBuffer<T>(Layout.PanelSize<T>(layer.Outputs, layer.Inputs)))];
    private long _version = -1;
    private int _lowest = int.MaxValue; // the first layer whose weights were copied then, with all behind it

    /// <summary>The copy of a layer, counted from 1.</summary>
    public AlignedBuffer<T> this[int layer] => _weights[layer - 1];

    /// <summary>Whether the copy is of the weights as they are.</summary>
    public bool IsFresh => _version == network.Version;

    /// <summary>Brings the copy up to date, down to layer <paramref name="lowest"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Refresh(int lowest)
    {
        int copied = IsFresh ? _lowest : int.MaxValue;
        if (copied <= lowest)
        {
            return;
        }

        long version = network.Version;
        foreach (DenseLayer<T> layer in network.Layers)
        {
            for (int output = 0; layer.Index >= lowest && layer.Index < copied && output < layer.Outputs; output += Layout.PanelWidth<T>())
            {
                Copy(layer, 0, layer.Inputs, output);
            }
        }

        (_version, _lowest) = (version, lowest);
    }

    /// <summary>Says that the network has been updated, and with it by <see cref="Copy"/> every layer from <paramref name="lowest"/> on.</summary>
    public void Keep(int lowest) => (_version, _lowest) = (network.Version, lowest);

    /// <summary>Copies the weights of one panel of outputs and some inputs, of which the first begins a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Copy(DenseLayer<T> layer, int input, int inputs, int output)
    {
        int width = Layout.WidthAt<T>(output, layer.Outputs), outputs = Math.Min(width, layer.Outputs - output), panel = Layout.PanelWidth<T>();
        T* from = network.Parameters.Pointer + layer.WeightIndex(output, input);
        T* to = this[layer.Index].Pointer;
        for (int i = input; i < input + inputs; i += panel)
        {
            Transposition.Run(
                from + ((nint)(i - input) * width), width, Math.Min(panel, input + inputs - i), outputs,
                to + Layout.PanelIndex<T>(output, i, layer.Outputs, layer.Inputs), Layout.WidthAt<T>(i, layer.Inputs));
        }
    }
}
