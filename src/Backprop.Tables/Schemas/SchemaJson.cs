using System.Text;
using System.Text.Json;

namespace Backprop.Tables.Schemas;

/// <summary>A schema as the JSON that model files carry. Numbers are written so that they come back as the same bits.</summary>
public static class SchemaJson
{
    /// <summary>Writes a schema.</summary>
    public static string Write(TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartArray("columns");
            foreach (FeatureColumn column in schema.Columns)
            {
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                json.WriteString("kind", column.Kind.ToString().ToLowerInvariant());
                if (column.Kind == FeatureKind.Numeric)
                {
                    json.WriteNumber("mean", column.Mean);
                    json.WriteNumber("scale", column.Scale);
                    if (!double.IsNaN(column.Imputed))
                    {
                        json.WriteNumber("imputed", column.Imputed);
                    }
                }

                WriteStrings(json, "categories", column.Categories);
                if (column.FlagsMissing)
                {
                    json.WriteBoolean("flags_missing", true);
                }

                if (column.Why is not null)
                {
                    json.WriteString("why", column.Why);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("target");
            WriteStrings(json, "names", schema.Target.Names);
            json.WriteString("kind", schema.Target.Kind.ToString().ToLowerInvariant());
            WriteStrings(json, "labels", schema.Target.Labels);
            WriteNumbers(json, "means", schema.Target.Means);
            WriteNumbers(json, "scales", schema.Target.Scales);
            json.WriteEndObject();
            if (schema.SampleWeight is not null)
            {
                json.WriteString("sample_weight", schema.SampleWeight);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Reads a schema.</summary>
    /// <exception cref="ModelException">Not a schema.</exception>
    public static TableSchema Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            FeatureColumn[] columns = [.. root.GetProperty("columns").EnumerateArray().Select(ReadColumn)];
            JsonElement target = root.GetProperty("target");
            var targets = new TargetColumns(
                Strings(target, "names") ?? [],
                Kind<TargetKind>(target),
                Strings(target, "labels"), Numbers(target, "means"), Numbers(target, "scales"));
            Validate(columns, targets);
            return new(columns, targets, root.TryGetProperty("sample_weight", out JsonElement weight) ? weight.GetString() : null);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or ArgumentException or KeyNotFoundException)
        {
            throw new ModelException($"the model's schema cannot be read: {error.Message}", error);
        }
    }

    private static void Validate(FeatureColumn[] columns, TargetColumns target)
    {
        bool scaled = target.Means is not null || target.Scales is not null;
        if (target.Names.Count == 0 || Repeats(target.Names) || (target.Labels is not null && (target.Labels.Count == 0 || Repeats(target.Labels))) ||
            (target.Kind == TargetKind.Class && (target.Labels is null || target.Names.Count != 1 || scaled)) ||
            (scaled && (target.Means?.Count != target.Names.Count || target.Scales?.Count != target.Names.Count || !target.Means.All(double.IsFinite) || !target.Scales.All(IsScale))))
        {
            throw new ModelException("the model's schema has a target that does not fit together");
        }

        foreach (FeatureColumn column in columns)
        {
            if ((column.Kind == FeatureKind.Categorical && column.Categories is null) || (column.Categories is not null && Repeats(column.Categories)) ||
                !double.IsFinite(column.Mean) || !IsScale(column.Scale) || double.IsInfinity(column.Imputed))
            {
                throw new ModelException($"the model's schema has a column '{column.Name}' that does not fit together");
            }
        }
    }

    private static bool IsScale(double scale) => double.IsFinite(scale) && scale > 0;

    private static bool Repeats(IReadOnlyList<string> names) => names.Distinct(StringComparer.Ordinal).Count() < names.Count;

    private static string Text(JsonElement element) => element.GetString() ?? throw new ModelException("the model's schema has null where text is expected");

    /// <summary>Enum.Parse would take numbers and lists too.</summary>
    private static TKind Kind<TKind>(JsonElement element) where TKind : struct, Enum
    {
        string text = Text(element.GetProperty("kind"));
        return Enum.GetValues<TKind>().Where(kind => kind.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)).Select(kind => (TKind?)kind).FirstOrDefault()
            ?? throw new ModelException($"the model's schema: {Suggestion.Unknown("kind", text, [.. Enum.GetNames<TKind>().Select(name => name.ToLowerInvariant())])}");
    }

    private static FeatureColumn ReadColumn(JsonElement column) => new(
        Text(column.GetProperty("name")),
        Kind<FeatureKind>(column),
        Number(column, "mean", 0),
        Number(column, "scale", 1),
        Number(column, "imputed", double.NaN),
        column.TryGetProperty("flags_missing", out JsonElement flags) && flags.GetBoolean(),
        Strings(column, "categories"),
        column.TryGetProperty("why", out JsonElement why) ? why.GetString() : null);

    private static double Number(JsonElement element, string name, double otherwise) => element.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : otherwise;

    private static string[]? Strings(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement values) ? [.. values.EnumerateArray().Select(Text)] : null;

    private static double[]? Numbers(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement values) ? [.. values.EnumerateArray().Select(value => value.GetDouble())] : null;

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string>? values)
    {
        if (values is not null)
        {
            json.WriteStartArray(name);
            foreach (string value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<double>? values)
    {
        if (values is not null)
        {
            json.WriteStartArray(name);
            foreach (double value in values)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
        }
    }
}
