using System.Numerics;
using Backprop.Propagation;

namespace Backprop.Training;

/// <summary>Finds the first layer where a NaN or an infinity stands.</summary>
internal static unsafe class Divergence
{
    public static DivergenceException Find<T>(StepPlan<T> plan, long step, double loss) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int layers = plan.Network.Layers.Length;
        for (int layer = 1; layer <= layers; layer++)
        {
            foreach (BatchMatrix<T> values in plan.Values(layer))
            {
                for (int sample = 0; sample < plan.Samples.Batch.Samples; sample++)
                {
                    for (int unit = 0; unit < values.Width; unit++)
                    {
                        T value = values.Row(sample)[unit];
                        if (!T.IsFinite(value))
                        {
                            return new($"step {step}: layer {layer}, unit {unit} is {value} for row {plan.Samples.Rows[sample]} of those that are learned from; a lower learning rate or --clip-norm may help", layer, step);
                        }
                    }
                }
            }
        }

        return new($"step {step}: the loss is {loss} although layer {layers}, the last, is finite, as all before are; a lower learning rate or --clip-norm may help", layers, step);
    }
}
