using System.Text.Json;
using Backprop.Inputs;

namespace Backprop.ModelFiles;

/// <summary><c>"input":{"numbers":F,"codes":[{"categories":K,"size":S},…],"scale":true,"periodic":{"frequencies":Q,"size":S,"sigma":0.1}}</c>.</summary>
internal static class InputJson
{
    public static void Write(Utf8JsonWriter json, InputDefinition input)
    {
        json.WriteStartObject("input");
        json.WriteNumber("numbers", input.Numbers);
        json.WriteStartArray("codes");
        foreach (CodeEmbedding code in input.Codes)
        {
            json.WriteStartObject();
            json.WriteNumber("categories", code.Categories);
            json.WriteNumber("size", code.Size);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (input.Scale)
        {
            json.WriteBoolean("scale", true);
        }

        if (input.Periodic is { } periodic)
        {
            json.WriteStartObject("periodic");
            json.WriteNumber("frequencies", periodic.Frequencies);
            json.WriteNumber("size", periodic.Size);
            json.WriteNumber("sigma", periodic.Sigma);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <exception cref="ModelException">Not such a description.</exception>
    public static InputDefinition Read(JsonElement element)
    {
        NetworkJson.RequireKeys(element, "input", ["numbers", "codes", "scale", "periodic"]);
        List<CodeEmbedding> codes = [];
        foreach (JsonElement code in element.TryGetProperty("codes", out JsonElement given) ? NetworkJson.Items(given, "codes") : [])
        {
            NetworkJson.RequireKeys(code, "a code of the input", ["categories", "size"]);
            codes.Add(new(NetworkJson.Whole(code, "categories"), NetworkJson.Whole(code, "size")));
        }

        PeriodicEmbedding? periodic = null;
        if (element.TryGetProperty("periodic", out JsonElement waves))
        {
            NetworkJson.RequireKeys(waves, "periodic", ["frequencies", "size", "sigma"]);
            periodic = new(NetworkJson.Whole(waves, "frequencies"), NetworkJson.Whole(waves, "size"));
            periodic = waves.TryGetProperty("sigma", out JsonElement sigma) ? periodic with { Sigma = NetworkJson.Number(sigma, "sigma") } : periodic;
        }

        bool hasScale = element.TryGetProperty("scale", out JsonElement scale) && scale.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new ModelException($"'scale': {NetworkJson.Found(scale)} found, true or false expected"),
        };
        var input = new InputDefinition(NetworkJson.Whole(element, "numbers"), [.. codes], hasScale, periodic);
        input.Validate();
        return input;
    }
}
