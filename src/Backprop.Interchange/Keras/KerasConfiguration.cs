using System.Globalization;
using System.Text.Json;

namespace Backprop.Interchange.Keras;

/// <summary>The layers of a model, one behind the other.</summary>
internal static class KerasConfiguration
{
    /// <summary>Where Keras's own layers and functions are, and under what it registers them.</summary>
    private static readonly string[] s_modules = ["keras", "tf_keras", "tensorflow", "builtins"], s_registries = ["keras", "tf_keras", "builtins"];

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
            RequireOwn(element, "a layer", source);
            string type = element.GetProperty("class_name").GetString() ?? "", snake = KerasLayer.Snake(type);
            JsonElement own = element.GetProperty("config");
            string name = own.TryGetProperty("name", out JsonElement named) ? named.GetString() ?? "" : element.TryGetProperty("name", out named) ? named.GetString() ?? "" : snake;
            int count = counts[snake] = counts.GetValueOrDefault(snake, -1) + 1;
            all.Add((new(name, type, count == 0 ? snake : string.Create(CultureInfo.InvariantCulture, $"{snake}_{count}"), own), element));
        }

        if (kind == "Sequential")
        {
            return [.. all.Select(one => one.Layer)];
        }

        List<KerasLayer> chain = Chain(all, source);
        RequireEnd(configuration, "input_layers", chain[0], source);
        RequireEnd(configuration, "output_layers", chain[^1], source);
        return chain;
    }

    /// <summary>That something is Keras's: another package can have a layer or a function of the same name.</summary>
    /// <param name="element">As it is serialised.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="ModelException">It is of another package.</exception>
    public static void RequireOwn(JsonElement element, string what, string source)
    {
        string module = Text("module"), registered = Text("registered_name");
        int package = registered.IndexOf('>', StringComparison.Ordinal);
        if ((package >= 0 && !s_registries.Contains(registered[..package], StringComparer.OrdinalIgnoreCase)) || (module.Length > 0 && !s_modules.Contains(module.Split('.')[0], StringComparer.Ordinal)))
        {
            string config = element.TryGetProperty("config", out JsonElement own) && own.ValueKind == JsonValueKind.Object && own.TryGetProperty("name", out JsonElement name) ? $" '{name}'" : "";
            throw new ModelException($"'{source}': {what}{config} of another package found, '{(package >= 0 ? registered : module)}', Keras's own expected");
        }

        string Text(string name) => element.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
    }

    /// <summary>A model can give what a layer in its middle gives, or several.</summary>
    private static void RequireEnd(JsonElement configuration, string property, KerasLayer expected, string source)
    {
        string[] found = [.. Before(configuration.TryGetProperty(property, out JsonElement listed) ? listed : default)];
        if (found is not [var only] || only != expected.Name)
        {
            throw new ModelException($"'{source}', {property}: {(found.Length == 0 ? "none" : string.Join(", ", found.Select(name => $"'{name}'")))} found, the chain's {(property == "input_layers" ? "first" : "last")}, {expected}, expected");
        }
    }

    private static List<KerasLayer> Chain(List<(KerasLayer Layer, JsonElement Element)> all, string source)
    {
        Dictionary<string, KerasLayer> after = new(StringComparer.Ordinal);
        foreach ((KerasLayer layer, JsonElement element) in all)
        {
            if (IsTraining(element))
            {
                throw new ModelException($"'{source}', {layer}: called with training found, which makes predictions random or of their batch; a call without it expected");
            }

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

    /// <summary>Whether a layer is called as if it were training, always.</summary>
    private static bool IsTraining(JsonElement layer)
    {
        return layer.TryGetProperty("inbound_nodes", out JsonElement nodes) && Has(nodes);

        static bool Has(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.Array => element.EnumerateArray().Any(Has),
            JsonValueKind.Object => element.EnumerateObject().Any(property => property.Name == "training" ? property.Value.ValueKind is not (JsonValueKind.False or JsonValueKind.Null) : Has(property.Value)),
            _ => false,
        };
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
