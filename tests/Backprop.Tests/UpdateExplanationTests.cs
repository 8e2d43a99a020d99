using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>What a step is said to do to a parameter is what it does.</summary>
public sealed class UpdateExplanationTests
{
    private const int Rows = 40, Batch = 16;

    private static readonly (string Name, OptimizerOptions Options)[] s_variants =
    [
        .. Optimizer.Names.Select(name => (name, new OptimizerOptions())),
        .. Optimizer.Names.Where(name => name != "rprop").Select(name => (name, new OptimizerOptions { LearningRate = 0.05, WeightDecay = 0.1 })),
        ("sgd", new() { Momentum = 0.9 }), ("sgd", new() { Momentum = 0.9, Dampening = 0.3, WeightDecay = 0.01 }), ("sgd", new() { Momentum = 0.9, Nesterov = true }),
        ("adam", new() { Amsgrad = true }), ("adam", new() { Beta1 = 0.3, Beta2 = 0.4 }), ("adamw", new() { Amsgrad = true }), ("adamw", new() { WeightDecay = 0 }), ("adam", new() { Epsilon = 0 }),
        ("rmsprop", new() { Momentum = 0.5 }), ("rmsprop", new() { Centered = true }), ("rmsprop", new() { Centered = true, Momentum = 0.5 }), ("radam", new() { Beta2 = 0.5 }),
    ];

    private static readonly TrainingStepOptions[] s_options =
    [
        new(), new() { L2 = 0.01 }, new() { L1 = 0.02, L2 = 0.01 }, new() { ClipValue = 0.01 }, new() { ClipNorm = 0.05, L1 = 0.02, ClipValue = 0.1 }, new() { Accumulate = 2, L2 = 0.1 },
        new() { RateOf = name => name.StartsWith("layers.0", StringComparison.Ordinal) ? 0.5 : 1, Threads = 1 },
    ];

    public static TheoryData<int, int> Cases()
    {
        var cases = new TheoryData<int, int>();
        for (int variant = 0; variant < s_variants.Length; variant++)
        {
            for (int option = 0; option < s_options.Length; option++)
            {
                cases.Add(variant, option);
            }
        }

        return cases;
    }

