using System.Globalization;
using System.Text.Json;

namespace Backprop.Interchange.Keras;

/// <summary>The layers of a model, one behind the other.</summary>
internal static class KerasConfiguration
{
    /// <param name="document">The model's configuration.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="ModelException">A model that is no chain of layers: where it is none.</exception>
    public static IReadOnlyList<KerasLayer> Layers(JsonElement document, string source)
    {
        string kind = document.GetProperty("class_name").GetString() ?? "";
        if (kind is not ("Sequential" or "Functional" or "Model"))
        {
            throw new ModelException($"'{source}': a model of class '{kind}' found, Sequential or Functional expected");
        }

        JsonElement configuration = document.GetProperty("config"), listed = configuration.ValueKind == JsonValueKind.Array ? configuration : configuration.GetProperty("layers");
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        List<(KerasLayer Layer, JsonElement Element)> all = [];
        foreach (JsonElement element in listed.EnumerateArray())
        {
            string type = element.GetProperty("class_name").GetString() ?? "", snake = KerasLayer.Snake(type);
            JsonElement own = element.GetProperty("config");
            string name = own.TryGetProperty("name", out JsonElement named) ? named.GetString() ?? "" : element.TryGetProperty("name", out named) ? named.GetString() ?? "" : snake;
            int count = counts[snake] = counts.GetValueOrDefault(snake, -1) + 1;
            all.Add((new(name, type, count == 0 ? snake : string.Create(CultureInfo.InvariantCulture, $"{snake}_{count}"), own), element));
        }

        return kind == "Sequential" ? [.. all.Select(one => one.Layer)] : Chain(all, source);
    }

    private static List<KerasLayer> Chain(List<(KerasLayer Layer, JsonElement Element)> all, string source)
    {
        Dictionary<string, KerasLayer> after = new(StringComparer.Ordinal);
        foreach ((KerasLayer layer, JsonElement element) in all)
        {
            string[] before = [.. Before(element.TryGetProperty("inbound_nodes", out JsonElement nodes) ? nodes : default)];
            if (before.Length != (layer.Class == "InputLayer" ? 0 : 1))
            {
                throw new ModelException($"'{source}', {layer}: {before.Length} inputs found{(before.Length == 0 ? "" : $" ({string.Join(", ", before)})")}, {(layer.Class == "InputLayer" ? 0 : 1)} expected in a chain of layers");
            }

            if (before is [var only] && !after.TryAdd(only, layer))
            {
                throw new ModelException($"'{source}': two layers stand behind '{only}', '{after[only].Name}' and '{layer.Name}', one expected in a chain of layers");
            }
        }

        if (all.FindAll(one => one.Layer.Class == "InputLayer") is not [var (first, _)])
        {
            throw new ModelException($"'{source}': {all.Count(one => one.Layer.Class == "InputLayer")} inputs found, one expected");
        }

        List<KerasLayer> chain = [first];
        while (chain.Count <= all.Count && after.TryGetValue(chain[^1].Name, out KerasLayer? next))
        {
            chain.Add(next);
        }

        return chain.Count == all.Count ? chain : throw new ModelException($"'{source}': {chain.Count} of {all.Count} layers stand in a chain behind '{first.Name}', all expected");
    }

    /// <summary>The names of the layers that a layer takes: <c>[[["dense", 0, 0, {}]]]</c>, and since Keras 3 tensors with a <c>keras_history</c>.</summary>
    private static IEnumerable<string> Before(JsonElement nodes) => nodes.ValueKind switch
    {
        JsonValueKind.Array when nodes.GetArrayLength() >= 3 && nodes[0].ValueKind == JsonValueKind.String && nodes[1].ValueKind == JsonValueKind.Number => [nodes[0].GetString()!],
        JsonValueKind.Array => nodes.EnumerateArray().SelectMany(Before),
        JsonValueKind.Object when nodes.TryGetProperty("keras_history", out JsonElement history) => Before(history),
        JsonValueKind.Object => nodes.EnumerateObject().SelectMany(property => Before(property.Value)),
        _ => [],
    };
}
