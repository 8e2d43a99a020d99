using Backprop.Data;
using Backprop.Derivations;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Counts of rows that were exposed for different times.</summary>
public sealed class PoissonOffsetTests
{
    private static readonly double[] s_exposures = [0.5, 1, 2.5, 30, 0.01, 7];

    private static Network<double> Network(string specification) =>
        new(NetworkDefinition.Parse(specification).With(NetworkDefinition.Parse(specification).Layers, Loss.Parse("poisson:1")), Initializer.Parse("glorot_normal"), 7);

    /// <summary>Two counts in a row, and behind them the logarithm of its exposure.</summary>
    private static Dataset<double> Rows()
    {
        var random = new Random(3);
        double[] features = [.. Enumerable.Range(0, 18).Select(_ => random.NextDouble() - 0.5)];
        return new(6, 3, features, Targets<double>.Values([.. s_exposures.SelectMany(e => new[] { random.Next(5), random.Next(5), Math.Log(e) })], 3));
    }

    [Theory]
    [InlineData("3-5:tanh-2")]
    [InlineData("3-9:silu,layer_norm-4:gelu-2")]
    [InlineData("3-2:softplus")]
    public void ThreeWaysAgree(string specification)
    {
        GradientCheckResult result = GradientCheck.Run(Network(specification), Rows(), sample: null);
        Assert.True(result.Agrees, $"{result.WorstOfRecursion:E1} {result.WorstOfNumerical:E1} {result.WorstParameter}");
        Assert.Equal(result.Parameters, result.Checked);
    }

    /// <summary>e^(y+o) − t(y+o) is E (e^y − (t/E) y) but for a constant: rates, each weighed by its exposure.</summary>
    [Fact]
    public void TheGradientIsThatOfRatesWeighedByExposures()
    {
        Network<double> network = Network("3-5:tanh-2");
        var plain = new Network<double>(network.Definition.With(network.Definition.Layers, Loss.Parse("poisson")));
        plain.CopyFrom(network);
        Dataset<double> rows = Rows();
        var rates = new Dataset<double>(6, 3, rows.Features.ToArray(), Targets<double>.Values([.. Enumerable.Range(0, 6).SelectMany(row => new[] { rows.Targets[row, 0] / s_exposures[row], rows.Targets[row, 1] / s_exposures[row] })], 2), s_exposures);
        double scale = s_exposures.Average(); // one mean is over rows, the other over exposures
        Gradient<double> ours = Backpropagation.Gradient(network, rows), other = Backpropagation.Gradient(plain, rates);
        foreach ((ParameterBlock<double> block, ParameterBlock<double> same) in network.Blocks.Zip(plain.Blocks))
        {
            foreach ((double a, double b) in ours.Of(block).Zip(other.Of(same)))
            {
                Assert.Equal(scale * b, a, 1e-12);
            }
        }
    }

    [Fact]
    public void TheValueIsThatOfTheFormula()
    {
        double loss = new PoissonOffset().Value<Backprop.Kernels.Lane<double>>([new(0.3)], [new(2), new(Math.Log(0.5))]).Value;
        Assert.Equal((0.5 * Math.Exp(0.3)) - (2 * (0.3 + Math.Log(0.5))), loss, 1e-15);
    }

    [Fact]
    public void MeasuredAreCounts()
    {
        Network<double> network = Network("3-2:identity");
        Dataset<double> rows = Rows();
        Evaluation evaluation = new Evaluator<double>(network).Evaluate(rows);
        double[] y = new double[12];
        new Predictor<double>(network).Predict(rows.Features, y);
        double expected = Enumerable.Range(0, 2).Average(of => Math.Sqrt(Enumerable.Range(0, 6).Average(row => Math.Pow((s_exposures[row] * Math.Exp(y[(2 * row) + of])) - rows.Targets[row, of], 2))));
        Assert.Equal(expected, evaluation["rmse"], 1e-12 * expected);
        Assert.Equal(2, evaluation.PerOutput!.Count);
    }

    [Fact]
    public void FilesSayIt()
    {
        string path = Path.GetTempFileName();
        try
        {
            new ModelFile<double>(Network("3-2:identity")).Write(path);
            Assert.Contains("\"loss\":\"poisson\",\"offset\":1", SafeTensorsFile.Read(path).Metadata["network"]);
            NetworkDefinition back = ModelFile<double>.Read(path).Network.Definition;
            Assert.True(back.Loss.TakesOffset);
            Assert.Equal((3, 2), (back.TargetCount, back.ValueCount));
            new ModelFile<double>(new Network<double>(back.With(back.Layers, Loss.Parse("poisson")))).Write(path);
            Assert.DoesNotContain("offset", SafeTensorsFile.Read(path).Metadata["network"]);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Equal(Loss.Parse("poisson"), Loss.Parse("poisson:0"));
        Assert.NotEqual(Loss.Parse("poisson"), Loss.Parse("poisson:1"));
        Assert.Contains("found 2", Assert.Throws<UsageException>(() => Loss.Parse("poisson:2")).Message);
    }
}
