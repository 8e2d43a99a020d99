using System.Text.Encodings.Web;
using System.Text.Json;
using Backprop.Training;

namespace Backprop.Cli.Output;

/// <summary>One compact line of JSON.</summary>
internal static class JsonLine
{
    public static string Of(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    public static void Print(Action<Utf8JsonWriter> write) => Console.Out.WriteLine(Of(write));

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

    /// <summary>Metrics by name, and the confusion matrix.</summary>
    public static void Metrics(this Utf8JsonWriter json, Evaluation evaluation)
    {
        foreach ((string name, double value) in evaluation.Metrics)
        {
            json.Number(name, value);
        }

        if (evaluation.Confusion is { } confusion)
        {
            json.WriteStartArray("confusion");
            foreach (int[] line in confusion)
            {
                json.WriteStartArray();
                foreach (int count in line)
                {
                    json.WriteNumberValue(count);
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }
    }
}
