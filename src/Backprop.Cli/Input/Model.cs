using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Backprop.Cli.Output;
using Backprop.Data;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Cli.Input;

/// <summary>A model file with its schema read.</summary>
internal sealed record Model<T>(Network<T> Network, TableSchema? Schema, string? Training) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static Model<T> Read(string path)
    {
        ModelFile<T> file = ModelFile<T>.Read(path);
        TableSchema? schema = file.Schema is null ? null : SchemaJson.Read(file.Schema);
        if (schema is not null && schema.FeatureCount != file.Network.Definition.Inputs)
        {
            throw new ModelException($"'{path}': the schema makes {schema.FeatureCount} features, the network {file.Network.Definition} takes {file.Network.Definition.Inputs}");
        }

        int targets = schema is null ? 0 : schema.Target.Kind == TargetKind.Class ? schema.Target.Labels!.Count : schema.Target.Names.Count, expected = file.Network.Definition.TargetCount;
        if (schema is not null && targets != expected && !(schema.Target.Kind == TargetKind.Class && targets < expected) && !(schema.Target.Kind == TargetKind.Class && targets == 2 && expected == 1))
        {
            throw new ModelException($"'{path}': the schema has {targets} targets, the network {file.Network.Definition} takes {expected}");
        }

        if (schema?.Target.Scales is not null && !file.Network.Definition.OutputMeaning.IsOnTargetScale())
        {
            throw new ModelException($"'{path}': the schema standardises the targets {string.Join(", ", schema.Target.Names)}, which the loss {file.Network.Definition.Loss} cannot take: its outputs mean {file.Network.Definition.OutputMeaning}");
        }

        return new(file.Network, schema, file.Training);
    }

    /// <summary>Rows for it, and what is odd about them said.</summary>
    /// <param name="source">Where the rows are.</param>
    /// <param name="targets">Target columns by name, or null.</param>
    /// <param name="needTargets">Whether targets must be there.</param>
    public Dataset<TData> Rows<TData>(DataSource source, IReadOnlyList<string>? targets, bool needTargets) where TData : unmanaged, IBinaryFloatingPointIeee754<TData>
    {
        Dataset<TData> data = DatasetBuilder.ForModel<TData>(source.For(this), Network.Definition, Schema, targets, needTargets);
        WarnOfRange(data, source.Name);
        return data;
    }

    /// <summary>One row for it. Of arrays only that row is converted: they may be large.</summary>
    /// <exception cref="DataException">There is no such row, or it does not fit.</exception>
    public Dataset<TData> Row<TData>(DataSource source, int row, IReadOnlyList<string>? targets) where TData : unmanaged, IBinaryFloatingPointIeee754<TData>
    {
        Dataset<TData> one = DatasetBuilder.RowForModel<TData>(source.For(this), row, Network.Definition, Schema, targets);
        WarnOfRange(one, source.Name);
        return one;
    }

    /// <summary>Whether bytes were divided by 255 when it was trained; null: it was not trained on bytes, or does not say.</summary>
    public bool? ScalesBytes => Said("bytes_scaled", value => value.GetBoolean());

    /// <summary>The same, as far as it can be told: numbers from 0 to 1 are what bytes become, larger ones are not.</summary>
    public bool? TakesScaledBytes => ScalesBytes ?? Said("array_range", value => value[1].GetDouble() <= 1);

    /// <summary>The least and the greatest feature it was trained on, as the network sees them; null: it does not say.</summary>
    private (double Least, double Greatest)? FeatureRange => Said("feature_range", value => (value[0].GetDouble(), value[1].GetDouble()));

    /// <summary>Says where features lie farther outside the range of training than that is wide: the same pixels not scaled, say.</summary>
    private void WarnOfRange<TData>(Dataset<TData> data, string source) where TData : unmanaged, IBinaryFloatingPointIeee754<TData>
    {
        if (FeatureRange is not { } range || !(range.Greatest >= range.Least))
        {
            return;
        }

        double width = Math.Max(range.Greatest - range.Least, 1e-9 * Math.Max(Math.Abs(range.Least), Math.Abs(range.Greatest)));
        TData low = TData.CreateSaturating(range.Least - width), high = TData.CreateSaturating(range.Greatest + width);
        long count = 0;
        int first = -1;
        ReadOnlySpan<TData> features = data.Features;
        for (int n = 0; n < features.Length; n++)
        {
            if (features[n] < low || features[n] > high)
            {
                first = count++ == 0 ? n : first;
            }
        }

        if (count > 0)
        {
            Terminal.Warn(string.Create(CultureInfo.InvariantCulture, $"'{source}': {count} of {features.Length} features lie far outside what the model was trained on ({range.Least:G4} … {range.Greatest:G4}), the first in row {first / data.FeatureCount}, feature {first % data.FeatureCount}: {features[first]:G4}; are they scaled otherwise?"));
        }
    }

    private TValue? Said<TValue>(string name, Func<JsonElement, TValue> read) where TValue : struct
    {
        try
        {
            using JsonDocument? training = Training is null ? null : JsonDocument.Parse(Training);
            return training is not null && training.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? read(value) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return null; // what was written by somebody else says nothing of it
        }
    }

    public Evaluator<T> Evaluator() => new(Network, Schema?.Target.Scales?.ToArray());
}
