using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>The loss of outputs that no single network made.</summary>
public static class OutputLoss
{
    /// <summary>The mean over rows by their weights; those that weigh nothing count nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Mean<T>(OutputReader<T> outputs, Dataset<T> data) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NetworkDefinition network = outputs.Network;
        OutputKernel<Lane<double>> kernel = network.Loss.Bind<Lane<double>>(network.Layers[^1].Activation);
        double[] p = new double[outputs.Width], y = new double[outputs.Width], t = new double[network.TargetCount];
        CompensatedSum losses = default, weights = default;
        for (int row = 0; row < data.Rows; row++)
        {
            double weight = data.SampleWeights is { } given ? double.CreateTruncating(given[row]) : 1;
            if (weight == 0)
            {
                continue;
            }

            for (int output = 0; output < p.Length; output++)
            {
                p[output] = outputs.PreActivation(row, output);
            }

            outputs.Read(row, y);
            for (int target = 0; target < t.Length; target++)
            {
                t[target] = data.Targets.AreClasses ? data.Targets.ClassIndices[row] == target ? 1 : 0 : double.CreateTruncating(data.Targets[row, target]);
            }

            losses.Add(weight * kernel.Value(Lanes(p), Lanes(y), Lanes(t)).Value);
            weights.Add(weight);
        }

        return losses.Value / weights.Value;
    }

    private static ReadOnlySpan<Lane<double>> Lanes(double[] values) => MemoryMarshal.Cast<double, Lane<double>>(values);
}
