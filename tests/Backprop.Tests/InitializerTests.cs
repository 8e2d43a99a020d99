using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Tests;

/// <summary>Every initializer against its definition, made here again from the same random numbers: a seed means the same network for ever.</summary>
public class InitializerTests
{
    private const ulong Seed = 11;

    private static readonly Dictionary<string, Func<double, double, double>> s_variances = new(StringComparer.Ordinal)
    {
        ["he"] = (inputs, _) => 2 / inputs,
        ["glorot"] = (inputs, outputs) => 2 / (inputs + outputs),
        ["lecun"] = (inputs, _) => 1 / inputs,
    };

    [Fact]
    public void EveryNameIsTestedHere() => Assert.Equal(
        Initializer.Names.Where(name => Initializer.Parse(name).GetType().Assembly == typeof(Initializer).Assembly).Order(StringComparer.Ordinal),
        s_variances.Keys.SelectMany(family => new[] { family + "_normal", family + "_uniform" }).Concat(["orthogonal", "pytorch", "zeros"]).Order(StringComparer.Ordinal));

    [Fact]
    public void ScaledOnesHaveTheirVariance()
    {
        foreach ((string family, Func<double, double, double> variance) in s_variances)
        {
            foreach (DenseLayer<double> layer in Layers(family + "_normal"))
            {
                Near(n => Math.Sqrt(variance(layer.Inputs, layer.Outputs)) * OfWeights(layer).Normal(n), layer.GetWeights());
                Assert.All(layer.GetBiases(), bias => Assert.Equal(0, bias));
            }

            foreach (DenseLayer<double> layer in Layers(family + "_uniform"))
            {
                double bound = Math.Sqrt(3 * variance(layer.Inputs, layer.Outputs));
                Near(n => bound * ((2 * OfWeights(layer).Uniform(n)) - 1), layer.GetWeights());
                Assert.All(layer.GetBiases(), bias => Assert.Equal(0, bias));
            }
        }
    }

    [Fact]
    public void PyTorchsIsUniformInWeightsAndBiases()
    {
        foreach (DenseLayer<double> layer in Layers("pytorch"))
        {
            double bound = 1 / Math.Sqrt(layer.Inputs);
            Near(n => bound * ((2 * OfWeights(layer).Uniform(n)) - 1), layer.GetWeights());
            Near(n => bound * ((2 * new CounterRandom(Seed, 2 * (ulong)layer.Index).Uniform(n)) - 1), layer.GetBiases());
        }
    }

    [Theory]
    [InlineData(3, 5)]
    [InlineData(5, 3)]
    [InlineData(1, 4)]
    [InlineData(150, 150)]
    public void OrthogonalOnesAreGramSchmidtsVectors(int inputs, int outputs)
    {
        DenseLayer<double> layer = new Network<double>(NetworkDefinition.Parse($"{inputs}-{outputs}"), Initializer.Parse("orthogonal"), Seed).Layers[0];
        int count = Math.Min(inputs, outputs), length = Math.Max(inputs, outputs);
        double[][] vectors = [.. Enumerable.Range(0, count).Select(v => Enumerable.Range(0, length).Select(k => outputs <= inputs ? layer.GetWeight(v, k) : layer.GetWeight(k, v)).ToArray())];
        for (int v = 0; v < count; v++)
        {
            for (int other = 0; other <= v; other++)
            {
                Assert.Equal(v == other ? 1 : 0, Dot(vectors[v], vectors[other]), 2e-15);
            }

            // The random vector that it was made of lies in the span of those up to it, on its side.
            double[] random = [.. Enumerable.Range(0, length).Select(k => OfWeights(layer).Normal((ulong)((v * length) + k)))];
            Assert.True(Dot(random, vectors[v]) > 0);
            double rest = Dot(random, random) - Enumerable.Range(0, v + 1).Sum(e => Math.Pow(Dot(random, vectors[e]), 2));
            Assert.Equal(0, rest, 1e-11);
        }

        Assert.All(layer.GetBiases(), bias => Assert.Equal(0, bias));
    }

    private static DenseLayer<double>[] Layers(string name) => [.. new Network<double>(NetworkDefinition.Parse("7-12:tanh-3"), Initializer.Parse(name), Seed).Layers];

    private static CounterRandom OfWeights(DenseLayer<double> layer) => new(Seed, (2 * (ulong)layer.Index) + 1);

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static void Near(Func<ulong, double> expected, double[] actual)
    {
        for (int n = 0; n < actual.Length; n++)
        {
            Assert.Equal(expected((ulong)n), actual[n], 1e-15);
        }
    }
}
