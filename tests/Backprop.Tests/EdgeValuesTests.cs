using Backprop.Activations;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Tests.Oracles;

namespace Backprop.Tests;

/// <summary>Formulas where a careless form overflows, divides by zero or stands on a kink; the values follow from the definitions.</summary>
public class EdgeValuesTests
{
    [Fact]
    public void SoftmaxTakesLogitsOfAnySize()
    {
        foreach (double[] p in new double[][] { [1000, 0, -1000], [0, 1000, -1000], [-1000, 0, 1000], [-1000, 1000, 0], [1000, 999, 0], [-1000, -1001, -1001] })
        {
            double max = p.Max();
            double[] weights = [.. p.Select(value => Math.Exp(value - max))];
            double[] y = [.. weights.Select(weight => weight / weights.Sum())], logs = [.. p.Select(value => value - max - Math.Log(weights.Sum()))];
            double[] x = new double[3];
            ActivationFunction.Parse("softmax").Value(p, x);
            Golden.Near(y, x, 1e-15, "softmax");
            ActivationFunction.Parse("log_softmax").Value(p, x);
            Golden.Near(logs, x, 1e-15, "log_softmax");
            for (int c = 0; c < 3; c++)
            {
                double[] t = [0, 0, 0];
                t[c] = 1;
                foreach (string output in new[] { "softmax", "log_softmax" })
                {
                    (double value, double[] delta) = Output("cross_entropy", output, p, t);
                    Golden.Near([-logs[c]], [value], 1e-14, $"loss after {output}");
                    Golden.Near([.. y.Zip(t, (a, b) => a - b)], delta, 1e-14, $"delta of {output}");
                }
            }
        }
    }

    [Fact]
    public void JacobiansAreOfTheDefinition()
    {
        double[] p = [0.3, -1.2, 0.9, 0.1];
        double[] y = [.. p.Select(value => Math.Exp(value) / p.Sum(Math.Exp))];
        double[] softmax = ActivationFunction.Parse("softmax").Jacobian(p), logSoftmax = ActivationFunction.Parse("log_softmax").Jacobian(p), tanh = ActivationFunction.Parse("tanh").Jacobian(p);
        for (int r = 0; r < 4; r++)
        {
            for (int c = 0; c < 4; c++)
            {
                double same = r == c ? 1 : 0;
                Golden.Near([y[r] * (same - y[c])], [softmax[(r * 4) + c]], 1e-15, $"softmax {r} {c}");
                Golden.Near([same - y[c]], [logSoftmax[(r * 4) + c]], 1e-15, $"log_softmax {r} {c}");
                Golden.Near([same * (1 - (Math.Tanh(p[r]) * Math.Tanh(p[r])))], [tanh[(r * 4) + c]], 1e-15, $"tanh {r} {c}");
            }
        }
    }

    [Fact]
    public void NaNGoesThroughEveryLossOfOneOutputAndItsDerivative()
    {
        foreach (string loss in BuiltIn.Losses.Where(name => name is not ("cross_entropy" or "gaussian_nll" or "hinge")))
        {
            (double value, double[] delta) = Output(loss, "identity", [double.NaN], [0.5]);
            Assert.True(double.IsNaN(value) && double.IsNaN(delta[0]), $"{loss}: {value}, {delta[0]}");
        }
    }

    [Theory]
    [InlineData("binary_cross_entropy", "sigmoid", 800, 0, 800, 1)]
    [InlineData("binary_cross_entropy", "sigmoid", -800, 1, 800, -1)]
    [InlineData("binary_cross_entropy", "sigmoid", 800, 1, 0, 0)]
    [InlineData("binary_cross_entropy", "hard_sigmoid", 5, 1, 0, 0)] // y is 1: 0·log 0 is 0
    [InlineData("binary_cross_entropy", "hard_sigmoid", -5, 0, 0, 0)]
    [InlineData("cross_entropy", "hard_sigmoid", -5, 0, 0, 0)]
    [InlineData("binary_cross_entropy", "identity", 0.25, 1.5, 1.5 * 1.3862943611198906 - 0.5 * 0.28768207245178093, -1.5 / 0.25 - 0.5 / 0.75)] // a target beyond 1
    [InlineData("binary_cross_entropy", "identity", 0.25, -0.5, -0.5 * 1.3862943611198906 + 1.5 * 0.28768207245178093, 0.5 / 0.25 + 1.5 / 0.75)]
    [InlineData("log_cosh", "identity", 1000, 0, 999.30685281944005, 1)]
    [InlineData("log_cosh", "identity", 0, 1000, 999.30685281944005, -1)]
    [InlineData("absolute_error", "identity", 2, 2, 0, 0)]
    [InlineData("quantile:0.9", "identity", 2, 2, 0, 0)]
    [InlineData("huber:0.5", "identity", 2.5, 2, 0.125, 0.5)]
    [InlineData("huber:0.5", "identity", 2, 2.5, 0.125, -0.5)]
    [InlineData("huber:0.5", "identity", 12, 2, 4.875, 0.5)]
    public void OneOutput(string loss, string output, double p, double t, double value, double delta)
    {
        (double found, double[] deltas) = Output(loss, output, [p], [t]);
        Golden.Near([value, delta], [found, deltas[0]], 1e-14, $"{loss} after {output}");
    }

    [Fact]
    public void AHingeThatJustTouchesDoesNotPull()
    {
        (double value, double[] delta) = Output("hinge", "identity", [2, 1, 0, 3], [1, 0, 0, 0]); // margins 0, −1 and 2
        Assert.Equal(2, value);
        Assert.Equal([-1, 0, 0, 1], delta);
    }

