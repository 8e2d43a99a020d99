using System.Text;
using System.Text.Json;
using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.ModelFiles;

/// <summary>A network's description in a model file: <c>{"inputs":4,"layers":[{"units":8,"activation":"tanh"},…],"loss":"cross_entropy"}</c>.</summary>
internal static class NetworkJson
{
    private static readonly string[] s_parameterNames = ["delta", "tau", "label_smoothing"];

    public static string Write(NetworkDefinition network)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("inputs", network.Inputs);
            json.WriteStartArray("layers");
            foreach (LayerDefinition layer in network.Layers)
            {
                json.WriteStartObject();
                json.WriteNumber("units", layer.Units);
                json.WriteString("activation", layer.Activation.Name);
                if (layer.Activation.Alpha is { } alpha)
                {
                    json.WriteNumber("alpha", alpha);
                }

                if (layer.Dropout > 0)
                {
                    json.WriteNumber("dropout", layer.Dropout);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("loss", network.Loss.Name);
            if (network.Loss.ParameterName is { } name && network.Loss.Parameter is { } value && (name != "label_smoothing" || value != 0))
            {
                json.WriteNumber(name, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <exception cref="ModelException">Not a description of a network.</exception>
    public static NetworkDefinition Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            RequireKeys(root, "the network", ["inputs", "layers", "loss", .. s_parameterNames]);
            var layers = new List<LayerDefinition>();
            foreach (JsonElement layer in Get(root, "layers").EnumerateArray())
            {
                RequireKeys(layer, $"layer {layers.Count + 1}", ["units", "activation", "alpha", "dropout"]);
                double? alpha = layer.TryGetProperty("alpha", out JsonElement a) ? a.GetDouble() : null;
                double dropout = layer.TryGetProperty("dropout", out JsonElement d) ? d.GetDouble() : 0;
                layers.Add(new(Get(layer, "units").GetInt32(), ActivationFunction.Create(Name(Get(layer, "activation"), "activation"), alpha), dropout));
            }

            Loss? loss = null;
            if (root.TryGetProperty("loss", out JsonElement name))
            {
                double? parameter = null;
                string? given = null;
                foreach (string candidate in s_parameterNames)
                {
                    if (root.TryGetProperty(candidate, out JsonElement value))
                    {
                        (parameter, given) = (value.GetDouble(), candidate);
                    }
                }

                loss = Loss.Create(Name(name, "loss"), parameter);
                if (given is not null && given != loss.ParameterName)
                {
                    throw new ModelException($"the loss '{loss.Name}' has no '{given}'");
                }
            }

            return new(Get(root, "inputs").GetInt32(), layers, loss);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or UsageException)
        {
            throw new ModelException(error.Message, error);
        }
    }

    private static JsonElement Get(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value : throw new ModelException($"'{name}' is missing");

    private static string Name(JsonElement element, string what) => element.GetString() ?? throw new ModelException($"'{what}' is null");

    private static void RequireKeys(JsonElement element, string where, string[] known)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                throw new ModelException(Suggestion.Unknown($"key in {where}", property.Name, known));
            }
        }
    }
}
