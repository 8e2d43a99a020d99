using System.Text.Json;
using System.Text;
using Backprop.ModelFiles;
using Backprop.Tables.Cells;

namespace Backprop.Tables.Schemas;

/// <summary>
/// A schema as the JSON that model files carry. Numbers are written so that they come back as the same bits. What has no version is version 1:
/// its numeric columns take true and false as 1 and 0, its categories are all that training had, with the blanks around them, and what stood for a
/// missing cell was another list.
/// </summary>
public static class SchemaJson
{
    private static readonly (DateParts Part, string Name)[] s_parts = [(DateParts.Month, "month"), (DateParts.Weekday, "weekday"), (DateParts.DayOfYear, "day_of_year"), (DateParts.Hour, "hour")];

    private static readonly string[] s_missingOfVersionOne = ["NA", "N/A", "na", "n/a", "NULL", "null", "?"];

    private const int Version = 2;

    /// <summary>Writes a schema.</summary>
    public static string Write(TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(schema, json);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Writes a schema as part of other JSON.</summary>
    public static void Write(TableSchema schema, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteStartArray("columns");
        foreach (FeatureColumn column in schema.Columns)
        {
            Write(json, column);
        }

        json.WriteEndArray();
        json.WriteStartObject("target");
        WriteStrings(json, "names", schema.Target.Names);
        json.WriteString("kind", schema.Target.Kind.ToString().ToLowerInvariant());
        WriteStrings(json, "labels", schema.Target.Labels);
        WriteNumbers(json, "means", schema.Target.Means);
        WriteNumbers(json, "scales", schema.Target.Scales);
        if (schema.Target.Formats is { } formats)
        {
            json.WriteStartArray("formats");
            foreach (NumberFormat? format in formats)
            {
                WriteFormat(json, format ?? NumberFormat.Plain);
            }

            json.WriteEndArray();
        }

        WriteNumbers(json, "thresholds", schema.Target.Thresholds);
        if (schema.Target.ThresholdBy is { } figure)
        {
            json.WriteString("threshold_by", figure);
        }

        json.WriteEndObject();
        if (schema.Offset is not null)
        {
            json.WriteString("offset", schema.Offset);
            WriteNumbers(json, "offset_range", schema.OffsetRange is (var least, var greatest) ? [least, greatest] : null);
            if (schema.OffsetFormat is { } format)
            {
                json.WritePropertyName("offset_format");
                WriteFormat(json, format);
            }
        }

        if (schema.SampleWeight is not null)
        {
            json.WriteString("sample_weight", schema.SampleWeight);
            if (schema.WeightFormat is { } format)
            {
                json.WritePropertyName("weight_format");
                WriteFormat(json, format);
            }
        }

        WriteStrings(json, "missing", schema.Missing);
        if (schema.Decimal is { } mark)
        {
            json.WriteString("decimal", mark.ToString());
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, FeatureColumn column)
    {
        json.WriteStartObject();
        json.WriteString("name", column.Name);
        json.WriteString("kind", column.Kind.ToString().ToLowerInvariant());
        if (column.Kind is FeatureKind.Numeric or FeatureKind.Date)
        {
            json.WriteNumber("mean", column.Mean);
            json.WriteNumber("scale", column.Scale);
            WriteNumber(json, "imputed", column.Imputed);
            WriteNumber(json, "minimum", column.Minimum);
            WriteNumber(json, "maximum", column.Maximum);
        }

        if (column.Format is { } format)
        {
            json.WritePropertyName("format");
            WriteFormat(json, format);
        }

        if (column.Date is { } date)
        {
            json.WriteString("form", date.Pattern);
            WriteStrings(json, "parts", [.. s_parts.Where(part => column.Parts.HasFlag(part.Part)).Select(part => part.Name)]);
        }

        WriteNumbers(json, "edges", column.Edges);
        WriteStrings(json, "categories", column.Categories);
        foreach ((string name, bool value) in ((string, bool)[])[("shares_rare", column.SharesRare), ("bounded", column.IsBounded), ("booleans", column.TakesBooleans), ("flag_only", column.IsFlagOnly), ("flags_missing", column.FlagsMissing), ("had_missing", column.HadMissing)])
        {
            if (value)
            {
                json.WriteBoolean(name, true);
            }
        }

        if (column.Why is not null)
        {
            json.WriteString("why", column.Why);
        }

        json.WriteEndObject();
    }

    private static void WriteFormat(Utf8JsonWriter json, NumberFormat format)
    {
        json.WriteStartObject();
        json.WriteString("decimal", format.Decimal.ToString());
        if (format.Thousands is { } thousands)
        {
            json.WriteString("thousands", thousands.ToString());
        }

        if (format.Currency is { } currency)
        {
            json.WriteString("currency", currency);
        }

        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double number)
    {
        if (!double.IsNaN(number))
        {
            json.WriteNumber(name, number);
        }
    }

    /// <summary>Reads a schema.</summary>
    /// <exception cref="ModelException">Not a schema.</exception>
    public static TableSchema Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            int version = root.TryGetProperty("version", out JsonElement stated) ? stated.GetInt32() : 1;
            if (version is < 1 or > Version)
            {
                throw new ModelException($"the model's schema is of version {version}, which this library does not know: it reads 1 and {Version}");
            }

            FeatureColumn[] columns = [.. root.GetProperty("columns").EnumerateArray().Select(column => ReadColumn(column, version))];
            JsonElement target = root.GetProperty("target");
            var targets = new TargetColumns(
                Strings(target, "names") ?? [],
                Kind<TargetKind>(target),
                Strings(target, "labels"), Numbers(target, "means"), Numbers(target, "scales"))
            {
                Formats = target.TryGetProperty("formats", out JsonElement formats) ? [.. formats.EnumerateArray().Select(ReadFormat)] : null,
                Thresholds = Numbers(target, "thresholds"),
                ThresholdBy = target.TryGetProperty("threshold_by", out JsonElement figure) ? Text(figure) : null,
            };
            string? offset = root.TryGetProperty("offset", out JsonElement exposure) ? Text(exposure) : null;
            double[]? range = Numbers(root, "offset_range");
            Validate(columns, targets, offset, range);
            return new(columns, targets, root.TryGetProperty("sample_weight", out JsonElement weight) ? weight.GetString() : null)
            {
                Missing = Strings(root, "missing") ?? (version == 1 ? s_missingOfVersionOne : null),
                Decimal = Mark(root, "decimal"),
                Offset = offset,
                OffsetRange = range is null ? null : (range[0], range[1]),
                OffsetFormat = root.TryGetProperty("offset_format", out JsonElement written) ? ReadFormat(written) : null,
                WeightFormat = root.TryGetProperty("weight_format", out JsonElement format) ? ReadFormat(format) : null,
            };
        }
        catch (JsonException error)
        {
            throw new ModelException($"the model's schema cannot be read: {JsonFault.Of(error, text)}", error);
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or ArgumentException or KeyNotFoundException or UsageException)
        {
            throw new ModelException($"the model's schema cannot be read: {error.Message}", error);
        }
    }

