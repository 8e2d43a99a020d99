using System.Globalization;
using System.Text.Json;
using Backprop.Activations;

namespace Backprop.Interchange.Keras;

/// <summary>Keras's activations as ours.</summary>
internal static class KerasActivations
{
    /// <summary>What is called otherwise there, or has another parameter.</summary>
    private static readonly Dictionary<string, string> s_others = new(StringComparer.Ordinal)
    {
        ["linear"] = "identity",
        ["swish"] = "silu",
        ["leaky_relu"] = "leaky_relu(0.2)",
    };

    private static readonly string[] s_same = ["relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus", "softsign", "tanh", "sigmoid", "hard_sigmoid", "hard_tanh", "exponential", "softmax", "log_softmax"];

    /// <param name="layer">A Dense or an Activation.</param>
    /// <param name="isOld">Whether it is of Keras before 3, whose hard_sigmoid is another.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="ModelException">None that there is here.</exception>
    public static ActivationFunction Of(KerasLayer layer, bool isOld, string source)
    {
        JsonElement? named = layer.Get("activation");
        if (named is { ValueKind: JsonValueKind.Object } function)
        {
            KerasConfiguration.RequireOwn(function, $"an activation of {layer}", source);
            named = function.TryGetProperty("config", out JsonElement inner) ? inner : function;
        }

        string name = named is { ValueKind: JsonValueKind.String } text ? text.GetString()! : named is null ? "linear" : named.Value.GetRawText();
        if (isOld && name == "hard_sigmoid")
        {
            throw new ModelException($"'{source}', {layer}: the hard_sigmoid of Keras 2, min(max(0.2 x + 0.5, 0), 1), found, which is none here");
        }

        return s_others.TryGetValue(name, out string? other) ? ActivationFunction.Parse(other)
            : s_same.Contains(name, StringComparer.Ordinal) ? ActivationFunction.Create(name)
            : throw new ModelException($"'{source}', {layer}: activation '{name}' found, {string.Join(", ", s_same.Concat(s_others.Keys))} expected");
    }

    /// <summary>Of a layer that is an activation with parameters of its own; null: it is none.</summary>
    /// <exception cref="ModelException">One with parameters that none here has.</exception>
    public static ActivationFunction? OfLayer(KerasLayer layer, bool isOld, string source)
    {
        switch (layer.Class)
        {
            case "Activation":
                return Of(layer, isOld, source);
            case "ReLU":
                double slope = layer.Number("negative_slope", 0);
                return layer.Get("max_value") is null && layer.Number("threshold", 0) == 0 ? slope == 0 ? ActivationFunction.Create("relu") : ActivationFunction.Create("leaky_relu", Plain(slope))
                    : throw new ModelException($"'{source}', {layer}: a threshold or a greatest value found, none expected");
            case "LeakyReLU":
                return ActivationFunction.Create("leaky_relu", Plain(layer.Number("negative_slope", layer.Number("alpha", 0.3))));
            case "ELU":
                return ActivationFunction.Create("elu", Plain(layer.Number("alpha", 1)));
            case "Softmax":
                return layer.IsAlongUnits ? ActivationFunction.Create("softmax") : throw new ModelException($"'{source}', {layer}: an axis of its own found, the last expected");
            default:
                return null;
        }
    }

    /// <summary>0.3 is kept as a float by Keras 2, and meant as 0.3.</summary>
    private static double Plain(double number) => (float)number == number ? double.Parse(((float)number).ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : number;
}
