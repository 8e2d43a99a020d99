using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Tests;

public sealed class EvaluatorTests
{
    [Theory]
    [InlineData("7-64:tanh-3:softmax", 5000)]
    [InlineData("7-64:tanh-1:identity", 5000)]
    [InlineData("7-64:tanh-1:identity", 97)]
    public void AnyNumberOfThreadsGivesTheSameBits(string specification, int rows)
    {
        NetworkDefinition definition = NetworkDefinition.Parse(specification);
        var network = new Network<float>(definition, Initializer.PyTorch, seed: 5);
        var random = new CounterRandom(9, 1);
        float[] features = [.. Enumerable.Range(0, rows * 7).Select(n => (float)random.Normal((ulong)n))];
        float[] weights = [.. Enumerable.Range(0, rows).Select(n => 1 + (n % 3))];
        Targets<float> targets = definition.Outputs > 1
            ? Targets<float>.Classes([.. Enumerable.Range(0, rows).Select(n => n % 3)], 3)
            : Targets<float>.Values([.. Enumerable.Range(0, rows).Select(n => features[7 * n])], 1);
        var data = new Dataset<float>(rows, 7, features, targets, weights);
        double[] Figures(int threads)
        {
            using var evaluator = new Evaluator<float>(network, threads: threads);
            Evaluation evaluation = evaluator.Evaluate(data);
            return [evaluation.Loss, .. evaluation.Metrics.Select(metric => metric.Value)];
        }

        double[] one = Figures(1);
        foreach (int threads in new[] { 2, 3, 8 })
        {
            Assert.Equal(one.Select(BitConverter.DoubleToInt64Bits), Figures(threads).Select(BitConverter.DoubleToInt64Bits));
        }
    }
}
