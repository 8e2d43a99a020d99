using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Cli.Output;

/// <summary>One compact line of JSON.</summary>
internal static class JsonLine
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>The same on standard output, however long it becomes.</summary>
    public static void Print(Action<Utf8JsonWriter> write)
    {
        var output = new BufferedOutput(Session.Current.Data);
        var json = new Utf8JsonWriter(output, s_options); // not disposed of where this fails: then the rest is not printed
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        output.Write(Encoding.UTF8.GetBytes(Environment.NewLine));
        output.Flush();
    }

    /// <summary>A schema under its name, or null.</summary>
    public static void Schema(this Utf8JsonWriter json, TableSchema? schema)
    {
        json.WritePropertyName("schema");
        if (schema is null)
        {
            json.WriteNullValue();
        }
        else
        {
            SchemaJson.Write(schema, json);
        }
    }

    /// <summary>A number; null where it is none, which JSON cannot say otherwise.</summary>
    public static void Number(this Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>What was warned of so far.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="ifAny">Whether nothing is written where nothing was warned of.</param>
    public static void Warnings(this Utf8JsonWriter json, bool ifAny = false)
    {
        if (ifAny && Terminal.Warnings.Count == 0)
        {
            return;
        }

        json.WriteStartArray("warnings");
        foreach (string warning in Terminal.Warnings)
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
    }

    /// <summary>The thresholds that were chosen.</summary>
    public static void Thresholds(this Utf8JsonWriter json, string figure, IReadOnlyList<ChosenThreshold> chosen)
    {
        json.WriteStartObject("threshold");
        json.WriteString("by", figure);
        json.WriteStartArray("of");
        foreach (ChosenThreshold one in chosen)
        {
            json.WriteStartObject();
            json.WriteString("name", one.Name);
            json.Number("value", one.Threshold);
            json.Number("figure", one.Figure);
            json.Number("figure_at_half", one.FigureAtHalf);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>How often intervals or sets held what was true.</summary>
    public static void Coverage(this Utf8JsonWriter json, CoverageFigures coverage, IReadOnlyList<string> targets)
    {
        json.WriteStartObject("coverage");
        json.Number("asked", coverage.Asked);
        json.Number("measured", coverage.Measured);
        json.Number(coverage.AreSets ? "mean_size" : "mean_width", coverage.MeanSize);
        if (coverage.PerOutput is { } outputs)
        {
            json.WriteStartArray("per_output");
            foreach ((string name, (double measured, double width)) in targets.Zip(outputs))
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.Number("measured", measured);
                json.Number("mean_width", width);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Metrics by name, and the confusion matrix.</summary>
    public static void Metrics(this Utf8JsonWriter json, Evaluation evaluation)
    {
        json.Numbers(evaluation.Metrics);
        json.Confusion(evaluation);
    }

    /// <summary>Metrics by name, those of each class or target, and the confusion matrix.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="evaluation">The metrics.</param>
    /// <param name="labels">The names of the classes.</param>
    /// <param name="targets">The names of the targets.</param>
    public static void DetailedMetrics(this Utf8JsonWriter json, Evaluation evaluation, IReadOnlyList<string> labels, IReadOnlyList<string> targets)
    {
        json.Numbers(evaluation.Metrics);
        if (evaluation.PerClass is { } classes)
        {
            json.WriteStartArray("per_class");
            for (int c = 0; c < classes.Count; c++)
            {
                json.WriteStartObject();
                json.WriteString("label", labels[c]);
                json.Number("precision", classes[c].Precision);
                json.Number("recall", classes[c].Recall);
                json.Number("f1", classes[c].F1);
                json.Number("auc", classes[c].Auc);
                json.Number("support", classes[c].Support);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (evaluation.PerOutput is { } outputs)
        {
            json.WriteStartArray("per_output");
            for (int output = 0; output < outputs.Count; output++)
            {
                json.WriteStartObject();
                json.WriteString("name", targets[output]);
                json.Numbers(outputs[output].Metrics);
                if (outputs[output].Ones is { } ones)
                {
                    json.Number("precision", ones.Precision);
                    json.Number("recall", ones.Recall);
                    json.Number("f1", ones.F1);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.Confusion(evaluation);
    }

    private static void Numbers(this Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, double>> metrics)
    {
        foreach ((string name, double value) in metrics)
        {
            json.Number(name, value);
        }
    }

    /// <summary>Counts, or sums of weights where rows have them.</summary>
    private static void Confusion(this Utf8JsonWriter json, Evaluation evaluation)
    {
        if (evaluation.Confusion is not { } confusion)
        {
            return;
        }

        json.WriteStartArray("confusion");
        for (int actual = 0; actual < confusion.Length; actual++)
        {
            json.WriteStartArray();
            for (int predicted = 0; predicted < confusion.Length; predicted++)
            {
                if (evaluation.WeightedConfusion is not { } weighted)
                {
                    json.WriteNumberValue(confusion[actual][predicted]);
                }
                else if (double.IsFinite(weighted[actual][predicted]))
                {
                    json.WriteNumberValue(weighted[actual][predicted]);
                }
                else
                {
                    json.WriteNullValue();
                }
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
