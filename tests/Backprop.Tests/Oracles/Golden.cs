using System.IO.Compression;
using System.Text.Json;
using Backprop.Data;
using Backprop.ModelFiles;
using Backprop.Networks;

namespace Backprop.Tests.Oracles;

/// <summary>The committed golden files.</summary>
internal static class Golden
{
    public static JsonDocument Open(string name)
    {
        using Stream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Fixtures", name));
        using Stream stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        return JsonDocument.Parse(stream);
    }

    /// <summary>All numbers of nested arrays, in order.</summary>
    public static double[] Numbers(JsonElement element) => element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray().SelectMany(Numbers)] : [element.GetDouble()];

    public static Network<double> Network(NetworkDefinition definition, JsonElement weights, JsonElement biases)
    {
        var network = new Network<double>(definition);
        for (int l = 0; l < network.Layers.Length; l++)
        {
            network.Layers[l].SetWeights(Numbers(weights[l]));
            network.Layers[l].SetBiases(Numbers(biases[l]));
        }

        return network;
    }

    public static Network<double> Network(JsonElement golden) =>
        Network(NetworkJson.Read(golden.GetProperty("network").GetRawText()).Network, golden.GetProperty("weights"), golden.GetProperty("biases"));

    public static Dataset<double> Data(JsonElement golden, NetworkDefinition definition)
    {
        double[] x = Numbers(golden.GetProperty("x"));
        Targets<double> targets = golden.GetProperty("classes").ValueKind == JsonValueKind.Null
            ? Targets<double>.Values(Numbers(golden.GetProperty("t")), definition.TargetCount)
            : Targets<double>.Classes([.. golden.GetProperty("classes").EnumerateArray().Select(c => c.GetInt32())], definition.TargetCount);
        JsonElement weights = golden.GetProperty("sample_weights");
        return new(x.Length / definition.Inputs, definition.Inputs, x, targets, weights.ValueKind == JsonValueKind.Null ? null : Numbers(weights));
    }

    public static void Near(double[] expected, double[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int n = 0; n < expected.Length; n++)
        {
            double difference = Derivations.GradientCheck.Difference(expected[n], actual[n]);
            Assert.True(difference <= tolerance, $"{what}[{n}]: {actual[n]:R} found, {expected[n]:R} expected, {difference:E2} apart");
        }
    }
}