    [Theory]
    [InlineData("relu", 0, 0)]
    [InlineData("leaky_relu(0.1)", 0, 0.1)]
    [InlineData("elu(0.5)", 0, 0.5)]
    [InlineData("celu(0.5)", 0, 1)]
    [InlineData("selu", 0, 1.0507009873554804934 * 1.6732632423543772848)]
    [InlineData("softsign", 0, 1)]
    [InlineData("hard_tanh", 1, 0)]
    [InlineData("hard_tanh", -1, 0)]
    [InlineData("hard_sigmoid", 3, 0)]
    [InlineData("hard_sigmoid", -3, 0)]
    public void AtAKinkTheDerivativeIsPyTorchs(string activation, double p, double derivative) =>
        Assert.Equal(derivative, ActivationFunction.Parse(activation).Derivative(p), 1e-15);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FunctionsOfTheUsersOwnAreTheBuiltInOnesOnEveryRow(bool narrow)
    {
        ActivationFunction own = ActivationFunction.Custom("own", Math.Tanh, p => 1 - (Math.Tanh(p) * Math.Tanh(p)));
        Loss ofOwn = Loss.Custom("own", (y, t) => 0.5 * (((y[0] - t[0]) * (y[0] - t[0])) + ((y[1] - t[1]) * (y[1] - t[1]))), (y, t, gradient) => (gradient[0], gradient[1]) = (y[0] - t[0], y[1] - t[1]));
        Network<double> Make(ActivationFunction f, Loss loss) => new(new(3, [new(9, f), new(8, f), new(2, ActivationFunction.Parse("identity"))], loss), Initializer.PyTorch, 3);
        var random = new CounterRandom(1, 2);
        var data = new Dataset<double>(70, 3, [.. Enumerable.Range(0, 210).Select(n => random.Normal((ulong)n))], Targets<double>.Values([.. Enumerable.Range(0, 140).Select(n => random.Normal((ulong)n + 1000))], 2));
        Gradient<double> expected = Backpropagation.Gradient(Make(ActivationFunction.Parse("tanh"), Loss.Parse("squared_error")), data, toInput: true);
        foreach (VectorPath path in VectorPaths.Available)
        {
            Gradient<double> found = Backpropagation.Gradient(Make(own, ofOwn), data, toInput: true, path, narrow);
            Golden.Near([expected.Loss], [found.Loss], 1e-14, "loss");
            Golden.Near(expected.InputGradients!, found.InputGradients!, 1e-14, "∂x");
            for (int layer = 1; layer <= 3; layer++)
            {
                Golden.Near(expected.WeightGradients(layer), found.WeightGradients(layer), 1e-14, $"∂W{layer}");
                Golden.Near(expected.BiasGradients(layer), found.BiasGradients(layer), 1e-14, $"∂b{layer}");
            }
        }
    }

    [Theory]
    [InlineData(3, 1, 0.5, 2.0 / 3)]
    [InlineData(1, -3, 1, 4.0 / 3)]
    [InlineData(-3, 1, 1, 4.0 / 3)]
    [InlineData(0.25, 0.125, 0.125, 0.5)] // small ones differ absolutely
    [InlineData(0.125, 0.25, 0.125, 0.5)]
    [InlineData(0, 0, 0, 0)]
    public void DerivativesAreComparedByTheirSize(double a, double b, double difference, double relative)
    {
        Assert.Equal(difference, GradientCheck.Difference(a, b), 1e-15);
        Assert.Equal(relative, GradientCheck.Relative(a, b), 1e-15);
        Assert.True(double.IsNaN(GradientCheck.Worse(a, double.NaN)) && double.IsNaN(GradientCheck.Worse(double.NaN, b)));
        Assert.Equal(Math.Max(a, b), GradientCheck.Worse(a, b));
        Assert.Equal((1e-4, 1e-4, 1e-10, 1e-8), (GradientCheck.Tolerance(true), GradientCheck.Tolerance(true, false), GradientCheck.Tolerance(false), GradientCheck.Tolerance(false, false)));
    }

    [Fact]
    public void DifferencesAreTakenInStepsThatFitTheInput()
    {
        // A step of the weight moves p by 1000 times as much: one that fits a small input would be far too long here.
        foreach (double x in new double[] { -1000, 1000 })
        {
            var network = new Network<double>(NetworkDefinition.Parse("1-1:elu-1"));
            network.Layers[0].SetWeight(0, 0, -0.7 / x);
            network.Layers[1].SetWeight(0, 0, 1.3);
            GradientCheckResult result = GradientCheck.Run(network, new Dataset<double>(1, 1, [x], Targets<double>.Values([0.2], 1)));
            Assert.True(result.Agrees, $"{x}: {result.WorstOfNumerical:E1} at {result.WorstParameter}");
            Assert.Equal(4, result.Checked);
        }
    }

    private static unsafe (double Value, double[] Delta) Output(string loss, string output, double[] p, double[] t)
    {
        OutputKernel<Lane<double>> kernel = Loss.Parse(loss).Bind<Lane<double>>(ActivationFunction.Parse(output));
        Lane<double>[] ps = Array.ConvertAll(p, value => new Lane<double>(value)), ts = Array.ConvertAll(t, value => new Lane<double>(value));
        var ys = new Lane<double>[p.Length];
        var deltas = new Lane<double>[p.Length];
        fixed (Lane<double>* from = ps, to = ys)
        {
            kernel.Forward(from, to, p.Length);
        }

        double value = kernel.Value(ps, ys, ts).Value;
        kernel.Delta(ps, ys, ts, deltas);
        return (value, Array.ConvertAll(deltas, delta => delta.Value));
    }
}
