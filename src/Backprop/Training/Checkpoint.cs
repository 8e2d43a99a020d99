using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Backprop.ModelFiles;

namespace Backprop.Training;

/// <summary>The whole state of a run between two steps: what a trainer needs to go on to the same bits.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Checkpoint<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
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

    /// <summary>What roll-backs have left of the learning rate.</summary>
    internal double RateFactor { get; init; } = 1;

    /// <summary>The loss of the run's first batch.</summary>
    internal double FirstLoss { get; init; } = double.NaN;

    internal string ScheduleState { get; init; } = "";

    internal StopReason? Ended { get; init; }

    internal T[] Parameters { get; init; } = [];

    internal T[] Best { get; init; } = [];

    internal T[][] Moments { get; init; } = [];

    internal Checkpoint<T> WithRateFactor(double factor) => new()
    {
        Epoch = Epoch,
        Batch = Batch,
        Step = Step,
        History = History,
        Updates = Updates,
        EpochLoss = EpochLoss,
        RateFactor = factor,
        FirstLoss = FirstLoss,
        ScheduleState = ScheduleState,
        Ended = Ended,
        Parameters = Parameters,
        Best = Best,
        Moments = Moments,
    };

    internal SafeTensorsFile ToFile(IReadOnlyDictionary<string, string> notes)
    {
        List<SafeTensor> tensors = [Tensor("parameters", Parameters), Tensor("best", Best)];
        tensors.AddRange(Moments.Select((moment, index) => Tensor($"moment.{index}", moment)));
        string state = State();
        return new(tensors, new Dictionary<string, string>(notes, StringComparer.Ordinal)
        {
            ["format"] = "backprop-checkpoint",
            ["version"] = "2",
            ["state"] = state,
            ["sha256"] = Digest(new SafeTensorsFile(tensors, notes).Hash(), state),
        });
    }

    /// <exception cref="ModelException">Not a checkpoint, or not what was written.</exception>
    internal static Checkpoint<T> FromFile(SafeTensorsFile file)
    {
        string state = StateOf(file);
        try
        {
            return Parse(file, state);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            throw new ModelException($"the checkpoint cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The state, if the file is what was written.</summary>
    /// <exception cref="ModelException">It is not.</exception>
    internal static string StateOf(SafeTensorsFile file)
    {
        if (file.Metadata.GetValueOrDefault("format") != "backprop-checkpoint")
        {
            throw new ModelException("is not a checkpoint");
        }

        if (file.Metadata.GetValueOrDefault("version") is not "2" and var version)
        {
            throw new ModelException($"is a checkpoint of version {version ?? "none"}, expected 2: another release wrote it");
        }

        string state = file.Metadata.GetValueOrDefault("state") ?? "";
        return file.Metadata.GetValueOrDefault("sha256") == Digest(file.Hash(), state)
            ? state
            : throw new ModelException("the checkpoint is damaged: its content is not what its hash says");
    }

    private static Checkpoint<T> Parse(SafeTensorsFile file, string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement state = document.RootElement;
        Dictionary<string, SafeTensor> tensors = file.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        return new()
        {
            Epoch = state.GetProperty("epoch").GetInt32(),
            Batch = state.GetProperty("batch").GetInt32(),
            Step = state.GetProperty("step").GetInt64(),
            Updates = state.GetProperty("updates").GetInt64(),
            EpochLoss = double.Parse(state.GetProperty("epoch_loss").GetString()!, CultureInfo.InvariantCulture),
            RateFactor = double.Parse(state.GetProperty("rate_factor").GetString()!, CultureInfo.InvariantCulture),
            FirstLoss = double.Parse(state.GetProperty("first_loss").GetString()!, CultureInfo.InvariantCulture),
            ScheduleState = state.GetProperty("schedule").GetString()!,
            Ended = state.TryGetProperty("ended", out JsonElement ended) ? Enum.Parse<StopReason>(ended.GetString()!) : null,
            History = [.. state.GetProperty("history").EnumerateArray().Select(ReadEpoch)],
            Parameters = Values(tensors["parameters"]),
            Best = Values(tensors["best"]),
            Moments = [.. Enumerable.Range(0, tensors.Count - 2).Select(index => Values(tensors[$"moment.{index}"]))],
        };
    }

    /// <summary>The hash of everything: what "sha256" must say.</summary>
    internal static string Digest(string tensors, string state) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(tensors + state)));

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
            json.WriteString("rate_factor", Text(RateFactor));
            json.WriteString("first_loss", Text(FirstLoss));
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
