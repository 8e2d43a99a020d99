using System.Text;
using System.Text.Json;
using Backprop.Activations;
using Backprop.Inputs;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.ModelFiles;

/// <summary>A network's description in a model file: <c>{"inputs":4,"layers":[{"units":8,"activation":"tanh"},…],"loss":"cross_entropy"}</c>; of several also <c>"members":8,"temperature":0.9</c>.</summary>
internal static class NetworkJson
{
    /// <summary>The keys beside the loss's parameter, which must be called otherwise.</summary>
    public static readonly string[] Keys = ["inputs", "input", "layers", "loss", "members", "temperature"];

    /// <exception cref="ModelException">An activation or the loss is not registered: what is written could not be read.</exception>
    public static string Write(NetworkDefinition network, int members = 1, double temperature = 1)
    {
        foreach (LayerDefinition layer in network.Layers)
        {
            layer.Activation.RequireRegistered();
        }

        network.Loss.RequireRegistered();
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("inputs", network.Inputs);
            if (network.Input is { } input)
            {
                InputJson.Write(json, input);
            }

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

                foreach (LayerPart part in layer.Parts)
                {
                    part.Write(json);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("loss", network.Loss.Name);
            if (network.Loss.ParameterName is { } name && network.Loss.Parameter is { } value && !network.Loss.IsPlain)
            {
                json.WriteNumber(name, value);
            }

            if (members > 1 || temperature != 1)
            {
                json.WriteNumber("members", members);
            }

            if (temperature != 1)
            {
                json.WriteNumber("temperature", temperature);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>The network, how often a file holds it, each under a name of its own (null: once, under its plain names), and what its logits are divided by.</summary>
    /// <exception cref="ModelException">Not a description of a network.</exception>
    public static (NetworkDefinition Network, int? Members, double Temperature) Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            Loss? loss = ReadLoss(root);
            var layers = new List<LayerDefinition>();
            foreach (JsonElement layer in Items(Get(root, "layers"), "layers"))
            {
                RequireKeys(layer, $"layer {layers.Count + 1}", ["units", "activation", "alpha", .. LayerPart.Keys]);
                double? alpha = layer.TryGetProperty("alpha", out JsonElement a) ? Number(a, "alpha") : null;
                layers.Add(new(Whole(layer, "units"), ActivationFunction.Create(Name(Get(layer, "activation"), "activation"), alpha), LayerPart.Read(layer)));
            }

            int inputs = Whole(root, "inputs");
            InputDefinition? input = root.TryGetProperty("input", out JsonElement given) ? InputJson.Read(given) : null;
            NetworkDefinition network = input is null ? new(inputs, layers, loss)
                : input.RowWidth == inputs ? new(input, layers, loss)
                : throw new ModelException($"{inputs} inputs found, {input.RowWidth} expected: {input.Numbers} numbers and {input.Codes.Length} codes");
            int? members = root.TryGetProperty("members", out _) ? Whole(root, "members") : null;
            double temperature = root.TryGetProperty("temperature", out JsonElement divisor) ? Number(divisor, "temperature") : 1;
            return members < 1 ? throw new ModelException($"'members': {members} found, at least 1 expected")
                : members is null && temperature != 1 ? throw new ModelException("'temperature' belongs to 'members', which is missing")
                : Ensemble<float>.WhyNot(network, temperature) is { } why ? throw new ModelException(why)
                : (network, members, temperature);
        }
        catch (JsonException error)
        {
            throw new ModelException(JsonFault.Of(error, text), error);
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or UsageException)
        {
            throw new ModelException(error.Message, error);
        }
    }

    /// <summary>The loss, with its parameter; null: the one that goes with the output layer.</summary>
    private static Loss? ReadLoss(JsonElement root)
    {
        RequireObject(root, "the network");
        if (!root.TryGetProperty("loss", out JsonElement name))
        {
            RequireKeys(root, "the network", Keys);
            return null;
        }

        var loss = Loss.Create(Name(name, "loss"));
        string? other = Loss.Names.Select(known => Loss.Create(known).ParameterName).FirstOrDefault(known => known is not null && known != loss.ParameterName && root.TryGetProperty(known, out _));
        if (other is not null)
        {
            throw new ModelException($"the loss '{loss.Name}' has no '{other}'");
        }

        RequireKeys(root, "the network", loss.ParameterName is { } parameter ? [.. Keys, parameter] : Keys);
        return loss.ParameterName is { } given && root.TryGetProperty(given, out JsonElement value) ? Loss.Create(loss.Name, Number(value, given)) : loss;
    }

    internal static JsonElement Get(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value : throw new ModelException($"'{name}' is missing");

    /// <summary>A whole number.</summary>
    internal static int Whole(JsonElement element, string name) =>
        Get(element, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int number) ? number : throw new ModelException($"'{name}': {Found(Get(element, name))} found, a whole number expected");

    /// <summary>A number.</summary>
    internal static double Number(JsonElement value, string name) =>
        value is { ValueKind: JsonValueKind.Number } && value.TryGetDouble(out double number) ? number : throw new ModelException($"'{name}': {Found(value)} found, a number expected");

    /// <summary>The items of a list.</summary>
    internal static IEnumerable<JsonElement> Items(JsonElement list, string name) =>
        list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : throw new ModelException($"'{name}': {Found(list)} found, a list expected");

    /// <summary>What stands there, if it is long its beginning.</summary>
    internal static string Found(JsonElement element) => element.GetRawText() is { Length: > 40 } text ? $"{text[..40]}…" : element.GetRawText();

    /// <summary>True or false.</summary>
    internal static bool Truth(JsonElement value, string name) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new ModelException($"'{name}': {Found(value)} found, true or false expected");

    private static string Name(JsonElement element, string what) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()!
        : throw new ModelException(element.ValueKind == JsonValueKind.Null ? $"'{what}' is null" : $"'{what}': {Found(element)} found, a name expected");

    private static void RequireObject(JsonElement element, string where)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new ModelException($"{where}: {Found(element)} found, an object expected");
        }
    }

    internal static void RequireKeys(JsonElement element, string where, string[] known)
    {
        RequireObject(element, where);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                throw new ModelException(Suggestion.Unknown($"key in {where}", property.Name, known));
            }
        }
    }
}