    private static void Validate(FeatureColumn[] columns, TargetColumns target, string? offset, double[]? range)
    {
        bool scaled = target.Means is not null || target.Scales is not null;
        if (target.Names.Count == 0 || Repeats(target.Names) || (target.Labels is not null && (target.Labels.Count == 0 || Repeats(target.Labels))) ||
            (target.Formats is not null && target.Formats.Count != target.Names.Count) ||
            (target.Thresholds is { } thresholds && (!thresholds.All(threshold => threshold is >= 0 and <= 1) ||
                thresholds.Count != (target.Kind == TargetKind.Flags ? target.Names.Count : target is { Kind: TargetKind.Class, Labels.Count: 2 } ? 1 : 0))) ||
            (offset is not null && target.Kind == TargetKind.Class) ||
            (target.Kind == TargetKind.Class && (target.Labels is null || target.Names.Count != 1 || scaled)) ||
            (scaled && (target.Means?.Count != target.Names.Count || target.Scales?.Count != target.Names.Count || !target.Means.All(double.IsFinite) || !target.Scales.All(IsScale))))
        {
            throw new ModelException("the model's schema has a target that does not fit together");
        }

        if (range is not null && !(offset is not null && range is [> 0 and var least, < double.PositiveInfinity and var greatest] && least <= greatest))
        {
            throw new ModelException("the model's schema has a range of exposures that does not fit together: the least above 0 and the greatest expected");
        }

        if (Repeats([.. columns.Select(column => column.Name), .. target.Names, .. offset is null ? Array.Empty<string>() : [offset]]))
        {
            throw new ModelException("the model's schema names a column twice");
        }

        foreach (FeatureColumn column in columns)
        {
            if ((column.Kind == FeatureKind.Categorical && column.Categories is null) || (column.Kind == FeatureKind.Date && column.Date is null) ||
                (column.IsFlagOnly && !(column.FlagsMissing && column.Kind == FeatureKind.Numeric)) || (column.FlagsMissing && column.Kind == FeatureKind.Boolean) ||
                (column.IsBounded && !(column.Kind == FeatureKind.Numeric && column.Minimum <= column.Maximum)) ||
                (column.Edges is not null && !(column.Kind == FeatureKind.Numeric && !column.IsFlagOnly && AreAscending(column.Edges))) ||
                double.IsInfinity(column.Minimum) || double.IsInfinity(column.Maximum) || (column.Categories is not null && Repeats(column.Categories)) ||
                !double.IsFinite(column.Mean) || !IsScale(column.Scale) || double.IsInfinity(column.Imputed))
            {
                throw new ModelException($"the model's schema has a column '{column.Name}' that does not fit together");
            }
        }
    }