    private static Dataset<T> Data<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(5);
        T[] features = [.. Enumerable.Range(0, Rows * 3).Select(_ => T.CreateTruncating((random.NextDouble() * 2) - 1))];
        return new(Rows, 3, features, Targets<T>.Classes([.. Enumerable.Range(0, Rows).Select(_ => random.Next(3))], 3));
    }

    private static IEnumerable<ParameterName> Parameters(NetworkDefinition network) =>
        network.Tensors.Where(tensor => tensor.IsTrained).SelectMany(tensor => new[] { ParameterName.Of(tensor, 0), ParameterName.Of(tensor, tensor.Length - 1) });

    private static void Follow<T>(int variant, int option, string layers, Action<UpdateExplanation, TrainingStep<T>, Network<T>> compare) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (string name, OptimizerOptions given) = s_variants[variant];
        Optimizer optimizer = Optimizer.Create(name, given);
        Dataset<T> data = Data<T>();
        var network = new Network<T>(NetworkDefinition.Parse(layers), Initializer.PyTorch, 3);
        int samples = Batch * s_options[option].Accumulate;
        using var step = new TrainingStep<T>(network, optimizer, Batch, s_options[option]);
        for (int n = 0; n < 7; n++)
        {
            var order = new RowPermutation(Rows, 1, n + 1);
            T[][] moments = step.GetMoments();
            T[][] before = [.. network.Blocks.Select(block => block.Get())];
            UpdateExplanation[] told = [.. Parameters(network.Definition).Select(parameter => step.Explain(parameter, data, order, 3, samples, optimizer.LearningRate, n))];
            Assert.Equal(moments, step.GetMoments());
            Assert.Equal(before, network.Blocks.Select(block => block.Get()));
            Assert.Equal(n, step.Steps);
            step.Run(data, order, 3, samples, optimizer.LearningRate, n);
            Assert.NotEqual(before, network.Blocks.Select(block => block.Get()));
            foreach (UpdateExplanation one in told)
            {
                Assert.Equal(n + 1, one.Step);
                compare(one, step, network);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_new_value_is_that_of_the_step_to_the_bit(int variant, int option)
    {
        foreach (string layers in new[] { "3-5:tanh-3:softmax", "3-5:tanh,batch_norm-5:silu,layer_norm,residual,dropout(0.2)-3:softmax", "3-70:relu-3:softmax" })
        {
            Follow<float>(variant, option, layers, (told, _, network) => Assert.Equal(BitConverter.SingleToInt32Bits(network.Get(told.Parameter)), BitConverter.SingleToInt32Bits((float)told.After)));
        }
    }

    /// <summary>The terms are formulas of their own, evaluated one operation after the other: another road to the same number.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void The_terms_make_up_the_step(int variant, int option)
    {
        Follow<double>(variant, option, "3-5:tanh-3:softmax", (told, step, network) =>
        {
            double after = network.Get(told.Parameter);
            Assert.Equal(after, told.After);
            Assert.Equal(told.Gradient, told.Terms.Single(term => term.Symbol == "g").Value, 1e-15);
            Assert.Equal(told.MeanGradient, told.Terms[0].Value);
            Assert.Contains(told.Terms, term => term.IsMove);
            Assert.Equal(after, told.Before + told.Terms.Where(term => term.IsMove).Sum(term => term.Value), 1e-12 * Math.Max(1, Math.Abs(after)));
            string[] moments = s_variants[variant].Name switch { "sgd" => ["v′"], "adam" or "adamw" or "nadam" or "radam" => ["m′", "v′", "s′"], "rmsprop" => ["v′"], "adagrad" => ["s′"], "adadelta" => ["v′", "u′"], "lion" => ["m′"], _ => ["", "s′"] };
            (ParameterBlock<double> block, int index) = network.Find(told.Parameter);
            for (int n = 0; n < Math.Min(moments.Length, step.Moments.Length); n++)
            {
                if (moments[n].Length > 0)
                {
                    Assert.Equal(step.Moments[n].Span[(int)block.IndexOf(index)], told.Terms.Single(term => term.Symbol == moments[n]).Value, 1e-12);
                }
            }
        });
    }

    [Fact]
    public void Sgd_reads_as_the_note_has_it()
    {
        Dataset<double> data = Data<double>();
        var network = new Network<double>(NetworkDefinition.Parse("3-2:tanh-3:softmax"), Initializer.PyTorch, 3);
        using var step = new TrainingStep<double>(network, new Sgd(new() { LearningRate = 0.1 }), Batch, new() { L2 = 0.5 });
        UpdateExplanation told = step.Explain(new(1, 0, 2), data, new(Rows, 1, 1), 0, Batch, 0.1);
        Assert.Equal(["ḡ", "g", "Δw"], told.Terms.Select(term => term.Symbol));
        Assert.Equal(["mean", "ḡ + λ₂ · w", "−η · g"], told.Terms.Select(term => term.Formula));
        Assert.Equal(told.MeanGradient + (0.5 * told.Before), told.Gradient, 1e-15);
        Assert.Equal(-0.1 * told.Gradient, told.Terms[^1].Value, 1e-15);
        Assert.StartsWith("−0.1 · ", told.Terms[^1].Numbers, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("w + 2 · g", 1.5 + (2 * -0.25), "1.5 + 2 · (−0.25)")]
    [InlineData("−η · g²", -0.1 * 0.0625, "−0.1 · (−0.25)²")]
    [InlineData("(w − g) / (√w + 1)", 1.75 / (1.224744871391589 + 1), "(1.5 − (−0.25)) / (√1.5 + 1)")]
    [InlineData("max(min(w, 1), −w)", 1.0, "max(min(1.5, 1), −1.5)")]
    [InlineData("w / (g − g)", 0.0, "1.5 / (−0.25 − (−0.25))")]
    [InlineData("sign(g) · t", -4.0, "sign(−0.25) · 4")]
    public void A_formula_is_text_numbers_and_value(string formula, double value, string numbers)
    {
        var terms = new UpdateTerms(1.5, -0.25, 0.1, 4, []);
        Assert.Equal(value, terms.Add("x", "", formula), 1e-15);
        Assert.Equal(numbers, terms.All[0].Numbers);
        Assert.Equal(value, terms.Add("y", "", "x"));
    }

    [Theory]
    [InlineData("w +")]
    [InlineData("w g")]
    [InlineData("unknown · w")]
    [InlineData("(w")]
    [InlineData("max(w)")]
    public void What_is_no_formula_is_refused(string formula) => Assert.Throws<FormatException>(() => new UpdateTerms(1, 1, 1, 1, []).Add("x", "", formula));

    [Fact]
    public void Moments_go_over_to_another_step_and_penalties_can_change()
    {
        Dataset<float> data = Data<float>();
        Network<float> Trained(bool renewed)
        {
            var network = new Network<float>(NetworkDefinition.Parse("3-5:tanh-3:softmax"), Initializer.PyTorch, 3);
            var step = new TrainingStep<float>(network, new Adam(), Batch, new() { L2 = 0.1 });
            for (int n = 0; n < 6; n++)
            {
                if (n == 3 && renewed)
                {
                    using TrainingStep<float> old = step;
                    step = new(network, new Adam(), Batch, new() { L2 = 0.3, L1 = 0.1 });
                    step.Restore(old.Steps, old.GetMoments());
                }
                else if (n == 3)
                {
                    step.Penalise(0.1, 0.3);
                }

                step.Run(data, new(Rows, 1, n), 0, Batch, 0.01);
            }

            step.Dispose();
            return network;
        }

        Assert.Equal(Trained(true).Blocks.Select(block => block.Get()), Trained(false).Blocks.Select(block => block.Get()));
        using var other = new TrainingStep<float>(new Network<float>(NetworkDefinition.Parse("3-5:tanh-3:softmax")), new Adam(), Batch);
        Assert.Throws<ArgumentException>(() => other.Restore(1, []));
        Assert.Throws<UsageException>(() => other.Penalise(-1, 0));
    }
}
