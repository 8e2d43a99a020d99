using Backprop.Activations;
using Backprop.Networks;

namespace Backprop.Interchange.Tests;

/// <summary>Whether a network is the one that was expected, whatever its activations are called.</summary>
public class NetworkFitTests
{
    [Theory]
    [InlineData(8.5)]
    [InlineData(20)]
    [InlineData(1e9)]
    public void AnActivationThatEndsIsNoRelu(double end)
    {
        string name = FormattableString.Invariant($"test_ending_at_{end:F0}");
        var ending = ActivationFunction.Custom(name, p => Math.Min(Math.Max(p, 0), end), p => p > 0 && p < end ? 1 : 0);
        var network = new Network<float>(NetworkDefinition.Parse("2-3:relu-1:identity"));
        ModelException error = Assert.Throws<ModelException>(() => NetworkFit.Apply(network, With(ending), null, "file"));
        Assert.Contains("2-3:relu-1:identity found", error.Message);
        var same = ActivationFunction.Custom($"{name}_not", p => p > 0 ? p : 0, p => p > 0 ? 1 : 0);
        Assert.Equal($"{name}_not", NetworkFit.Apply(network, With(same), null, "file").Definition.Layers[0].Activation.Name);

        static NetworkDefinition With(ActivationFunction activation) => new(2, [new(3, activation), new(1, ActivationFunction.Create("identity"))]);
    }
}
