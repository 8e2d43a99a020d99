using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Norms, residual layers and dropout in every combination: gradients against differences, and the same bits whatever the step is cut into.</summary>
public class LayerPartTests(ITestOutputHelper output)
{
    private static readonly string[] s_norms = ["", ",layer_norm", ",batch_norm"], s_residual = ["", ",residual"], s_dropout = ["", ",dropout(0.3)"];

    /// <summary>Every combination of parts in two layers, at the output a norm or none.</summary>
    internal static IEnumerable<string> Combinations(int inputs, int units, int outputs, string activation = "tanh") =>
        from first in s_norms
        from second in s_norms
        from residual in s_residual
        from dropout in s_dropout
        let last = first == second ? first : ""
        select $"{inputs}-{units}:{activation}{first}{dropout}-{units}:silu{second}{residual}{dropout}-{outputs}{(last.Length > 0 ? $":identity{last}" : "")}";

    [Theory]
    [InlineData(3, 4, 2, 5)] // by sections where there are two, else by samples
    [InlineData(5, 17, 3, 300)]
    [InlineData(20, 40, 9, 3)] // by units
    [InlineData(7, 33, 1, 64)]
    public void GradientsAreWhatDifferencesSay(int inputs, int units, int outputs, int rows)
    {
        double worst = 0;
        foreach (string specification in Combinations(inputs, units, outputs))
        {
            Network<double> network = Make(specification);
            Dataset<double> data = Data(network.Definition, 11, rows);
            foreach (bool batchStatistics in new[] { false, true })
            {
                Gradient<double> gradient = Backpropagation.Gradient(network, data, batchStatistics: batchStatistics);
                using var predictor = new Predictor<double>(network, threads: 1);
                using var ofBatch = new Backpropagation<double>(network, rows, threads: 1, batchStatistics: true);
                double Loss() => batchStatistics ? ofBatch.Run(data).Loss : predictor.Evaluate(data, out _);
                Assert.Equal(Loss(), gradient.Loss, 1e-12);
                worst = Math.Max(worst, Compare(network, gradient.Of, Loss, $"{specification}, batch statistics {batchStatistics}"));
            }
        }

        output.WriteLine($"{worst:E1}");
    }

    [Theory]
    [InlineData(3, 4, 2, 5)]
    [InlineData(5, 17, 3, 300)]
    [InlineData(20, 40, 9, 3)]
    [InlineData(7, 33, 1, 64)]
    public void StepsOfTrainingAreWhatDifferencesSay(int inputs, int units, int outputs, int rows)
    {
        foreach (string specification in Combinations(inputs, units, outputs))
        {
            Network<double> network = Make(specification);
            Dataset<double> data = Data(network.Definition, 12, rows);
            double Loss() => Step(network.Clone(), data, 0);
            Network<double> after = network.Clone();
            Step(after, data, 1);
            var of = network.Blocks.Zip(after.Blocks).ToDictionary(pair => pair.First, pair => pair.First.Get().Zip(pair.Second.Get(), (a, b) => a - b).ToArray());
            Compare(network, block => of[block], Loss, specification);
        }
    }

    [Theory]
    [InlineData(3, 4, 2, 5)]
    [InlineData(5, 17, 3, 300)]
    [InlineData(20, 40, 9, 3)]
    [InlineData(7, 33, 1, 64)]
    [InlineData(64, 200, 10, 64)]
    [InlineData(64, 200, 10, 500)]
    public void VectorsAndThreadsChangeNoBit(int inputs, int units, int outputs, int rows)
    {
        foreach (string specification in Combinations(inputs, units, outputs).Where((_, n) => units < 100 || n % 5 == 0))
        {
            Network<float> network = Make(specification).Convert<float>();
            Dataset<float> data = InFloat(Data(network.Definition, 13, rows));
            string? first = null;
            foreach (VectorPath path in VectorPaths.Available)
            {
                foreach (int threads in new[] { 1, 2, 3 })
                {
                    Network<float> trained = network.Clone();
                    using var step = new TrainingStep<float>(trained, Optimizer.Create("adam"), Math.Min(rows, 128), new() { Vectors = path, Threads = threads, Seed = 3 });
                    for (int start = 0; start < rows; start += 128)
                    {
                        step.Run(data, RowPermutation.FileOrder(rows), start, Math.Min(128, rows - start), 0.01);
                    }

                    string bits = string.Join(' ', trained.Blocks.Select(block => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(block.Get())))));
                    first ??= bits;
                    Assert.True(bits == first, $"{specification}, {path}, {threads} threads");
                }
            }
        }
    }

    /// <summary>The worst |gradient − difference| over what it may be, of some entries of each block.</summary>
    private static double Compare(Network<double> network, Func<ParameterBlock<double>, double[]> gradient, Func<double> loss, string what)
    {
        double worst = 0;
        foreach (ParameterBlock<double> block in network.Blocks.Where(block => block.IsTrained))
        {
            double[] expected = gradient(block);
            for (int n = 0; n < block.Length; n += 1 + (block.Length / 3))
            {
                const double Step = 2e-5;
                double value = block.Get(n);
                double At(double moved)
                {
                    block.Set(n, value + moved);
                    return loss();
                }

                double difference = ((At(-2 * Step) - At(2 * Step)) + (8 * (At(Step) - At(-Step)))) / (12 * Step);
                block.Set(n, value);
                double apart = Math.Abs(expected[n] - difference) / Math.Max(1, Math.Abs(difference));
                Assert.True(apart < 1e-8, $"{what}: {block.Symbol} {n} is {expected[n]}, by differences {difference}");
                worst = Math.Max(worst, apart);
            }
        }

        return worst;
    }

    private static double Step(Network<double> network, Dataset<double> data, double rate)
    {
        using var step = new TrainingStep<double>(network, Optimizer.Create("sgd"), data.Rows, new() { Seed = 5 });
        return step.Run(data, RowPermutation.FileOrder(data.Rows), 0, data.Rows, rate);
    }

    /// <summary>Every tensor away from what it begins with.</summary>
    internal static Network<double> Make(string specification, string? loss = null)
    {
        var network = new Network<double>(NetworkDefinition.Parse(specification, loss is null ? null : Loss.Parse(loss)), Initializer.Parse("glorot_normal"), 7);
        var random = new CounterRandom(17, 3);
        ulong n = 0;
        foreach (ParameterBlock<double> block in network.Blocks.Where(block => block.Shape.Length == 1))
        {
            block.Set([.. block.Get().Select(value => value + (block.Name.EndsWith("_var", StringComparison.Ordinal) ? random.Uniform(n++) : 0.3 * random.Normal(n++)))]);
        }

        return network;
    }

    internal static Dataset<double> Data(NetworkDefinition definition, ulong seed, int rows)
    {
        var random = new CounterRandom(seed, 1);
        ulong n = 0;
        return new(
            rows, definition.Inputs, [.. Enumerable.Range(0, rows * definition.Inputs).Select(_ => random.Normal(n++))],
            Targets<double>.Values([.. Enumerable.Range(0, rows * definition.TargetCount).Select(_ => random.Uniform(n++))], definition.TargetCount),
            [.. Enumerable.Range(0, rows).Select(_ => 0.5 + random.Uniform(n++))]);
    }

    private static Dataset<float> InFloat(Dataset<double> data) => new(
        data.Rows, data.FeatureCount, Array.ConvertAll(data.Features.ToArray(), value => (float)value),
        Targets<float>.Values(Array.ConvertAll(data.Targets.AllValues.ToArray(), value => (float)value), data.Targets.Count), Array.ConvertAll(data.SampleWeights!, value => (float)value));
}
