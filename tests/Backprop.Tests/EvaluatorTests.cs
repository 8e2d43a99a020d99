using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Propagation.Schedules;
using Backprop.Training;

namespace Backprop.Tests;

public sealed class EvaluatorTests
{
    /// <summary>Rows in one chunk and in several, with weights and without; classes that compete and such that do not.</summary>
    [Theory]
    [InlineData("7-64:tanh-3:softmax", 5000, true)]
    [InlineData("7-64:tanh-3:softmax", 20_001, false)]
    [InlineData("7-64:tanh-3:sigmoid", 9000, false)]
    [InlineData("7-64:tanh-3:identity", 9000, false)]
    [InlineData("7-64:tanh-2:softmax", 9000, false)]
    [InlineData("7-64:tanh-1:identity", 5000, true)]
    [InlineData("7-64:tanh-1:identity", 97, true)]
    public void AnyNumberOfThreadsGivesTheSameBits(string specification, int rows, bool isWeighted)
    {
        NetworkDefinition definition = NetworkDefinition.Parse(specification);
        var network = new Network<float>(definition, Initializer.PyTorch, seed: 5);
        var random = new CounterRandom(9, 1);
        float[] features = [.. Enumerable.Range(0, rows * 7).Select(n => (float)random.Normal((ulong)n))];
        float[] weights = [.. Enumerable.Range(0, rows).Select(n => 1 + (n % 3))];
        Targets<float> targets = definition.Outputs > 1
            ? Targets<float>.Classes([.. Enumerable.Range(0, rows).Select(n => n % definition.Outputs)], definition.Outputs)
            : Targets<float>.Values([.. Enumerable.Range(0, rows).Select(n => features[7 * n])], 1);
        var data = new Dataset<float>(rows, 7, features, targets, isWeighted ? weights : null);
        double[] Figures(int threads)
        {
            using var evaluator = new Evaluator<float>(network, threads: threads);
            Evaluation evaluation = evaluator.Evaluate(data);
            return All(evaluation);
        }

        static double[] All(Evaluation evaluation) => [evaluation.Loss, .. evaluation.Metrics.Select(metric => metric.Value), .. evaluation.PerClass?.SelectMany(of => new[] { of.Precision, of.Recall, of.F1, of.Auc, of.Support }) ?? []];
        double[] one = Figures(1);
        foreach (int threads in new[] { 2, 3, 8 })
        {
            Assert.Equal(one.Select(BitConverter.DoubleToInt64Bits), Figures(threads).Select(BitConverter.DoubleToInt64Bits));
        }

        using var team = new WorkerTeam(3);
        using var shared = new Evaluator<float>(network);
        using PredictionPlan<float> plan = shared.PlanOn(team);
        for (int again = 0; again < 5; again++) // the trial of the team goes on
        {
            Evaluation evaluation = shared.Evaluate(data, plan);
            Assert.Equal(one, All(evaluation));
        }

        plan.Dispose();
        int ran = 0;
        team.Run(_ => Interlocked.Increment(ref ran)); // whose team it is ends it
        Assert.Equal(3, ran);
    }

    /// <summary>An epoch's validation does not make its outputs anew.</summary>
    [Fact]
    public void EvaluatingAgainAllocatesNoOutputs()
    {
        const int Rows = 20_000;
        var network = new Network<float>(NetworkDefinition.Parse("3-4:tanh-5:softmax"), Initializer.PyTorch);
        var random = new CounterRandom(9, 1);
        var data = new Dataset<float>(Rows, 3, [.. Enumerable.Range(0, Rows * 3).Select(n => (float)random.Normal((ulong)n))], Targets<float>.Classes([.. Enumerable.Range(0, Rows).Select(n => n % 5)], 5));
        using var evaluator = new Evaluator<float>(network);
        long least = long.MaxValue;
        for (int again = 0; again < 5; again++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            evaluator.Evaluate(data);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.True(least < Rows, $"{least:N0} bytes for {Rows:N0} rows of 5 outputs");
    }

    /// <summary>Against all pairs, counted one by one: few rows and many, ranks of every size and sign, and such as only their last bits tell apart, ties, weights.</summary>
    [Theory]
    [InlineData(2, false, 3)]
    [InlineData(40, true, 3)]
    [InlineData(499, false, 3)]
    [InlineData(500, false, 3)]
    [InlineData(900, true, 3)]
    [InlineData(700, false, 3, 10)]
    [InlineData(700, false, 3, 22)]
    [InlineData(700, false, 3, 40)]
    [InlineData(700, true, 0, 50)]
    public void AreasAreThoseOfAllPairs(int rows, bool weighted, int kinds, int lastBits = 8)
    {
        var random = new CounterRandom(4, (ulong)rows);
        double[] edges = [0, -0.0, double.Epsilon, -double.Epsilon, 1e300, -1e300, double.PositiveInfinity, double.NegativeInfinity, 1, Math.BitIncrement(1.0)];
        double[] ranks = [.. Enumerable.Range(0, rows).Select(n => (random.Bits((ulong)n) % (ulong)(kinds + 1)) switch
        {
            var kind when kind == (ulong)kinds => BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(1) + (long)(random.Bits((ulong)(n + 40_000)) >> (64 - lastBits))),
            0 => edges[random.Bits((ulong)(n + 10_000)) % (ulong)edges.Length],
            1 => Math.Round(random.Normal((ulong)n)),
            _ => random.Normal((ulong)n) * Math.Pow(10, 40 * (random.Uniform((ulong)(n + 20_000)) - 0.5)),
        })];
        int[] classes = [.. Enumerable.Range(0, rows).Select(n => n % 3 == 0 ? 1 : 0)];
        float[] given = weighted ? [.. Enumerable.Range(0, rows).Select(n => (float)(0.1 + random.Uniform((ulong)(n + 30_000))))] : [];
        var weights = new RowWeights<float>(given);
        using var area = new AreaUnderCurve(rows);
        double right = 0, pairs = 0;
        for (int row = 0; row < rows; row++)
        {
            area.Add(row, ranks[row]);
        }

        for (int a = 0; a < rows; a++)
        {
            for (int b = 0; b < rows; b++)
            {
                if (classes[a] == 1 && classes[b] == 0)
                {
                    double weight = weights[a] * weights[b];
                    pairs += weight;
                    right += weight * (ranks[a] > ranks[b] ? 1 : ranks[a] == ranks[b] ? 0.5 : 0);
                }
            }
        }

        Assert.Equal(right / pairs, area.Of(classes, 1, weights), 1e-12);
        if (!weighted)
        {
            Assert.Equal(right / pairs, RankedPairs.Area(1, classes, ranks, classes.Count(one => one == 1)), 0);
            Assert.Equal((pairs - right) / pairs, RankedPairs.Area(0, classes, ranks, classes.Count(one => one == 0)), 1e-15);
        }
    }
}
