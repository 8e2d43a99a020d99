using System.Globalization;
using System.Numerics;
using Backprop.Activations;
using Backprop.Inputs;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tests.Oracles;
using Backprop.Propagation;

namespace Backprop.Tests.Fixtures;

/// <summary>Models of every activation and part, drawn by a seed, every tensor of which is drawn too.</summary>
internal static class DrawnModels
{
    /// <summary>The activations that are the library's own and can stand anywhere.</summary>
    public static string[] Activations { get; } = [.. BuiltIn.Activations.Where(name => ActivationFunction.Create(name).IsElementwise)];

    public static Ensemble<T> Draw<T>(int seed) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        int numbers = random.Next(1, 6), codes = seed % 3 == 0 ? random.Next(1, 3) : 0, width = random.Next(2, 40);
        InputDefinition? input = codes == 0 && seed % 2 == 0 ? null : new(numbers, [.. Enumerable.Range(0, codes).Select(_ => new CodeEmbedding(4, random.Next(1, 4)))], random.Next(2) == 0, random.Next(2) == 0 ? new PeriodicEmbedding(3, 2) : null);
        LayerDefinition[] hidden = [.. Enumerable.Range(0, seed % 8).Select(layer => new LayerDefinition(width, Activation(Activations[(seed + (5 * layer)) % Activations.Length]), Parts(layer, random)))];
        (string output, int outputs, string loss) = (seed % 9) switch
        {
            0 => ("softmax", 2, "cross_entropy"),
            1 => ("softmax", 5, "cross_entropy:0.1"),
            2 => ("log_softmax", 3, "cross_entropy"),
            3 => ("sigmoid", 3, "binary_cross_entropy"),
            4 => ("identity", 1, "poisson"),
            5 => ("identity", 4, "gaussian_nll"),
            6 => ("identity", 3, "hinge"),
            7 => ("tanh", 2, "mean_squared_error"),
            _ => ("identity", 1, "quantile:0.9"),
        };
        LayerDefinition[] layers = [.. hidden, new(outputs, ActivationFunction.Create(output))];
        NetworkDefinition network = input is null ? new(numbers, layers, Loss.Parse(loss)) : new(input, layers, Loss.Parse(loss));
        int members = random.Next(3) == 0 ? random.Next(2, 5) : 1;
        return new(Enumerable.Range(0, members).Select(_ => Numbers<T>(network, random)), network.HasLogits && seed / 9 % 2 == 0 ? 1.7 : 1);

        ActivationFunction Activation(string name) => ActivationFunction.Create(name, name is "leaky_relu" or "elu" or "celu" && random.Next(2) == 0 ? 0.3 : null);
    }

    /// <summary>What a hidden layer, counted from 0, has behind its activation.</summary>
    public static LayerPart[] Parts(int layer, Random random) =>
    [
        .. random.Next(4) switch { 0 => [new LayerNorm()], 1 => [new BatchNorm(1e-3)], _ => Array.Empty<LayerPart>() },
        .. layer > 0 && random.Next(2) == 0 ? [new Residual()] : Array.Empty<LayerPart>(),
        .. random.Next(3) == 0 ? [new Dropout(0.2)] : Array.Empty<LayerPart>(),
    ];

    /// <summary>A network of which no tensor is 0 or 1 throughout.</summary>
    public static Network<T> Numbers<T>(NetworkDefinition definition, Random random) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = new Network<T>(definition, Initializer.Parse("pytorch"), (ulong)random.Next());
        foreach (ParameterBlock<T> block in network.Blocks.Where(block => block.Shape.Length == 1))
        {
            block.Set([.. Enumerable.Range(0, block.Length).Select(_ => T.CreateTruncating(block.Name.EndsWith("bias", StringComparison.Ordinal) ? random.NextDouble() - 0.5 : 0.5 + random.NextDouble()))]);
        }

        return network;
    }

    public static void Write<T>(this Ensemble<T> ensemble, string path, string? schema = null) where T : unmanaged, IBinaryFloatingPointIeee754<T> => new ModelFile<T>(ensemble, schema, null).Write(path);

    /// <summary>Row-major rows for a network: numbers, then codes 0 to 3.</summary>
    public static T[] Rows<T>(NetworkDefinition network, int count, int seed) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        int numbers = network.Input?.Numbers ?? network.Inputs;
        return [.. Enumerable.Range(0, count).SelectMany(_ => Enumerable.Range(0, network.Inputs).Select(column => T.CreateTruncating(column < numbers ? (4 * random.NextDouble()) - 2 : random.Next(4))))];
    }

    public static T[] Predict<T>(this Ensemble<T> ensemble, T[] rows) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] y = new T[rows.Length / ensemble.Definition.Inputs * ensemble.Definition.Outputs];
        using var predictor = new EnsemblePredictor<T>(ensemble);
        predictor.Predict(rows, y);
        return y;
    }

    public static string Text<T>(IEnumerable<T> numbers) where T : IFormattable => string.Join(' ', numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture)));

    public static double[] Parse(string text) => [.. text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture))];

    /// <summary>The greatest |a − b| / max(|b|, scale).</summary>
    public static double Worst(IEnumerable<double> found, IEnumerable<double> expected, double scale)
    {
        (double[] a, double[] b) = ([.. found], [.. expected]);
        Assert.Equal(b.Length, a.Length);
        return a.Zip(b, (x, y) => double.IsNaN(x) || double.IsNaN(y) ? double.PositiveInfinity : Math.Abs(x - y) / Math.Max(Math.Abs(y), scale)).DefaultIfEmpty(0).Max();
    }
}
