using System.Globalization;
using System.Numerics;
using Backprop.Activations;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Tests.Oracles;

namespace Backprop.Tests;

/// <summary>Whether three ways agree is a matter of their own scale: what is wrong is found however small, and rounding is no fault however large.</summary>
public class AgreementTests(ITestOutputHelper output)
{
    /// <summary>Rows that all weigh nothing have a mean gradient of 0 in all three ways, not 0/0.</summary>
    [Fact]
    public void RowsThatAllWeighNothingAgree()
    {
        foreach (string specification in new[] { "3-5:tanh-2:softmax", "3-5:relu-2" })
        {
            NetworkDefinition definition = NetworkDefinition.Parse(specification);
            var network = new Network<double>(definition, Initializer.Parse("glorot_normal"), 1);
            GradientCheckResult result = GradientCheck.Run(network, Data<double>(definition, 1, 4, 1, 1).WithSampleWeights([0, 0, 0, 0]), null);
            Assert.True(result.Agrees, $"{result.WorstOfRecursion} {result.WorstOfNumerical}");
            Assert.Equal((0, 0), (result.WorstOfRecursion, result.WorstOfNumerical));
        }
    }

    /// <summary>p is the difference of two products, lost in float: that is rounding, but nothing is proven, and the parameters are named.</summary>
    [Fact]
    public void WhatOnlyRoundingExcusesIsNamed()
    {
        var network = new Network<double>(NetworkDefinition.Parse("2-1:tanh-1", Loss.Parse("squared_error")));
        network.Layers[0].SetWeights([1e7 / 3, -1e7 / 3]);
        network.Layers[1].SetWeights([1]);
        var data = new Dataset<double>(1, 2, [1.00000007, 1], Targets<double>.Values([3], 1));
        Assert.Empty(GradientCheck.Run(network, data, null).LeftOut);
        GradientCheckResult result = GradientCheck.Run(network.Convert<float>(), new Dataset<float>(1, 2, [1.00000007f, 1], Targets<float>.Values([3], 1)), null);
        Assert.True(result.Agrees);
        Assert.Contains(result.LeftOut, left => left.Parameter == new ParameterName(1, 0) && left.Why.StartsWith("rounding alone moves it by ±", StringComparison.Ordinal));
    }

    /// <summary>Three derivatives that are no numbers are no agreement.</summary>
    [Fact]
    public void WhatIsNotFiniteDoesNotAgree()
    {
        NetworkDefinition definition = NetworkDefinition.Parse("3-5:tanh-2");
        var network = new Network<double>(definition, Initializer.Parse("glorot_normal"), 1);
        network.Layers[1].SetWeight(0, 0, double.NaN);
        Assert.False(GradientCheck.Run(network, Data<double>(definition, 1, 4, 1, 1), null).Agrees);
        Assert.False(Explanation.Of(network, Data<double>(definition, 1, 4, 1, 1), 0, new(1, 0, 0)).Agrees);
    }

    public static TheoryData<string> Zeros => [.. BuiltIn.Losses];

    [Theory]
    [MemberData(nameof(Zeros))]
    public void NetworksOfZerosAgree(string loss)
    {
        foreach (string activation in BuiltIn.Activations.Where(name => ActivationFunction.Create(name).IsElementwise))
        {
            NetworkDefinition definition = Definition(3, 5, activation, loss);
            foreach (bool zeroRows in new[] { false, true })
            {
                Assert.True(GradientCheck.Run(new Network<double>(definition), Data<double>(definition, 1, 4, zeroRows ? 0 : 1, 1), null) is { Agrees: true } exact && !double.IsNaN(exact.WorstOfRecursion) && exact.Tensors.All(tensor => !double.IsNaN(tensor.WorstRelative)), $"{activation}, {loss}");
                Assert.True(GradientCheck.Run(new Network<float>(definition), Data<float>(definition, 1, 4, zeroRows ? 0 : 1, 1), null).Agrees, $"{activation}, {loss}, float");
            }
        }
    }

    /// <summary>s p³, and a factor that makes f′ wrong.</summary>
    private readonly struct Cube(double s, double factor) : IActivation
    {
        public string Name => "cube";

        public bool DerivativeNeedsPreActivation => true;

        public T Value<T>(T p) where T : unmanaged, IElement<T> => T.Create(s) * p * p * p;

        public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => T.Create(3 * s * factor) * p * p;
    }

