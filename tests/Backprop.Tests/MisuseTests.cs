using Backprop.Activations;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>What does not fit, is too much or has ended is said: nothing is written past a buffer, divided by zero, waited for or wrapped round.</summary>
public class MisuseTests
{
    private static readonly Network<float> s_network = new(NetworkDefinition.Parse("3-4:tanh-2:softmax"), Initializer.PyTorch, 1);

    [Theory]
    [InlineData("the data have 5 features, the network 3-4:tanh-2:softmax takes 3", 5, 2, false)]
    [InlineData("the data have 2 features", 2, 2, false)]
    [InlineData("the data have no targets", 3, 0, false)]
    [InlineData("the data have 3 target values in a row", 3, 3, false)]
    [InlineData("the data have 1 target values in a row", 3, 1, false)]
    [InlineData("the data have 7 classes", 3, 7, true)]
    public void DataThatDoNotFitAreRefusedEverywhere(string message, int features, int targets, bool classes)
    {
        Dataset<float> wrong = Data(20, features, targets, classes), right = Data(20, 3, 2, classes: true);
        var order = RowPermutation.FileOrder(20);
        using var step = new TrainingStep<float>(s_network.Clone(), Optimizer.Create("sgd"), 20);
        using var pass = new Backpropagation<float>(s_network);
        using var predictor = new Predictor<float>(s_network);
        Refused(() => step.Run(wrong, order, 0, 20, 0.1));
        step.Run(right, order, 0, 20, 0.1);
        Refused(() => step.Run(wrong, order, 0, 20, 0.1)); // after what fits, too
        step.Run(right, order, 0, 20, 0.1);
        Refused(() => pass.Run(wrong));
        Refused(() => predictor.Evaluate(wrong, out _));
        Refused(() => new Evaluator<float>(s_network).Evaluate(wrong));
        Refused(() => _ = new Trainer<float>(s_network, wrong, null, Optimizer.Create("sgd")));
        Refused(() => Backpropagation.Gradient(s_network, wrong));
        Refused(() => GradientCheck.Run(s_network, wrong));
        Refused(() => Explanation.Of(s_network, wrong, 0, new(1, 0, 0)));
        Network<double> exact = s_network.Convert<double>();
        Refused(() => UnrolledDerivative.Derive(exact, GradientCheck.ToDouble(wrong), 0, new(1, 0, 0)));
        Refused(() => new NumericalGradient(exact).Take(GradientCheck.ToDouble(wrong), 0));

        void Refused(Action action) => Assert.Contains(message, Assert.Throws<DataException>(action).Message);
    }

    [Fact]
    public void RowsAndParametersThatDoNotExistAreRefused()
    {
        Network<double> exact = s_network.Convert<double>();
        Dataset<double> data = GradientCheck.ToDouble(Data(20, 3, 2, classes: true));
        Assert.Throws<DataException>(() => UnrolledDerivative.Derive(exact, data, 20, new(1, 0, 0)));
        Assert.Throws<UsageException>(() => UnrolledDerivative.Derive(exact, data, 0, new(1, 4, 0)));
        Assert.Throws<DataException>(() => new NumericalGradient(exact).Take(data, -1));
        var taken = new NumericalGradient(exact);
        taken.Take(data, 0);
        Assert.Throws<UsageException>(() => taken.Derivative(new(3, 0), out _));
    }

