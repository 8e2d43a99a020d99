using Backprop.Data;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Tests;

/// <summary>Loss and gradient as a function of θ.</summary>
public class ObjectiveTests
{
    [Theory]
    [InlineData("3-5:tanh-2", "mean_squared_error", 0, 0)]
    [InlineData("3-19:tanh-4:sigmoid-2:softmax", "squared_error", 0.02, 0.3)]
    [InlineData("3-2:softmax", "cross_entropy", 0, 0.1)]
    [InlineData("3-40:silu-2", "squared_error", 0.01, 0)]
    public void TheGradientIsThatOfTheValue(string specification, string loss, double l1, double l2)
    {
        var network = new Network<double>(NetworkDefinition.Parse(specification, Loss.Parse(loss)), Initializer.PyTorch, 2);
        using var objective = new Objective<double>(network, Data(90, weighted: true), l1, l2);
        double[] theta = new double[objective.ParameterCount], gradient = new double[theta.Length], other = new double[theta.Length];
        Assert.Equal(network.Definition.ParameterCount, theta.Length);
        objective.CopyParameters(theta);
        double value = objective.Evaluate(theta, gradient);
        Assert.Equal(value, objective.Evaluate());
        Assert.Equal(value, objective.Loss + Penalty(network, l1, l2), 1e-14);
        const double H = 1e-5;
        for (int n = 0; n < theta.Length; n += 7)
        {
            double At(double by)
            {
                double[] there = [.. theta];
                there[n] += by;
                return objective.Evaluate(there, other);
            }

            double numerical = ((8 * (At(H) - At(-H))) - (At(2 * H) - At(-2 * H))) / (12 * H);
            Assert.True(Math.Abs(numerical - gradient[n]) < 1e-9, $"{n}: {gradient[n]} found, {numerical} expected");
        }
    }

    /// <summary>Between the parameters there are zeros, which have no say and stay.</summary>
    [Theory]
    [InlineData(5, 1)]
    [InlineData(19, 3)]
    [InlineData(33, 17)]
    public void PaddingStaysZero(int hidden, int outputs)
    {
        var network = new Network<float>(NetworkDefinition.Parse($"3-{hidden}:silu-{outputs}"), Initializer.PyTorch, 2);
        var data = new Dataset<float>(7, 3, [.. Enumerable.Range(0, 21).Select(n => MathF.Sin(n))], Targets<float>.Values([.. Enumerable.Range(0, 7 * outputs).Select(n => MathF.Cos(n))], outputs));
        using var objective = new Objective<float>(network, data, l1: 0.1, l2: 0.1);
        var parameters = new float[objective.ParameterCount];
        objective.CopyParameters(parameters);
        double value = objective.Evaluate();
        float[] gradient = objective.Gradient.ToArray(), theta = objective.Parameters.ToArray();
        objective.Parameters.Fill(7); // as a careless minimizer might
        objective.SetParameters(parameters);
        Assert.Equal(value, objective.Evaluate());
        Assert.Equal(theta, objective.Parameters.ToArray());
        Assert.Equal(gradient, objective.Gradient.ToArray());
        Assert.Equal(theta.Length - objective.ParameterCount, theta.Zip(gradient).Count(pair => pair is (0, 0)));
    }

    /// <summary>Who planned something of the network before sees what was written to θ.</summary>
    [Fact]
    public void WhatIsWrittenIsTheNetworks()
    {
        var network = new Network<double>(NetworkDefinition.Parse("3-40:tanh-40:tanh-2"), Initializer.PyTorch, 2);
        Dataset<double> data = Data(20, weighted: false);
        using var pass = new Backpropagation<double>(network, 16);
        using var objective = new Objective<double>(network, data);
        pass.Run(data);
        for (int n = 0; n < objective.Parameters.Length; n++)
        {
            objective.Parameters[n] *= 0.5;
        }

        double value = objective.Evaluate();
        Assert.Equal(Backpropagation.Gradient(network, data).WeightGradients(1), pass.Run(data).WeightGradients(1));
        Assert.Equal(value, Backpropagation.Gradient(network, data).Loss);
        objective.CopyParameters(new double[objective.ParameterCount]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        objective.Evaluate();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        var network = new Network<double>(NetworkDefinition.Parse("3-4:tanh-2"), Initializer.PyTorch, 2);
        Dataset<double> data = Data(5, weighted: false);
        var objective = new Objective<double>(network, data);
        Assert.Contains("before the first Evaluate", Assert.Throws<InvalidOperationException>(() => objective.Gradient.Length).Message);
        Assert.Contains("5 numbers found, the 26 parameters", Assert.Throws<ArgumentException>(() => objective.SetParameters(new double[5])).Message);
        Assert.Contains("27 numbers found", Assert.Throws<ArgumentException>(() => objective.Evaluate(new double[26], new double[27])).Message);
        Assert.Throws<DataException>(() => new Objective<double>(new(NetworkDefinition.Parse("2-1")), data));
        Assert.Contains("l2", Assert.Throws<ArgumentOutOfRangeException>(() => new Objective<double>(network, data, 0, -1)).Message);
        Assert.Contains("l1", Assert.Throws<ArgumentOutOfRangeException>(() => new Objective<double>(network, data, double.NaN)).Message);
        objective.Dispose();
        objective.Dispose();
        Assert.Throws<ObjectDisposedException>(() => objective.Evaluate());
    }

    private static double Penalty(Network<double> network, double l1, double l2) =>
        network.Layers.Sum(layer => layer.GetWeights().Sum(w => (l1 * Math.Abs(w)) + (l2 / 2 * w * w)));

    private static Dataset<double> Data(int rows, bool weighted) => new(
        rows, 3, [.. Enumerable.Range(0, rows * 3).Select(n => Math.Sin(n * n))],
        Targets<double>.Values([.. Enumerable.Range(0, rows).SelectMany(n => new[] { n % 3 / 2.0, 1 - (n % 3 / 2.0) })], 2),
        weighted ? [.. Enumerable.Range(0, rows).Select(n => 1.0 + (n % 4))] : null);
}
