using Backprop.Activations;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Functions of the user's own are never taken for others, and come back from a file as they were or do not go there.</summary>
public sealed class OwnFunctionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>x = p / √(1 + β p²).</summary>
    private readonly struct Algebraic(string name, double beta) : IActivation
    {
        public string Name => name;

        public double? Alpha => beta;

        public bool DerivativeNeedsPreActivation => true;

        public T Value<T>(T p) where T : unmanaged, IElement<T> => p / T.Sqrt(T.FusedMultiplyAdd(T.Create(beta), p * p, T.Create(1)));

        public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T>
        {
            T root = T.Sqrt(T.FusedMultiplyAdd(T.Create(beta), p * p, T.Create(1)));
            return T.Create(1) / (root * root * root);
        }
    }

    private readonly struct Named(string name) : IActivation
    {
        public string Name => name;

        public T Value<T>(T p) where T : unmanaged, IElement<T> => p;

        public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => T.Create(1);
    }

    /// <summary>½ (y − t)² · factor.</summary>
    private readonly struct Weighted(string name, string? parameterName, double? factor) : IElementwiseLoss
    {
        public string Name => name;

        public double? Parameter => factor;

        public string? ParameterName => parameterName;

        public T Value<T>(T y, T t) where T : unmanaged, IElement<T> => T.Create(0.5 * (factor ?? 1)) * (y - t) * (y - t);

        public T Derivative<T>(T y, T t) where T : unmanaged, IElement<T> => T.Create(factor ?? 1) * (y - t);
    }

    private readonly struct WholeLoss(string name) : ILoss
    {
        public string Name => name;

        public T Value<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t) where T : unmanaged, IElement<T> => y[0];

        public void Gradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t, Span<T> gradient) where T : unmanaged, IElement<T> => gradient[0] = T.Create(1);
    }

    public static TheoryData<string> Taken => [.. BuiltIn.Activations.Concat(BuiltIn.Losses)]; // other tests register names of their own

    [Theory]
    [MemberData(nameof(Taken))]
    public void ANameThatIsTakenIsRefused(string name)
    {
        if (ActivationFunction.Names.Contains(name))
        {
            Says($"activation '{name}' exists already", () => ActivationFunction.Custom(name, p => p, p => 1));
            Says($"activation '{name}' exists already", () => ActivationFunction.From(new Named(name)));
            Says($"activation '{name}' exists already", () => ActivationFunction.Register(ActivationFunction.Parse(name)));
            Says($"activation '{name}' exists already", () => ActivationFunction.Register(name, _ => ActivationFunction.Parse(name)));
        }
        else
        {
            Says($"loss '{name}' exists already", () => Loss.Custom(name, (y, t) => 0, (y, t, g) => g.Clear()));
            Says($"loss '{name}' exists already", () => Loss.From(new WholeLoss(name)));
            Says($"loss '{name}' exists already", () => Loss.FromElementwise(new Weighted(name, null, null)));
            Says($"loss '{name}' exists already", () => Loss.Register(Loss.Parse(name)));
            Says($"loss '{name}' exists already", () => Loss.Register(name, _ => Loss.Parse(name)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a-b")]
    [InlineData("a:b")]
    [InlineData("a,b")]
    [InlineData("a(b")]
    [InlineData("a)b")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("a\u00A0b")]
    public void ANameThatCouldNotBeReadIsRefused(string name)
    {
        Says("expected", () => ActivationFunction.Custom(name, p => p, p => 1));
        Says("expected", () => ActivationFunction.From(new Named(name)));
        Says("expected", () => Loss.Custom(name, (y, t) => 0, (y, t, g) => g.Clear()));
        Says("expected", () => Loss.From(new WholeLoss(name)));
        Says("expected", () => Loss.FromElementwise(new Weighted(name, null, null)));
    }

    [Theory]
    [InlineData("inputs")]
    [InlineData("layers")]
    [InlineData("loss")]
    [InlineData("")]
    [InlineData(null)]
    public void AParameterNeedsANameOfItsOwn(string? name) => Says("parameter", () => Loss.FromElementwise(new Weighted("own_of_parameter", name, 2)));

    [Fact]
    public void ParametersAreFinite()
    {
        Says("finite", () => ActivationFunction.From(new Algebraic("own_infinite", double.PositiveInfinity)));
        Says("finite", () => Loss.FromElementwise(new Weighted("own_infinite", "factor", double.NaN)));
    }

    /// <summary>The built-in structs are public: made directly they are what their names say.</summary>
    [Fact]
    public void BuiltInStructsKeepTheirNames()
    {
        Assert.Equal(ActivationFunction.Parse("relu"), ActivationFunction.From(default(Relu)));
        Assert.Equal(ActivationFunction.Parse("elu(0.3)"), ActivationFunction.From(new Elu(0.3)));
        Assert.Equal(Loss.Parse("huber:0.3"), Loss.FromElementwise(new Huber(0.3)));
        Assert.Equal(Loss.Parse("hinge"), Loss.From(default(Hinge)));
        Assert.Equal("binary_cross_entropy", NetworkDefinition.DefaultLoss(ActivationFunction.From(default(Sigmoid))).Name);
    }

    [Fact]
    public void TwoOfOneNameAreNotEqual()
    {
        ActivationFunction one = ActivationFunction.Custom("own_twice", p => p, p => 1), other = ActivationFunction.Custom("own_twice", p => 2 * p, p => 2), third = ActivationFunction.From(new Named("own_twice"));
        Assert.NotEqual(one, other);
        Assert.NotEqual(one, third);
        Assert.Equal(one, one);
        Assert.Equal(third, ActivationFunction.From(new Named("own_twice")));
        Assert.NotEqual(ActivationFunction.From(new Algebraic("own_twice", 1)), ActivationFunction.From(new Algebraic("own_twice", 2)));
        Assert.NotEqual(new NetworkDefinition(1, [new(1, one)]), new NetworkDefinition(1, [new(1, other)]));
        Loss first = Loss.Custom("own_twice", (y, t) => 0, (y, t, g) => g.Clear()), second = Loss.Custom("own_twice", (y, t) => 1, (y, t, g) => g.Clear());
        Assert.NotEqual(first, second);
        Assert.Equal(first, first);
        Assert.NotEqual(first, Loss.From(new WholeLoss("own_twice")));
        Assert.Equal(Loss.From(new WholeLoss("own_twice")), Loss.From(new WholeLoss("own_twice")));
    }

    [Fact]
    public void WhatIsRegisteredWithAParameterComesBackToTheBit()
    {
        ActivationFunction.Register("own_algebraic", beta => ActivationFunction.From(new Algebraic("own_algebraic", beta ?? 1)));
        Loss.Register("own_weighted", factor => Loss.FromElementwise(new Weighted("own_weighted", "own_factor", factor ?? 3)));
        foreach ((ActivationFunction f, Loss loss) in new[]
        {
            (ActivationFunction.Parse("own_algebraic"), Loss.Parse("own_weighted")),
            (ActivationFunction.Parse("own_algebraic(0.1)"), Loss.Parse("own_weighted:0.7")),
            (ActivationFunction.From(new Algebraic("own_algebraic", 2.5)), Loss.FromElementwise(new Weighted("own_weighted", "own_factor", 0))),
        })
        {
            var network = new Network<double>(new(3, [new(5, f), new(2, ActivationFunction.Parse("identity"))], loss), Initializer.PyTorch, 4);
            Assert.Equal(network.Definition, NetworkDefinition.Parse(network.Definition.ToString(), Loss.Parse(loss.ToString())));
            string path = Path.Combine(_folder, "m.safetensors");
            new ModelFile<double>(network).Write(path);
            Network<double> back = ModelFile<double>.Read(path).Network;
            Assert.Equal(network.Definition, back.Definition);
            var data = new Dataset<double>(2, 3, [1, 2, 3, -4, 5, 6], Targets<double>.Values([1, 2, 3, 4], 2));
            Gradient<double> expected = Backpropagation.Gradient(network, data), found = Backpropagation.Gradient(back, data);
            Assert.Equal(expected.Loss, found.Loss);
            Assert.Equal(expected.WeightGradients(1), found.WeightGradients(1));
        }

        Says("exists already", () => ActivationFunction.Custom("own_algebraic", p => p, p => 1));
        Says("exists already", () => ActivationFunction.From(new Named("own_algebraic")));
        Says("exists already", () => Loss.Custom("own_weighted", (y, t) => 0, (y, t, g) => g.Clear()));
    }

    [Fact]
    public void AFactoryMakesWhatItIsAskedFor()
    {
        Says("'own_other_name'", () => ActivationFunction.Register("own_factory_name", _ => ActivationFunction.From(new Named("own_other_name"))));
        Says("'own_other_name'", () => Loss.Register("own_factory_name", _ => Loss.From(new WholeLoss("own_other_name"))));
        ActivationFunction.Register("own_deaf", _ => ActivationFunction.From(new Named("own_deaf")));
        Assert.Contains("no parameter", Assert.Throws<UsageException>(() => ActivationFunction.Parse("own_deaf(2)")).Message);
        ActivationFunction.Register(ActivationFunction.From(new Algebraic("own_fixed", 2)));
        Assert.Equal(2, ActivationFunction.Parse("own_fixed").Alpha);
        Assert.Equal(2, ActivationFunction.Parse("own_fixed(2)").Alpha);
        Assert.Contains("the parameter 2 only", Assert.Throws<UsageException>(() => ActivationFunction.Parse("own_fixed(3)")).Message);
        Loss.Register("own_deaf", _ => Loss.From(new WholeLoss("own_deaf")));
        Assert.Contains("no parameter", Assert.Throws<UsageException>(() => Loss.Parse("own_deaf:2")).Message);
    }

    [Fact]
    public void AModelThatCouldNotBeReadAgainIsNotWritten()
    {
        string path = Path.Combine(_folder, "m.safetensors");
        ActivationFunction identity = ActivationFunction.Parse("identity"), custom = ActivationFunction.Custom("own_unregistered", p => p, p => 1);
        Refused("activation 'own_unregistered'", new(1, [new(1, custom), new(1, identity)]));
        Refused("loss 'own_unregistered'", new(1, [new(1, identity)], Loss.Custom("own_unregistered", (y, t) => 0, (y, t, g) => g.Clear())));
        Refused("activation 'own_parameter(2)'", new(1, [new(1, ActivationFunction.From(new Algebraic("own_parameter", 2))), new(1, identity)]));
        Assert.Contains("delta must be above 0", Assert.Throws<ModelException>(() => new ModelFile<float>(new Network<float>(new(1, [new(1, identity)], Loss.FromElementwise(new Huber(-1))))).Write(path)).Message);
        ActivationFunction early = ActivationFunction.Custom("own_later", p => 2 * p, p => 2);
        ActivationFunction.Register(ActivationFunction.Custom("own_later", p => p, p => 1));
        Refused("activation 'own_later'", new(1, [new(1, early)], Loss.Parse("huber"))); // the registered one is another

        ActivationFunction.Register(custom);
        var network = new Network<float>(new(1, [new(1, custom), new(1, identity)]));
        new ModelFile<float>(network).Write(path);
        Assert.Same(custom, ModelFile<float>.Read(path).Network.Definition.Layers[0].Activation);

        void Refused(string what, NetworkDefinition definition)
        {
            ModelException error = Assert.Throws<ModelException>(() => new ModelFile<float>(new Network<float>(definition)).Write(path));
            Assert.Contains(what, error.Message);
            Assert.Contains("Register", error.Message);
            Assert.Empty(Directory.GetFiles(_folder));
        }
    }

    /// <summary>An optimizer is a class with a rule, as the built-in ones are; here once more Adagrad without its root's ε, whose steps are those of the formula.</summary>
    [Fact]
    public void AnOptimizerOfOnesOwn()
    {
        var network = new Network<double>(NetworkDefinition.Parse("1-1", Loss.Parse("squared_error")));
        var data = new Dataset<double>(1, 1, [2], Targets<double>.Values([3], 1));
        using var step = new TrainingStep<double>(network, new NormalizedDescent(new() { LearningRate = 0.5 }), 1);
        double w = 0, b = 0, sw = 0, sb = 0;
        for (int n = 1; n <= 20; n++)
        {
            double error = (2 * w) + b - 3, gw = 2 * error, gb = error;
            (sw, sb) = (sw + (gw * gw), sb + (gb * gb));
            (w, b) = (w - (0.5 * gw / (Math.Sqrt(sw) + 0.25)), b - (0.5 * gb / (Math.Sqrt(sb) + 0.25)));
            step.Run(data, RowPermutation.FileOrder(1), 0, 1, 0.5);
        }

        Assert.Equal(w, network.Layers[0].GetWeight(0, 0), 1e-12);
        Assert.Equal(b, network.Layers[0].GetBias(0), 1e-12);
        Assert.Equal("optimizer 'normalized_descent' has no option 'momentum'", Assert.Throws<UsageException>(() => new NormalizedDescent(new() { Momentum = 0.5 })).Message);
        Assert.Contains("epsilon must be at least 0", Assert.Throws<UsageException>(() => new NormalizedDescent(new() { Epsilon = -1 })).Message);
        Assert.Equal($"normalized_descent of {typeof(NormalizedDescent).FullName} (learning rate 0.01, weight decay 0, epsilon 0.25)", new NormalizedDescent(new()).Describe()); // no other of this name
    }

    private sealed class NormalizedDescent : Optimizer
    {
        public NormalizedDescent(OptimizerOptions options) : base(options, 0.01) => Epsilon = Check("epsilon", options.Epsilon ?? 0.25, 0, double.PositiveInfinity);

        public override string Name => "normalized_descent";

        public double Epsilon { get; }

        public override IReadOnlyList<string> StateNames => ["sum"];

        protected override IReadOnlyList<string> OptionNames => ["epsilon"];

        protected internal override OptimizerKernel<TElement> Bind<TElement>() => Kernel<Rule<TElement>, TElement>(new(this));

        private struct Rule<T>(NormalizedDescent options) : IUpdateRule<T> where T : unmanaged, IElement<T>
        {
            private T _rate, _epsilon;

            public void Begin(long step, double learningRate) => (_rate, _epsilon) = (T.Create(-learningRate), T.Create(options.Epsilon));

            public readonly T Apply(T parameter, T gradient, ref T state0, ref T state1, ref T state2)
            {
                state0 = T.FusedMultiplyAdd(gradient, gradient, state0);
                return T.FusedMultiplyAdd(_rate, gradient / (T.Sqrt(state0) + _epsilon), parameter);
            }
        }
    }

    [Fact]
    public void AnInitializerOfOnesOwn()
    {
        Initializer own = new Halves();
        Assert.Equal([0.5f, 0.5f, 0.5f], new Network<float>(NetworkDefinition.Parse("3-1"), own).Layers[0].GetWeights());
        Initializer.Register(own);
        Assert.Same(own, Initializer.Parse("own_halves"));
        Says("initializer 'own_halves' exists already", () => Initializer.Register(new Halves()));
    }

    private sealed class Halves() : Initializer("own_halves")
    {
        protected internal override void Fill(int inputs, int outputs, CounterRandom ofWeights, CounterRandom ofBiases, Span<double> weights, Span<double> biases) => weights.Fill(0.5);
    }

    private static void Says(string what, Action action) => Assert.Contains(what, Assert.Throws<ArgumentException>(action).Message);
}
