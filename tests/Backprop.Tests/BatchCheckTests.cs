using Backprop.Data;
using Backprop.Derivations;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;

namespace Backprop.Tests;

/// <summary>Rows as one batch, three ways: no false alarm at kinks and where a residual is all rounding.</summary>
public class BatchCheckTests
{
    [Fact]
    public void AKinkIsNamed() // β = 0 and u = 0: p lies on relu's kink
    {
        var network = new Network<double>(NetworkDefinition.Parse("3-4:relu,batch_norm-1:identity"), Initializer.PyTorch, seed: 1);
        GradientCheckResult result = GradientCheck.Run(network, new(1, 3, [0.3, -0.2, 0.7], Targets<double>.Values([0.5], 1)), sample: null, batchStatistics: true);
        Assert.True(result.Agrees);
        Assert.Contains(result.LeftOut, left => left.Why.Contains("row 0: unit 0 of layer 1 is within a step of a kink of relu", StringComparison.Ordinal));
    }

    [Fact]
    public void AResidualThatIsAllRoundingIsNoDisagreement()
    {
        Dataset<double> data = new(3, 2, [1, 2, 2, 1, 3, 5], Targets<double>.Values([3.5, 4.25, 6.125], 1));
        for (ulong seed = 0; seed < 8; seed++)
        {
            var network = new Network<double>(NetworkDefinition.Parse("2-4:tanh-1:identity"), Initializer.PyTorch, seed);
            using var objective = new Objective<double>(network, data, threads: 1);
            Minimization<double> minimization = new LevenbergMarquardt().Start(objective);
            for (int step = 0; step < 50 && !minimization.HasConverged; step++)
            {
                minimization.Step();
            }

            Assert.True(GradientCheck.Run(network, data, sample: null, batchStatistics: true).Agrees, $"seed {seed}, loss {minimization.Loss}");
        }
    }

    [Fact]
    public void DifferencesOfLargeNumbersInALayerNormAreRounding() // u of q about 1e8 has 8 digits less
    {
        var network = new Network<double>(NetworkDefinition.Parse("3-4:tanh,layer_norm-4:tanh,batch_norm-1"), Initializer.PyTorch, seed: 3);
        network.Layers[0].SetBiases([1e8, 1e8, 1e8, 1e8]);
        double[] features = [.. Enumerable.Range(0, 18).Select(n => Math.Sin(n * n))];
        GradientCheckResult result = GradientCheck.Run(network, new(6, 3, features, Targets<double>.Values([0.5, 1, -1, 2, 0, 1], 1)), sample: null, batchStatistics: true);
        Assert.True(result.Agrees, $"{result.WorstOfRecursion:E1} and {result.WorstOfNumerical:E1} at {result.WorstParameter}");
        Assert.Contains(result.LeftOut, left => left.Why.Contains("rounding alone", StringComparison.Ordinal));
    }
}
