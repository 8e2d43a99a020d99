using Backprop.Activations;
using Backprop.Data;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Tests;

/// <summary>Output layers and losses that do not go together are said by name, and those that do are left in peace.</summary>
public class OutputAdviceTests
{
    [Theory]
    [InlineData("3-1:softmax", "cross_entropy", "softmax of one unit")]
    [InlineData("3-1:log_softmax", "mean_squared_error", "log_softmax of one unit")]
    [InlineData("3-3:sigmoid", "cross_entropy", "sigmoid")]
    [InlineData("3-1:sigmoid", "cross_entropy", "sigmoid")]
    [InlineData("3-3:identity", "cross_entropy", "identity")]
    [InlineData("3-3:relu", "cross_entropy", "relu")]
    [InlineData("3-1:identity", "binary_cross_entropy", "identity")]
    [InlineData("3-1:tanh", "binary_cross_entropy", "tanh")]
    [InlineData("3-2:log_softmax", "binary_cross_entropy", "log_softmax")]
    [InlineData("3-1:identity", "hinge", "one output")]
    public void WhatCanLearnNothingIsRefused(string network, string loss, string named) =>
        Assert.Contains(named, OutputAdvice.Refusal(NetworkDefinition.Parse(network, Loss.Parse(loss)))!);

    [Theory]
    [InlineData("3-2:softmax", "cross_entropy")]
    [InlineData("3-2:softmax", "cross_entropy:0.1")]
    [InlineData("3-2:log_softmax", "cross_entropy")]
    [InlineData("3-1:sigmoid", "binary_cross_entropy")]
    [InlineData("3-4:sigmoid", "binary_cross_entropy")]
    [InlineData("3-2:softmax", "mean_squared_error")]
    [InlineData("3-1:sigmoid", "mean_squared_error")]
    [InlineData("3-2:identity", "hinge")]
    [InlineData("3-2:tanh", "hinge")]
    [InlineData("3-1:identity", "poisson")]
    [InlineData("3-2:identity", "gaussian_nll")]
    [InlineData("3-1:relu", "squared_error")]
    [InlineData("3-1:softplus", "quantile:0.9")]
    public void WhatGoesTogetherIsLeftInPeace(string network, string loss)
    {
        var definition = NetworkDefinition.Parse(network, Loss.Parse(loss));
        Assert.Null(OutputAdvice.Refusal(definition));
        double[] values = [.. Enumerable.Range(0, 4 * definition.TargetCount).Select(n => n % 2 == 0 ? 0.0 : 1.0)]; // of two targets, one-hot rows
        Assert.Empty(OutputAdvice.Doubts(definition, Targets<double>.Values(values, definition.TargetCount)));
    }

    [Theory]
    [InlineData("3-1:hard_sigmoid", "binary_cross_entropy", "hard_sigmoid")]
    [InlineData("3-3:softmax", "cross_entropy", "3 of 4 rows of targets do not add up to 1")]
    [InlineData("3-1:tanh", "poisson", "0.368 and 2.72")]
    [InlineData("3-1:relu", "poisson", "1 and ∞")]
    [InlineData("3-2:relu", "gaussian_nll", "0 and ∞")]
    [InlineData("3-2:softmax", "hinge", "softmax", true)]
    [InlineData("3-1:sigmoid", "mean_squared_error", "2 of 4 target values lie outside 0 … 1")]
    [InlineData("3-1:tanh", "huber", "2 of 4 target values lie outside -1 … 1")]
    [InlineData("3-1:relu", "absolute_error", "1 of 4 target values lie outside 0 … ∞")]
    public void WhatIsHardlyMeantIsSaid(string network, string loss, string named, bool classes = false)
    {
        var definition = NetworkDefinition.Parse(network, Loss.Parse(loss));
        Assert.Null(OutputAdvice.Refusal(definition));
        double[] values = loss == "cross_entropy" ? [0.2, 0.3, 0.5, 1, 1, 0, 0, 0, 0, 1, 1, 1]
            : [.. new[] { -1.5, 0, 1, 7 }.SelectMany(value => Enumerable.Repeat(value, definition.TargetCount))];
        Targets<double> targets = classes ? Targets<double>.Classes([0, 1, 0, 1], 2) : Targets<double>.Values(values, definition.TargetCount);
        Assert.Contains(named, Assert.Single(OutputAdvice.Doubts(definition, targets)));
    }

