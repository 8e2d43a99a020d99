using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Tables.Models;

/// <summary>What a model file says about how the model was made, as JSON.</summary>
internal sealed class TrainingRecord
{
    private readonly string _source, _precision;
    private readonly int _rows;
    private readonly bool? _areScaledBytes;
    private readonly (double Least, double Greatest) _features;
    private readonly (double Least, double Greatest)? _array;

    private TrainingRecord(string source, string precision, int rows, bool? areScaledBytes, (double Least, double Greatest) features, (double Least, double Greatest)? array) =>
        (_source, _precision, _rows, _areScaledBytes, _features, _array) = (source, precision, rows, areScaledBytes, features, array);

    /// <summary>What is to be said of the data, which need not be kept for it.</summary>
    public static TrainingRecord Of<T>(PreparedData<T> data) where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(
        data.Source.Name, typeof(T) == typeof(double) ? "double" : "float", data.Training.Rows, data.Source.AreScaledBytes,
        Range(data.Training.Features), data.Source.X is { } array ? Range<double>(array.Values) : null);

    /// <param name="optimizer">How.</param>
    /// <param name="options">How long and in what order.</param>
    /// <param name="kept">The epoch whose weights the model has.</param>
    /// <param name="keptBy">The figure it was the best by.</param>
    /// <param name="given">What the user has asked for, by name.</param>
    /// <param name="keptEpochs">Of several networks: the epoch of each.</param>
    /// <param name="folds">Whether each was validated by a fold.</param>
    /// <param name="choice">What was chosen by them, and why.</param>
    public string Write(TrainingMethod optimizer, TrainerOptions options, EpochResult? kept, string? keptBy, IReadOnlyDictionary<string, string>? given, IReadOnlyList<int>? keptEpochs = null, bool folds = false, string? choice = null)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("data", _source);
            json.WriteNumber("rows", _rows);
            if (_areScaledBytes is { } scaled)
            {
                json.WriteBoolean("bytes_scaled", scaled);
            }

            WriteRange(json, "feature_range", _features);
            if (_array is { } array)
            {
                WriteRange(json, "array_range", array);
            }

            json.WriteString("optimizer", optimizer.Name);
            json.WriteNumber("learning_rate", optimizer.LearningRate);
            json.WriteNumber("weight_decay", optimizer.WeightDecay);
            json.WriteString("schedule", options.Schedule);
            if (options.Average is not null)
            {
                json.WriteString("average", options.Average);
            }

            json.WriteNumber("batch_size", options.BatchSize);
            if (options.Step.Accumulate > 1)
            {
                json.WriteNumber("accumulate", options.Step.Accumulate);
            }

            if (choice is not null)
            {
                json.WriteString("chosen", choice);
            }

            json.WriteNumber("epochs", options.Epochs);
            json.WriteNumber("seed", options.Seed);
            json.WriteString("precision", _precision);
            json.WriteStartObject("options");
            foreach ((string name, string value) in given ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            if (kept is not null)
            {
                if (keptEpochs is null)
                {
                    json.WriteNumber("kept_epoch", kept.Epoch);
                }
                else
                {
                    json.WriteStartArray("kept_epochs");
                    foreach (int epoch in keptEpochs)
                    {
                        json.WriteNumberValue(epoch);
                    }

                    json.WriteEndArray();
                    json.WriteBoolean("folds", folds);
                }

                json.WriteString("kept_by", keptBy);
                WriteNumber(json, "loss", kept.Loss);
                if (kept.Validation is { } validation)
                {
                    json.WriteStartObject("validation");
                    WriteNumber(json, "loss", validation.Loss);
                    foreach ((string name, double value) in validation.Metrics)
                    {
                        WriteNumber(json, name, value);
                    }

                    json.WriteEndObject();
                }
            }

            json.WriteString("version", typeof(NetworkDefinition).Assembly.GetName().Version?.ToString(3));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>One value of a record; null: it does not say.</summary>
    public static TValue? Read<TValue>(string? record, string name, Func<JsonElement, TValue> read) where TValue : struct
    {
        try
        {
            using JsonDocument? training = record is null ? null : JsonDocument.Parse(record);
            return training is not null && training.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? read(value) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return null; // what was written by somebody else says nothing of it
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name); // which JSON cannot say otherwise
        }
    }

    private static void WriteRange(Utf8JsonWriter json, string name, (double Least, double Greatest) range)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(range.Least);
        json.WriteNumberValue(range.Greatest);
        json.WriteEndArray();
    }

    private static (double Least, double Greatest) Range<TValue>(ReadOnlySpan<TValue> values) where TValue : unmanaged, IBinaryFloatingPointIeee754<TValue>
    {
        (TValue least, TValue greatest) = (values[0], values[0]);
        foreach (TValue value in values)
        {
            (least, greatest) = (TValue.MinNumber(least, value), TValue.MaxNumber(greatest, value)); // NaN is a missing cell
        }

        return (double.CreateTruncating(least), double.CreateTruncating(greatest));
    }
}