    /// <summary>From the complex step nothing hides; the differences that a function given in double must do with leave out by name what they cannot see.</summary>
    [Fact]
    public void AWrongDerivativeIsFoundAtEveryScale()
    {
        int found = 0, leftOut = 0, zeros = 0;
        double least = double.MaxValue;
        for (int exponent = -8; exponent <= 4; exponent += 2)
        {
            double s = Math.Pow(10, exponent);
            foreach (double scale in new[] { 1, 1e-3 })
            {
                foreach (double factor in new[] { 1, 2.0 / 3, 1.01, -1, 0 })
                {
                    Check<double>(ActivationFunction.From(new Cube(s, factor)), s, factor, scale, all: true);
                    Check<float>(ActivationFunction.From(new Cube(s, factor)), s, factor, scale, all: true);
                    var own = ActivationFunction.Custom("cube", p => s * p * p * p, p => factor * 3 * s * p * p);
                    Check<double>(own, s, factor, scale, all: s * scale > 1e-5);
                    Check<float>(own, s, factor, scale, all: s * scale > 1e-5);
                }
            }
        }

        output.WriteLine($"{found} wrong derivatives found, the smallest gradient {least:E1}; {leftOut} left out by name");
        Assert.Equal(7 * 2 * 4 * 4, found + leftOut + zeros);
        Assert.True(least < 1e-15, $"{least}");

        void Check<T>(ActivationFunction f, double s, double factor, double scale, bool all) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            string what = $"{f.GetType().Name} {typeof(T).Name}: f′ times {factor}, {s} p³, rows times {scale}";
            var network = new Network<T>(new(3, [new(6, f), new(2, ActivationFunction.Parse("identity"))], Loss.Parse("squared_error")), Initializer.Parse("glorot_normal"), 1);
            Dataset<T> data = Data<T>(network.Definition, 4, 5, scale, 1);
            GradientCheckResult result = GradientCheck.Run(network, data, sample: null);
            if (factor == 1)
            {
                Assert.True(result.Agrees, what);
            }
            else if (all || !result.Agrees)
            {
                Assert.False(result.Agrees, what);
                Assert.Equal(1, result.WorstParameter!.Value.Layer); // what is behind the wrong f′ is right
                Assert.Contains(Enumerable.Range(0, 5), row => !Explanation.Of(network, data, row, result.WorstParameter.Value).Agrees);
                least = Math.Min(least, Backpropagation.Gradient(network, data).WeightGradients(1).Max(g => Math.Abs(double.CreateTruncating(g))) is var most and > 0 ? most : least);
                found++;
            }
            else if (factor == 0)
            {
                zeros++;
                Assert.All(result.Tensors.Take(2), tensor => Assert.Equal(0, tensor.WorstOfRecursion)); // 0 within what the loss shows: there is no size that it could be measured by
            }
            else
            {
                Assert.True(result.LeftOut.Count(left => left.Parameter.Layer == 1) == 24, $"{what}: {result.LeftOut.Count}; {string.Join(' ', result.Tensors)}");
                Assert.All(result.LeftOut, left => Assert.Contains("rounds too coarsely", left.Why));
                leftOut++;
            }
        }
    }

    /// <summary>Each is about 10⁻⁶ in the gradient, and nothing there is larger.</summary>
    [Fact]
    public void AWrongGradientOfALossIsFoundWhereItIsSmall()
    {
        foreach (double factor in new[] { 0.99, 1.5, 0, -1 })
        {
            var loss = Loss.Custom("own_small", (y, t) => 1e-6 * y[0] * y[0], (y, t, gradient) => gradient[0] = factor * 2e-6 * y[0]);
            var network = new Network<float>(NetworkDefinition.Parse("2-3:tanh-1", loss), Initializer.Parse("lecun_normal"), 1);
            Assert.False(GradientCheck.Run(network, Data<float>(network.Definition, 4, 3, 1, 1), sample: null).Agrees);
            Assert.False(GradientCheck.Run(network.Convert<double>(), Data<double>(network.Definition, 4, 3, 1, 1), sample: null).Agrees);
        }
    }

    /// <summary>Every activation with every loss, widths around those of vectors, inputs, weights and targets from 10⁻⁸ to 10⁸: wherever the derivatives are numbers, rounding is taken for rounding.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(17)]
    public void RoundingIsNoFault(int width)
    {
        const int Every = 4; // scales of a pair, in turn: all of them take minutes
        int agreed = 0, beyond = 0, turn = 0;
        var wrong = new List<string>();
        double[] scales = [1e-8, 1e-4, 1, 1e4, 1e8];
        foreach (string activation in BuiltIn.Activations)
        {
            foreach (string loss in BuiltIn.Losses)
            {
                foreach ((double rows, double weights, double targets) in scales.SelectMany(s => new[] { (s, 1.0, 1.0), (1.0, s, 1.0), (1.0, 1.0, s), (s, 1 / s, 1.0), (s, s, s) }).Distinct())
                {
                    if (turn++ % Every != 0)
                    {
                        continue;
                    }

                    NetworkDefinition definition = Definition(3, width, activation, loss);
                    Try<double>(definition, rows, weights, targets);
                    Try<float>(definition, rows, weights, targets);
                }
            }
        }

        output.WriteLine($"{agreed} agree, {beyond} have derivatives that are not finite");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {agreed + wrong.Count}: {string.Join('\n', wrong.Take(400))}");
        Assert.True(agreed > 20_000 / (4 * Every), $"{agreed}");

        void Try<T>(NetworkDefinition definition, double rows, double weights, double targets) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var network = new Network<T>(definition, Initializer.Parse("glorot_normal"), 3);
            foreach (DenseLayer<T> layer in network.Layers)
            {
                layer.SetWeights(Array.ConvertAll(layer.GetWeights(), w => w * T.CreateTruncating(weights)));
            }

            Dataset<T> data = Data<T>(definition, 2, 4, rows, targets);
            Gradient<T> gradient = Backpropagation.Gradient(network, data);
            if (!double.IsFinite(gradient.Loss) || Enumerable.Range(1, definition.Layers.Length).Any(layer => gradient.WeightGradients(layer).Concat(gradient.BiasGradients(layer)).Any(g => !T.IsFinite(g))))
            {
                beyond++;
                return;
            }

            GradientCheckResult result = GradientCheck.Run(network, data, sample: 24);
            if (result.Agrees)
            {
                agreed++;
                return;
            }

            wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{typeof(T).Name} {definition} {definition.Loss} rows {rows} weights {weights} targets {targets}: {result.WorstParameter} {string.Join(" ", result.Tensors.Select(tensor => $"{tensor.Name} {tensor.WorstRelative:E1}"))}"));
        }
    }

    private static NetworkDefinition Definition(int inputs, int width, string activation, string loss)
    {
        bool elementwise = ActivationFunction.Create(activation).IsElementwise;
        string last = loss switch { "binary_cross_entropy" => "sigmoid", "cross_entropy" => elementwise ? "softmax" : activation, _ => activation };
        return NetworkDefinition.Parse($"{inputs}-{width}:{(elementwise ? activation : "tanh")}-{width}:{(elementwise ? activation : "tanh")}-{(width == 1 ? 2 : 4)}:{last}", Loss.Create(loss));
    }

    private static Dataset<T> Data<T>(NetworkDefinition definition, ulong seed, int rows, double scale, double targetScale) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new CounterRandom(seed, 1);
        T[] x = [.. Enumerable.Range(0, rows * definition.Inputs).Select(n => T.CreateTruncating(scale * ((2 * random.Uniform((ulong)n)) - 1)))];
        double most = definition.Loss.Name is "cross_entropy" or "binary_cross_entropy" ? 1 : double.MaxValue;
        T[] t = [.. Enumerable.Range(0, rows * definition.TargetCount).Select(n => T.CreateTruncating(Math.Min(most, targetScale * random.Uniform(100_000 + (ulong)n))))];
        return new(rows, definition.Inputs, x, definition.Loss.Name == "hinge"
            ? Targets<T>.Classes([.. Enumerable.Range(0, rows).Select(row => row % definition.Outputs)], definition.Outputs)
            : Targets<T>.Values(t, definition.TargetCount));
    }
}
