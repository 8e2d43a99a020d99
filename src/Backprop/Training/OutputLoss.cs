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
    public static double Mean<T>(OutputReader<T> outputs, Dataset<T> data) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(data);
        CompensatedSum losses = default, weights = default;
        foreach ((int row, double loss) in OfRows(outputs, data).Index())
        {
            double weight = WeightOf(data, row);
            if (weight != 0)
            {
                losses.Add(weight * loss);
                weights.Add(weight);
            }
        }

        return losses.Value / weights.Value;
    }

    /// <summary>The loss of each row, [Rows]; NaN: it weighs nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double[] OfRows<T>(OutputReader<T> outputs, Dataset<T> data) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(data);
        NetworkDefinition network = outputs.Network;
        OutputKernel<Lane<double>> kernel = network.Loss.Bind<Lane<double>>(network.Layers[^1].Activation);
        double[] p = new double[outputs.Width], y = new double[outputs.Width], t = new double[network.TargetCount];
        double[] losses = new double[data.Rows];
        for (int n = 0; n < losses.Length; n++)
        {
            if (WeightOf(data, n) == 0)
            {
                losses[n] = double.NaN;
                continue;
            }

            for (int output = 0; output < p.Length; output++)
            {
                p[output] = outputs.PreActivation(n, output);
            }

            outputs.Read(n, y);
            for (int target = 0; target < t.Length; target++)
            {
                t[target] = data.Targets.AreClasses ? data.Targets.ClassIndices[n] == target ? 1 : 0 : double.CreateTruncating(data.Targets[n, target]);
            }

            losses[n] = kernel.Value(Lanes(p), Lanes(y), Lanes(t)).Value;
        }

        return losses;
    }

    private static double WeightOf<T>(Dataset<T> data, int row) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        data.SampleWeights is { } weights ? double.CreateTruncating(weights[row]) : 1;

    private static ReadOnlySpan<Lane<double>> Lanes(double[] values) => MemoryMarshal.Cast<double, Lane<double>>(values);
}
