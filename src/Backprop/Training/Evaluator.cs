using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Training;

/// <summary>Loss and metrics of one network. Values that were scaled for training are measured in their own units.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="network">The network.</param>
/// <param name="targetScales">What one unit of each target stands for; null: 1.</param>
public sealed class Evaluator<T>(Network<T> network, double[]? targetScales = null) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Predictor<T> _predictor = new(network);

    /// <summary>Loss and metrics over all rows.</summary>
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    public Evaluation Evaluate(Dataset<T> data)
    {
        double loss = _predictor.Evaluate(data, out T[] outputs);
        double[] y = Array.ConvertAll(outputs, double.CreateTruncating);
        NetworkDefinition definition = network.Definition;
        string output = definition.Layers[^1].Activation.Name;
        if (data.Targets.AreClasses)
        {
            return ClassificationMetrics.Compute(loss, data.Targets.ClassIndices, Probabilities(y, output), definition.Outputs, output is "softmax" or "log_softmax");
        }

        if (definition.Outputs == 1 && output == "sigmoid" && IsBinary(data.Targets.AllValues))
        {
            int[] classes = Array.ConvertAll(data.Targets.AllValues.ToArray(), value => value == T.One ? 1 : 0);
            return ClassificationMetrics.Compute(loss, classes, [.. y.SelectMany(p => new[] { 1 - p, p })], 2, areProbabilities: true);
        }

        return RegressionMetrics.Compute(loss, data.Targets, y, definition.Outputs, targetScales);
    }

    private static bool IsBinary(ReadOnlySpan<T> values)
    {
        foreach (T value in values)
        {
            if (value != T.Zero && value != T.One)
            {
                return false;
            }
        }

        return true;
    }

    private static double[] Probabilities(double[] y, string output) => output == "log_softmax" ? Array.ConvertAll(y, Math.Exp) : y;
}