    [Theory]
    [InlineData("21 samples in a batch found, 1 to 20 expected", 0, 21, 40)]
    [InlineData("0 samples in a batch found", 0, 0, 40)]
    [InlineData("-1 samples in a batch found", 0, -1, 40)]
    [InlineData("20 samples from position 30 on found, positions 0 to 39 expected", 30, 20, 40)]
    [InlineData("20 samples from position -1 on found", -1, 20, 40)]
    [InlineData("from position 2147483647 on found", int.MaxValue, 20, 40)]
    [InlineData("an order of 41 rows found, at most the 40 of the data expected", 0, 20, 41)]
    [InlineData("positions 0 to -1 expected", 0, 20, 0)]
    public void PositionsThatDoNotExistAreRefused(string message, int start, int samples, int ordered)
    {
        foreach (bool weighted in new[] { false, true })
        {
            Dataset<float> data = Data(40, 3, 2, classes: true);
            data = weighted ? data.WithSampleWeights([.. Enumerable.Repeat(0.5f, 40)]) : data;
            using var step = new TrainingStep<float>(s_network.Clone(), Optimizer.Create("sgd"), 20);
            Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => step.Run(data, ordered == 0 ? default : RowPermutation.FileOrder(ordered), start, samples, 0.1)).Message);
        }
    }

    [Fact]
    public void NoRowsGiveNoOutputs()
    {
        using var predictor = new Predictor<float>(s_network, threads: 2);
        Assert.Empty(predictor.Predict([]));
        predictor.Predict([], []);
        Assert.Throws<ArgumentException>(() => predictor.Predict([], new float[2]));
        Assert.Throws<ArgumentException>(() => predictor.Predict(new float[2]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void WhatHasBeenDisposedOfSaysSo(int threads)
    {
        var network = new Network<float>(NetworkDefinition.Parse("3-300:tanh-300:tanh-2:softmax"), Initializer.PyTorch, 1); // enough for threads
        Dataset<float> data = Data(40, 3, 2, classes: true);
        var step = new TrainingStep<float>(network, Optimizer.Create("sgd"), 40, new() { Threads = threads });
        var pass = new Backpropagation<float>(network, 40, threads);
        var predictor = new Predictor<float>(network, threads);
        foreach (int again in new[] { 1, 2 })
        {
            step.Dispose();
            pass.Dispose();
            predictor.Dispose();
            Assert.Throws<ObjectDisposedException>(() => step.Run(data, RowPermutation.FileOrder(40), 0, 40, 0.1));
            Assert.Throws<ObjectDisposedException>(() => pass.Run(data));
            Assert.Throws<ObjectDisposedException>(() => predictor.Predict(data.Features));
            Assert.Throws<ObjectDisposedException>(() => predictor.Predict([]));
            Assert.Throws<ObjectDisposedException>(() => predictor.Predict(data.Features, new float[80]));
            Assert.Throws<ObjectDisposedException>(() => predictor.Evaluate(data, out _));
        }
    }

    [Theory]
    [InlineData("5-3:tanh-2", "5-4:tanh-2")]
    [InlineData("5-2", "5-3")]
    [InlineData("5-3:tanh-2", "5-3:tanh-1")]
    [InlineData("5-1:tanh-6", "11-6")]
    public void NumbersAreTakenFromTheSameShapeOnly(string one, string other)
    {
        Network<float> a = new(NetworkDefinition.Parse(one), Initializer.PyTorch), b = new(NetworkDefinition.Parse(other), Initializer.PyTorch);
        Assert.Contains("does not fit", Assert.Throws<ArgumentException>(() => a.CopyFrom(b)).Message);
        Network<float> same = new(new(a.Definition.Inputs, a.Definition.Layers.Select(layer => new LayerDefinition(layer.Units, ActivationFunction.Parse("relu"))), Loss.Parse("huber")), Initializer.PyTorch, 7);
        a.CopyFrom(same);
        Assert.Equal(same.Layers[0].GetWeights(), a.Layers[0].GetWeights());
    }

    /// <summary>What an optimizer does not have is refused however it is made.</summary>
    [Fact]
    public void OptionsThatAnOptimizerDoesNotHaveAreRefusedByItsConstructor()
    {
        var made = new Dictionary<string, Func<OptimizerOptions, Optimizer>>
        {
            ["sgd"] = o => new Sgd(o),
            ["adam"] = o => new Adam(o),
            ["adamw"] = o => new AdamW(o),
            ["nadam"] = o => new NAdam(o),
            ["radam"] = o => new RAdam(o),
            ["adagrad"] = o => new Adagrad(o),
            ["adadelta"] = o => new Adadelta(o),
            ["rmsprop"] = o => new RmsProp(o),
            ["lion"] = o => new Lion(o),
            ["rprop"] = o => new Rprop(o),
        };
        Assert.Equal(Optimizer.Names, made.Keys.Order(StringComparer.Ordinal));
        OptimizerOptions[] given = [new() { Momentum = 0.5 }, new() { Dampening = 0.5 }, new() { Nesterov = true, Momentum = 0.5 }, new() { Beta1 = 0.5 }, new() { Beta2 = 0.5 }, new() { Epsilon = 0.5 }, new() { Rho = 0.5 }, new() { Amsgrad = true }, new() { Centered = true }];
        int refused = 0;
        foreach ((string name, Func<OptimizerOptions, Optimizer> create) in made)
        {
            foreach (OptimizerOptions options in given)
            {
                string? byName = (Record.Exception(() => Optimizer.Create(name, options)) as UsageException)?.Message;
                Assert.Equal(byName, (Record.Exception(() => create(options)) as UsageException)?.Message);
                refused += byName is null ? 0 : 1;
            }
        }

        Assert.Equal(64, refused);
        Assert.Equal("optimizer 'adam' has no option 'momentum'", Assert.Throws<UsageException>(() => new Adam(new() { Momentum = 0.5 })).Message);
    }

    /// <summary>2³² and more numbers, which an int would take for few.</summary>
    [Fact]
    public void CountsThatNoArrayHoldsAreSaid()
    {
        const int Rows = 1 << 16, Wide = 1 << 16;
        var wide = new Network<float>(NetworkDefinition.Parse($"1-{Wide}:identity"));
        using var predictor = new Predictor<float>(wide);
        Says("65,536 rows of 65,536 outputs", () => predictor.Predict(new float[Rows]));
        Dataset<float> narrow = new(Rows, 1, new float[Rows], Targets<float>.Classes(new int[Rows], 2));
        Says("65,536 rows of 65,536 outputs", () => predictor.Evaluate(narrow, out _));
        Says("65,536 rows of 65,536 features", () => new Dataset<float>(1, Wide, new float[Wide], Targets<float>.None).Select(new int[Rows]));
        Says("65,536 rows of 65,536 targets", () => Targets<float>.Values(new float[Wide], Wide).Select(new int[Rows]));

        Dataset<float> two = new(2, 4, new float[8], Targets<float>.Values(new float[8], 4));
        Assert.ThrowsAny<ArgumentException>(() => two.Row(1 << 30).Length); // · 4 is 0 in an int
        Assert.ThrowsAny<ArgumentException>(() => two.Row(-1).Length);
        Assert.ThrowsAny<ArgumentException>(() => two.Select([1 << 30]));
        Assert.ThrowsAny<ArgumentException>(() => two.Targets.Select([1 << 30]));
        Assert.ThrowsAny<ArgumentException>(() => two.Targets[0, 4]);
        Assert.ThrowsAny<ArgumentException>(() => two.Targets[2, 0]);
        Assert.ThrowsAny<ArgumentException>(() => two.Targets[0, -1]);

        foreach (string name in new[] { "softmax", "log_softmax", "tanh" })
        {
            Assert.Contains("65,536", Assert.Throws<UsageException>(() => ActivationFunction.Parse(name).Jacobian(new double[1 << 16])).Message);
        }

        Assert.Contains("65,536", Assert.Throws<UsageException>(() => ActivationFunction.Custom("own_jacobian", p => p, p => 1).Jacobian(new double[1 << 16])).Message);
        Assert.Contains("samples in one batch", Assert.Throws<UsageException>(() => new Backpropagation<float>(s_network, int.MaxValue)).Message);
        Assert.Contains("numbers in one buffer", Assert.Throws<UsageException>(() => new Backpropagation<float>(s_network, 1 << 30)).Message);

        static void Says(string what, Action action) => Assert.Contains(what, Assert.Throws<DataException>(action).Message);
    }

    private static Dataset<float> Data(int rows, int features, int targets, bool classes)
    {
        float[] x = [.. Enumerable.Range(0, rows * features).Select(n => (n % 7) - 3f)];
        Targets<float> of = targets == 0 ? Targets<float>.None
            : classes ? Targets<float>.Classes([.. Enumerable.Range(0, rows).Select(n => n % targets)], targets)
            : Targets<float>.Values([.. Enumerable.Range(0, rows * targets).Select(n => n % 2f)], targets);
        return new(rows, features, x, of);
    }
}
