using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Backprop.Training;

/// <summary>An epoch as one line of JSON, every number so that it comes back as the same bits. Of the metrics only the single numbers are part of it.</summary>
internal static class EpochJson
{
    public static byte[] Line(EpochResult epoch)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            Write(json, epoch);
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    public static void Write(Utf8JsonWriter json, EpochResult epoch)
    {
        json.WriteStartObject();
        json.WriteNumber("epoch", epoch.Epoch);
        json.WriteString("loss", Text(epoch.Loss));
        json.WriteString("learning_rate", Text(epoch.LearningRate));
        json.WriteString("seconds", Text(epoch.Seconds));
        json.WriteString("validation_seconds", Text(epoch.ValidationSeconds));
        json.WriteString("wall_seconds", Text(epoch.WallSeconds));
        json.WriteNumber("steps", epoch.Steps);
        json.WriteBoolean("is_best", epoch.IsBest);
        if (epoch.Validation is { } validation)
        {
            json.WriteNumber("rows", validation.Rows);
            json.WriteString("validation_loss", Text(validation.Loss));
            json.WriteStartObject("metrics");
            foreach ((string name, double value) in validation.Metrics)
            {
                json.WriteString(name, Text(value));
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static EpochResult Read(JsonElement epoch)
    {
        Evaluation? validation = null;
        if (epoch.TryGetProperty("rows", out JsonElement rows))
        {
            validation = new(
                rows.GetInt32(), Number(epoch, "validation_loss"),
                [.. epoch.GetProperty("metrics").EnumerateObject().Select(metric => new KeyValuePair<string, double>(metric.Name, Number(metric.Value)))], null);
        }

        return new(epoch.GetProperty("epoch").GetInt32(), Number(epoch, "loss"), validation, Number(epoch, "learning_rate"), Number(epoch, "seconds"), epoch.GetProperty("steps").GetInt32(), epoch.GetProperty("is_best").GetBoolean())
        {
            ValidationSeconds = Known(epoch, "validation_seconds"),
            WallSeconds = Known(epoch, "wall_seconds"),
        };
    }

    /// <summary>Every line of a history.</summary>
    /// <exception cref="JsonException">Not lines of epochs.</exception>
    public static List<EpochResult> ReadLines(ReadOnlySpan<byte> lines)
    {
        var epochs = new List<EpochResult>();
        foreach (string line in Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            epochs.Add(Read(document.RootElement));
        }

        return epochs;
    }

    public static double Number(JsonElement element, string name) => Number(element.GetProperty(name));

    public static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A number that older checkpoints do not have.</summary>
    private static double Known(JsonElement epoch, string name) => epoch.TryGetProperty(name, out JsonElement text) ? Number(text) : 0;

    private static double Number(JsonElement text) => double.Parse(text.GetString() ?? throw new FormatException("null found, a number expected"), CultureInfo.InvariantCulture);
}
