using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Backprop.ModelFiles;

namespace Backprop.Training;

/// <summary>The whole state of a run between two steps: what a trainer needs to go on to the same bits.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Checkpoint<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The file in a checkpoint folder; it is replaced atomically, so the folder always holds one whole checkpoint.</summary>
    public const string FileName = "checkpoint.safetensors";

    /// <summary>The epoch to go on in, counted from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>The batches of that epoch that are done.</summary>
    public required int Batch { get; init; }

    /// <summary>The steps done in the whole run.</summary>
    public required long Step { get; init; }

    /// <summary>Every finished epoch.</summary>
    public required IReadOnlyList<EpochResult> History { get; init; }

    internal long Updates { get; init; }

    internal double EpochLoss { get; init; }

    internal string ScheduleState { get; init; } = "";

    internal StopReason? Ended { get; init; }

    internal T[] Parameters { get; init; } = [];

    internal T[] Best { get; init; } = [];

    internal T[][] Moments { get; init; } = [];

    /// <summary>Writes the checkpoint into a folder, atomically.</summary>
    /// <param name="folder">Made where it does not exist.</param>
    /// <param name="notes">Strings that <see cref="ReadNotes"/> gives back.</param>
    /// <exception cref="DataException">It cannot be written; an older checkpoint stays.</exception>
    public void Write(string folder, IReadOnlyDictionary<string, string> notes)
    {
        ArgumentNullException.ThrowIfNull(notes);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"cannot make the checkpoint folder '{folder}': {error.Message}", error);
        }

        var metadata = new Dictionary<string, string>(notes, StringComparer.Ordinal) { ["format"] = "backprop-checkpoint", ["version"] = "1", ["state"] = State() };
        List<SafeTensor> tensors = [Tensor("parameters", Parameters), Tensor("best", Best)];
        tensors.AddRange(Moments.Select((moment, index) => Tensor($"moment.{index}", moment)));
        _ = new SafeTensorsFile(tensors, metadata).Write(Path.Combine(folder, FileName));
    }

    /// <summary>The strings that a checkpoint was written with.</summary>
    /// <exception cref="ModelException">No checkpoint in the folder, or a malformed one.</exception>
    public static IReadOnlyDictionary<string, string> ReadNotes(string folder) => Open(folder).Metadata;

    /// <summary>Reads the checkpoint of a folder.</summary>
    /// <exception cref="ModelException">No checkpoint in the folder, or a malformed one.</exception>
    public static Checkpoint<T> Read(string folder)
    {
        SafeTensorsFile file = Open(folder);
        try
        {
            using JsonDocument document = JsonDocument.Parse(file.Metadata["state"]);
            JsonElement state = document.RootElement;
            Dictionary<string, SafeTensor> tensors = file.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
            return new()
            {
                Epoch = state.GetProperty("epoch").GetInt32(),
                Batch = state.GetProperty("batch").GetInt32(),
                Step = state.GetProperty("step").GetInt64(),
                Updates = state.GetProperty("updates").GetInt64(),
                EpochLoss = double.Parse(state.GetProperty("epoch_loss").GetString()!, CultureInfo.InvariantCulture),
                ScheduleState = state.GetProperty("schedule").GetString()!,
                Ended = state.TryGetProperty("ended", out JsonElement ended) ? Enum.Parse<StopReason>(ended.GetString()!) : null,
                History = [.. state.GetProperty("history").EnumerateArray().Select(ReadEpoch)],
                Parameters = Values(tensors["parameters"]),
                Best = Values(tensors["best"]),
                Moments = [.. Enumerable.Range(0, tensors.Count - 2).Select(index => Values(tensors[$"moment.{index}"]))],
            };
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            throw new ModelException($"the checkpoint in '{folder}' cannot be read: {error.Message}", error);
        }
    }

    private static SafeTensorsFile Open(string folder)
    {
        SafeTensorsFile file = SafeTensorsFile.Read(Path.Combine(folder, FileName));
        return file.Metadata.GetValueOrDefault("format") == "backprop-checkpoint"
            ? file
            : throw new ModelException($"'{Path.Combine(folder, FileName)}' is not a checkpoint");
    }

    private static SafeTensor Tensor(string name, T[] values) => typeof(T) == typeof(float)
        ? SafeTensor.Of(name, Array.ConvertAll(values, float.CreateTruncating), values.Length)
        : SafeTensor.Of(name, Array.ConvertAll(values, double.CreateTruncating), values.Length);

    private static T[] Values(SafeTensor tensor) => Array.ConvertAll(tensor.ToDoubles(), T.CreateTruncating);

    private string State()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("epoch", Epoch);
            json.WriteNumber("batch", Batch);
            json.WriteNumber("step", Step);
            json.WriteNumber("updates", Updates);
            json.WriteString("epoch_loss", Text(EpochLoss));
            json.WriteString("schedule", ScheduleState);
            if (Ended is { } reason)
            {
                json.WriteString("ended", reason.ToString());
            }

            json.WriteStartArray("history");
            foreach (EpochResult epoch in History)
            {
                json.WriteStartObject();
                json.WriteNumber("epoch", epoch.Epoch);
                json.WriteString("loss", Text(epoch.Loss));
                json.WriteString("learning_rate", Text(epoch.LearningRate));
                json.WriteString("seconds", Text(epoch.Seconds));
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
                    json.WriteStartArray("confusion");
                    foreach (int[] line in validation.Confusion ?? [])
                    {
                        json.WriteStringValue(string.Join(' ', line));
                    }

                    json.WriteEndArray();
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static EpochResult ReadEpoch(JsonElement epoch)
    {
        Evaluation? validation = null;
        if (epoch.TryGetProperty("rows", out JsonElement rows))
        {
            int[][] confusion = [.. epoch.GetProperty("confusion").EnumerateArray().Select(line => (line.GetString() ?? throw new FormatException("a confusion line is null")).Split(' ').Select(count => int.Parse(count, CultureInfo.InvariantCulture)).ToArray())];
            validation = new(
                rows.GetInt32(), Number(epoch, "validation_loss"),
                [.. epoch.GetProperty("metrics").EnumerateObject().Select(metric => new KeyValuePair<string, double>(metric.Name, double.Parse(metric.Value.GetString()!, CultureInfo.InvariantCulture)))],
                confusion.Length == 0 ? null : confusion);
        }

        return new(epoch.GetProperty("epoch").GetInt32(), Number(epoch, "loss"), validation, Number(epoch, "learning_rate"), Number(epoch, "seconds"), epoch.GetProperty("steps").GetInt32(), epoch.GetProperty("is_best").GetBoolean());
    }

    private static double Number(JsonElement element, string name) => double.Parse(element.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
