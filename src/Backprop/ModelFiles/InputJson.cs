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
        foreach (JsonElement code in element.TryGetProperty("codes", out JsonElement given) ? given.EnumerateArray() : [])
        {
            NetworkJson.RequireKeys(code, "a code of the input", ["categories", "size"]);
            codes.Add(new(NetworkJson.Get(code, "categories").GetInt32(), NetworkJson.Get(code, "size").GetInt32()));
        }

        PeriodicEmbedding? periodic = null;
        if (element.TryGetProperty("periodic", out JsonElement waves))
        {
            NetworkJson.RequireKeys(waves, "periodic", ["frequencies", "size", "sigma"]);
            double sigma = waves.TryGetProperty("sigma", out JsonElement deviation) ? deviation.GetDouble() : 0.1;
            periodic = new(NetworkJson.Get(waves, "frequencies").GetInt32(), NetworkJson.Get(waves, "size").GetInt32(), sigma);
        }

        return new(NetworkJson.Get(element, "numbers").GetInt32(), [.. codes], element.TryGetProperty("scale", out JsonElement scale) && scale.GetBoolean(), periodic);
    }
}