    private static bool AreAscending(IReadOnlyList<double> edges) => edges.Count > 1 && edges.Skip(1).Zip(edges).All(pair => pair.First > pair.Second) && edges.All(double.IsFinite);

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

    private static FeatureColumn ReadColumn(JsonElement column, int version)
    {
        FeatureKind kind = Kind<FeatureKind>(column);
        bool flags = Flag(column, "flags_missing");
        return new(
            Text(column.GetProperty("name")),
            kind,
            Number(column, "mean", 0),
            Number(column, "scale", 1),
            Number(column, "imputed", double.NaN),
            flags,
            Strings(column, "categories"),
            column.TryGetProperty("why", out JsonElement why) ? why.GetString() : null)
        {
            Minimum = Number(column, "minimum", double.NaN),
            Maximum = Number(column, "maximum", double.NaN),
            Format = column.TryGetProperty("format", out JsonElement format) ? ReadFormat(format) : null,
            Date = column.TryGetProperty("form", out JsonElement form) ? DateForm.Parse(Text(form)) : null,
            Parts = (Strings(column, "parts") ?? []).Aggregate(DateParts.None, (all, name) => all | Part(name)),
            SharesRare = Flag(column, "shares_rare"),
            IsBounded = Flag(column, "bounded"),
            Edges = Numbers(column, "edges"),
            TakesBooleans = version == 1 ? kind == FeatureKind.Numeric : Flag(column, "booleans"),
            IsFlagOnly = Flag(column, "flag_only"),
            HadMissing = flags || Flag(column, "had_missing"),
        };
    }

    private static bool Flag(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement flag) && flag.GetBoolean();

    private static DateParts Part(string name) => s_parts.FirstOrDefault(part => part.Name == name) is { Part: not DateParts.None and var found } ? found
        : throw new ModelException($"the model's schema: {Suggestion.Unknown("part of a date", name, [.. s_parts.Select(part => part.Name)])}");

    private static NumberFormat ReadFormat(JsonElement format) => new(
        Mark(format, "decimal") ?? '.', Mark(format, "thousands"), format.TryGetProperty("currency", out JsonElement currency) ? currency.GetString() : null);

    private static char? Mark(JsonElement element, string name) => !element.TryGetProperty(name, out JsonElement mark) ? null
        : Text(mark) is [var single] ? single
        : throw new ModelException($"the model's schema: '{mark}' found as the {name} mark, one character expected");

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