    [Theory]
    [InlineData(new[] { 1.0, 0, 0, 0, 0, 1 }, null)]
    [InlineData(new[] { 1.0, 0, 1, 0, 1, 0 }, "1 of 2 rows")]
    [InlineData(new[] { 0.5, 0.5, 0, 0, 0, 0 }, "2 of 2 rows")]
    [InlineData(new[] { 2.0, -1, 0, 1, 0, 0 }, "1 of 2 rows")]
    public void HingeTakesClasses(double[] values, string? named)
    {
        string? refusal = OutputAdvice.Refusal(NetworkDefinition.Parse("3-3:identity", Loss.Parse("hinge")), Targets<double>.Values(values, 3));
        Assert.Equal(named is null, refusal is null);
        Assert.Contains(named ?? "", refusal ?? "");
    }

    [Theory]
    [InlineData("poisson", new[] { 0.0, 3, 2, -1 }, "1, 1: a target of -1 found, poisson takes values of at least 0")]
    [InlineData("poisson:1", new[] { 0.0, -3, 2, -1 }, null)] // the logarithm of an exposure may be anything
    [InlineData("poisson:1", new[] { 0.0, -3, -2, -1 }, "1, 0: a target of -2 found, poisson takes values of at least 0")]
    [InlineData("binary_cross_entropy", new[] { 0, 1, 1.5, -1 }, "1, 0: a target of 1.5 found, binary_cross_entropy takes values from 0 to 1")]
    [InlineData("cross_entropy", new[] { 0.25, 0.75, 1, double.NaN }, "1, 1: a target of NaN found, cross_entropy takes values from 0 to 1")]
    [InlineData("cross_entropy", new[] { 0.25, 0.75, 1, 0 }, null)]
    [InlineData("squared_error", new[] { -7.0, 7, 1, 0 }, null)]
    public void TargetsLieInTheRangeOfTheLoss(string loss, double[] values, string? found) =>
        Assert.Equal(found, OutputAdvice.OutOfRange(Loss.Parse(loss), Targets<double>.Values(values, 2)) is { } bad ? $"{bad.Row}, {bad.Target}: {bad.Why}" : null);

    [Fact]
    public void AFunctionOfOnesOwnIsNotJudged()
    {
        var own = ActivationFunction.Custom("twice_of_advice", p => 2 * p, _ => 2);
        Assert.Null(OutputAdvice.Refusal(new(3, [new(2, own)], Loss.Parse("cross_entropy"))));
        Assert.Empty(OutputAdvice.Doubts(new(3, [new(1, own)], Loss.Parse("poisson")), Targets<double>.Values([-1], 1)));
    }

    /// <summary>Bounds hold everywhere, and f comes near each that is finite.</summary>
    [Fact]
    public void RangesAreThoseOfTheFunctions()
    {
        foreach (string name in Oracles.BuiltIn.Activations)
        {
            var f = ActivationFunction.Create(name);
            (double least, double greatest) = Assert.NotNull(f.Range);
            double low = double.PositiveInfinity, high = double.NegativeInfinity;
            double[] x = new double[2];
            foreach (double p in Enumerable.Range(-6000, 12001).Select(n => n / 50.0))
            {
                f.Value([p, -p], x);
                Assert.All(x, value => Assert.InRange(value, least, greatest));
                (low, high) = (Math.Min(low, x.Min()), Math.Max(high, x.Max()));
            }

            Assert.True(double.IsInfinity(least) ? low < -1 : low - least < 0.02, $"{name} has come down to {low}, {least} was told");
            Assert.True(double.IsInfinity(greatest) ? high > 100 : greatest - high < 0.02, $"{name} has come up to {high}, {greatest} was told");
        }
    }
}
