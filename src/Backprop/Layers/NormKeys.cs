using System.Globalization;
using System.Text.Json;
using Backprop.ModelFiles;

namespace Backprop.Layers;

/// <summary><c>"norm":"layer"</c> or <c>"norm":"batch"</c> in a model file, and <c>"epsilon"</c> where it is not the usual one.</summary>
internal static class NormKeys
{
    public static double Checked(double epsilon) => epsilon > 0 && double.IsFinite(epsilon)
        ? epsilon
        : throw new UsageException($"epsilon must be above 0, found {epsilon.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>ε of a norm of a kind; null: the layer has none of it.</summary>
    public static double? Read(JsonElement layer, string kind)
    {
        bool hasEpsilon = layer.TryGetProperty("epsilon", out JsonElement epsilon);
        if (!layer.TryGetProperty("norm", out JsonElement norm))
        {
            return hasEpsilon ? throw new ModelException("'epsilon' found without 'norm'") : null;
        }

        string? found = norm.ValueKind == JsonValueKind.String ? norm.GetString() : norm.GetRawText();
        return found == kind ? hasEpsilon ? NetworkJson.Number(epsilon, "epsilon") : LayerNorm.DefaultEpsilon
            : found is "layer" or "batch" ? null
            : throw new ModelException($"norm '{found}' found, 'layer' or 'batch' expected");
    }

    /// <summary>u, what γ multiplies, of one unit.</summary>
    public static (string Text, string Latex, string Meaning) Normalised(int layer, int unit) => ($"u_{layer},{unit}", $"u_{{{layer},{unit}}}", $"what γ multiplies, unit {unit} of layer {layer} normalised");

    public static void Write(Utf8JsonWriter json, string kind, double epsilon)
    {
        json.WriteString("norm", kind);
        if (epsilon != LayerNorm.DefaultEpsilon)
        {
            json.WriteNumber("epsilon", epsilon);
        }
    }
}
