using System.Numerics;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Training;

/// <summary>Finds the first layer where a NaN or an infinity stands.</summary>
internal static unsafe class Divergence
{
    public static DivergenceException Find<T>(Propagator<T> propagator, int samples, long step, double loss) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (DenseLayer<T> layer in propagator.Network.Layers)
        {
            int stride = propagator.Workspace.Strides[layer.Index];
            foreach (AlignedBuffer<T> values in new[] { propagator.Workspace.PreActivations[layer.Index], propagator.Workspace.Activations[layer.Index] })
            {
                for (int sample = 0; sample < samples; sample++)
                {
                    for (int unit = 0; unit < layer.Outputs; unit++)
                    {
                        T value = values.Pointer[((long)sample * stride) + unit];
                        if (!T.IsFinite(value))
                        {
                            return new($"step {step}: layer {layer.Index}, unit {unit} is {value} for row {propagator.Workspace.Rows[sample]}; a lower learning rate or --clip-norm may help", layer.Index, step);
                        }
                    }
                }
            }
        }

        return new($"step {step}: the loss is {loss} although layer {propagator.Network.Layers.Length}, the last, is finite, as all before are; a lower learning rate or --clip-norm may help", propagator.Network.Layers.Length, step);
    }
}
