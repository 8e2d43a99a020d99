using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Backprop.Interchange.Keras;

/// <summary>A layer as a model's configuration describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Class">Its class.</param>
/// <param name="Group">What its weights are called by in <c>model.weights.h5</c>: the class, and its number among those of it.</param>
/// <param name="Configuration">The rest.</param>
internal sealed record KerasLayer(string Name, string Class, string Group, JsonElement Configuration)
{
    public bool Flag(string name, bool usual) => Get(name) is { } value ? value.GetBoolean() : usual;

    public double Number(string name, double usual) => Get(name) is { } value ? value.GetDouble() : usual;

    public JsonElement? Get(string name) => Configuration.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>Whether a norm is over the units of a row.</summary>
    public bool IsAlongUnits => Get("axis") is not { } axis || (axis.ValueKind == JsonValueKind.Array ? axis.GetArrayLength() == 1 && axis[0].GetInt32() is -1 or 1 : axis.GetInt32() is -1 or 1);

    /// <summary><c>BatchNormalization</c> is <c>batch_normalization</c>.</summary>
    public static string Snake(string name)
    {
        var text = new StringBuilder();
        for (int n = 0; n < name.Length; n++)
        {
            bool begins = char.IsAsciiLetterUpper(name[n]) && n > 0 && (!char.IsAsciiLetterUpper(name[n - 1]) || (n + 1 < name.Length && char.IsAsciiLetterLower(name[n + 1])));
            text.Append(begins ? "_" : "").Append(char.ToLowerInvariant(name[n]));
        }

        return text.ToString();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"layer '{Name}' ({Class})");
}
