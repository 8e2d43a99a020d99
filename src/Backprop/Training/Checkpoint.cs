using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Backprop.ModelFiles;

namespace Backprop.Training;

/// <summary>The whole state of a run between two steps: what a trainer needs to go on to the same bits.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed record Checkpoint<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A tensor of a file holds at most so many numbers: larger buffers are written in pieces.</summary>
    internal const int Piece = 1 << 27;

    /// <summary>What the tensors of <see cref="RollBackTo"/> begin with.</summary>
    private const string Good = "good.";

    /// <summary>The epoch to go on in, counted from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>The batches of that epoch that are done.</summary>
    public required int Batch { get; init; }

    /// <summary>The steps done in the whole run.</summary>
    public required long Step { get; init; }

    /// <summary>Every finished epoch, without its confusion matrix.</summary>
    public required IReadOnlyList<EpochResult> History { get; init; }

    /// <summary>Why the run had ended here; null: it had not, or it may be made longer.</summary>
    public StopReason? Ended { get; init; }

    /// <summary>What decides the bits of the run, by name.</summary>
    internal IReadOnlyDictionary<string, string> Identity { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    internal long Updates { get; init; }

    /// <summary>Σ loss · weight and Σ weight of the epoch's batches that are done, their time, and the rate of the last.</summary>
    internal double EpochLoss { get; init; }

    internal double EpochWeight { get; init; }

    internal double EpochSeconds { get; init; }

    internal double Rate { get; init; }

    /// <summary>What roll-backs have left of the learning rate.</summary>
    internal double RateFactor { get; init; } = 1;

    /// <summary>The loss of the run's first batch, and the least of an epoch.</summary>
    internal double FirstLoss { get; init; } = double.NaN;

    internal double LeastLoss { get; init; } = double.PositiveInfinity;

    /// <summary>Epochs since the kept one.</summary>
    internal int SinceBest { get; init; }

    /// <summary>The kept epoch: what decides, and no more. The rest is measured again on its weights.</summary>
    public EpochResult? Kept { get; init; }

    internal string ScheduleState { get; init; } = "";

    /// <summary>Where a divergence goes back to, if not here: a run that was stopped within an epoch has not been good enough for that.</summary>
    internal Checkpoint<T>? RollBackTo { get; init; }

    internal T[] Parameters { get; init; } = [];

    internal T[] Best { get; init; } = [];

    /// <summary>What no optimizer touches, running statistics, of the network and of the kept epoch.</summary>
    internal T[] State { get; init; } = [];

    /// <inheritdoc cref="State"/>
    internal T[] BestState { get; init; } = [];

    internal T[][] Moments { get; init; } = [];

    /// <summary>The mean of the weights, where there is one, and what it is over.</summary>
    internal T[]? Average { get; init; }

    internal long Averaged { get; init; }

    /// <summary>What the step knows beside its moments, as text.</summary>
    internal string StepState { get; init; } = "";

    /// <summary>The same state of a run whose time was up, to be gone on from with more time.</summary>
    public Checkpoint<T> Reopened() => Ended == StopReason.MaxTime ? this with { Ended = null } : this;

    internal Checkpoint<T> WithRateFactor(double factor) => this with { RateFactor = factor };

    internal SafeTensorsFile ToFile(IReadOnlyDictionary<string, string> notes, HistoryMark history)
    {
        List<SafeTensor> tensors = [.. Tensors(""), .. RollBackTo?.Tensors(Good) ?? []];
        var metadata = new Dictionary<string, string>(notes, StringComparer.Ordinal)
        {
            ["format"] = "backprop-checkpoint",
            ["version"] = "3",
            ["state"] = StateText(history),
        };
        metadata["sha256"] = Digest(new(tensors, metadata));
        return new(tensors, metadata);
    }

    /// <param name="file">The file.</param>
    /// <param name="readHistory">The epochs of a mark, if they are what was written.</param>
    /// <exception cref="ModelException">Not a checkpoint, or not what was written.</exception>
    internal static Checkpoint<T> FromFile(SafeTensorsFile file, Func<HistoryMark, IReadOnlyList<EpochResult>> readHistory)
    {
        string state = StateOf(file);
        try
        {
            return Parse(file, state, readHistory);
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

        if (file.Metadata.GetValueOrDefault("version") is not "3" and var version)
        {
            throw new ModelException($"is a checkpoint of version {version ?? "none"}, expected 3: another release wrote it");
        }

        return file.Metadata.GetValueOrDefault("sha256") == Digest(file)
            ? file.Metadata.GetValueOrDefault("state") ?? ""
            : throw new ModelException("the checkpoint is damaged: its content is not what its hash says");
    }

    private static Checkpoint<T> Parse(SafeTensorsFile file, string text, Func<HistoryMark, IReadOnlyList<EpochResult>> readHistory)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement state = document.RootElement, mark = state.GetProperty("history");
        Dictionary<string, SafeTensor> tensors = file.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        IReadOnlyList<EpochResult> history = readHistory(new(mark.GetProperty("file").GetString()!, mark.GetProperty("bytes").GetInt64(), mark.GetProperty("sha256").GetString()!));
        var identity = state.GetProperty("identity").EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString() ?? "", StringComparer.Ordinal);
        return Parse(state, tensors, "", history, identity) with
        {
            RollBackTo = state.TryGetProperty("roll_back_to", out JsonElement good)
                ? Parse(good, tensors, Good, [.. history.Take(good.GetProperty("epochs").GetInt32())], identity)
                : null,
        };
    }

    private static Checkpoint<T> Parse(JsonElement state, Dictionary<string, SafeTensor> tensors, string prefix, IReadOnlyList<EpochResult> history, IReadOnlyDictionary<string, string> identity) => new()
    {
        Identity = identity,
        Epoch = state.GetProperty("epoch").GetInt32(),
        Batch = state.GetProperty("batch").GetInt32(),
        Step = state.GetProperty("step").GetInt64(),
        Updates = state.GetProperty("updates").GetInt64(),
        EpochLoss = EpochJson.Number(state, "epoch_loss"),
        EpochWeight = EpochJson.Number(state, "epoch_weight"),
        EpochSeconds = EpochJson.Number(state, "epoch_seconds"),
        Rate = EpochJson.Number(state, "rate"),
        RateFactor = EpochJson.Number(state, "rate_factor"),
        FirstLoss = EpochJson.Number(state, "first_loss"),
        LeastLoss = EpochJson.Number(state, "least_loss"),
        SinceBest = state.GetProperty("since_best").GetInt32(),
        ScheduleState = state.GetProperty("schedule").GetString()!,
        Averaged = state.TryGetProperty("averaged", out JsonElement averaged) ? averaged.GetInt64() : 0,
        Average = averaged.ValueKind == JsonValueKind.Undefined ? null : Values(tensors, $"{prefix}average"),
        StepState = state.TryGetProperty("step_state", out JsonElement step) ? step.GetString()! : "",
        Ended = state.TryGetProperty("ended", out JsonElement ended) ? Enum.Parse<StopReason>(ended.GetString()!) : null,
        Kept = state.TryGetProperty("kept", out JsonElement kept) ? EpochJson.Read(kept) : null,
        History = history,
        Parameters = Values(tensors, $"{prefix}parameters"),
        Best = Values(tensors, $"{prefix}best"),
        State = ValuesIfAny(tensors, $"{prefix}state"),
        BestState = ValuesIfAny(tensors, $"{prefix}best_state"),
        Moments = [.. Enumerable.Range(0, state.GetProperty("moments").GetInt32()).Select(index => Values(tensors, $"{prefix}moment.{index}"))],
    };

    /// <summary>The hash of everything, notes, names and shapes included: what "sha256" must say.</summary>
    internal static string Digest(SafeTensorsFile file)
    {
        var all = new StringBuilder(file.Hash());
        foreach (SafeTensor tensor in file.Tensors)
        {
            all.Append(CultureInfo.InvariantCulture, $"\n{tensor.Name} {tensor.Type} {string.Join('×', tensor.Shape)}");
        }

        foreach ((string name, string value) in file.Metadata.Where(one => one.Key != "sha256").OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            all.Append(CultureInfo.InvariantCulture, $"\n{name.Length} {name} {value.Length} {value}");
        }

        return Sha256.Of(Encoding.UTF8.GetBytes(all.ToString()));
    }

    private IEnumerable<SafeTensor> Tensors(string prefix) =>
    [
        .. Tensors($"{prefix}parameters", Parameters),
        .. Tensors($"{prefix}best", Best),
        .. Average is null ? [] : Tensors($"{prefix}average", Average),
        .. State.Length == 0 ? [] : Tensors($"{prefix}state", State),
        .. BestState.Length == 0 ? [] : Tensors($"{prefix}best_state", BestState),
        .. Moments.SelectMany((moment, index) => Tensors($"{prefix}moment.{index}", moment)),
    ];

    /// <summary>A buffer in pieces that one array of bytes holds: <c>name</c>, or <c>name/0</c>, <c>name/1</c>, ….</summary>
    internal static IEnumerable<SafeTensor> Tensors(string name, T[] values, int piece = Piece)
    {
        for (int begin = 0; begin == 0 || begin < values.Length; begin += piece)
        {
            int count = Math.Min(piece, values.Length - begin);
            string part = values.Length <= piece ? name : string.Create(CultureInfo.InvariantCulture, $"{name}/{begin / piece}");
            yield return typeof(T) == typeof(float)
                ? SafeTensor.Of(part, MemoryMarshal.Cast<T, float>(values.AsSpan(begin, count)), count)
                : SafeTensor.Of(part, MemoryMarshal.Cast<T, double>(values.AsSpan(begin, count)), count);
        }
    }

    /// <summary>What a network without running statistics does not write.</summary>
    private static T[] ValuesIfAny(Dictionary<string, SafeTensor> tensors, string name) =>
        tensors.Keys.Any(key => key == name || key.StartsWith($"{name}/", StringComparison.Ordinal)) ? Values(tensors, name) : [];

    internal static T[] Values(Dictionary<string, SafeTensor> tensors, string name)
    {
        if (tensors.TryGetValue(name, out SafeTensor? whole))
        {
            return Array.ConvertAll(whole.ToDoubles(), T.CreateTruncating);
        }

        var values = new List<T[]>();
        while (tensors.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"{name}/{values.Count}"), out SafeTensor? piece))
        {
            values.Add(Array.ConvertAll(piece.ToDoubles(), T.CreateTruncating));
        }

        var all = new T[values.Sum(piece => (long)piece.Length)];
        long at = 0;
        foreach (T[] piece in values)
        {
            Array.Copy(piece, 0, all, at, piece.Length);
            at += piece.Length;
        }

        return values.Count > 0 ? all : throw new KeyNotFoundException($"tensor '{name}' is missing");
    }

    private string StateText(HistoryMark history)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            WriteState(json);
            json.WriteStartObject("history");
            json.WriteString("file", history.File);
            json.WriteNumber("bytes", history.Bytes);
            json.WriteString("sha256", history.Sha256);
            json.WriteEndObject();
            json.WriteStartObject("identity");
            foreach ((string name, string value) in Identity)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            if (RollBackTo is { } good)
            {
                json.WriteStartObject("roll_back_to");
                json.WriteNumber("epochs", good.History.Count);
                good.WriteState(json);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private void WriteState(Utf8JsonWriter json)
    {
        json.WriteNumber("epoch", Epoch);
        json.WriteNumber("batch", Batch);
        json.WriteNumber("step", Step);
        json.WriteNumber("updates", Updates);
        json.WriteNumber("moments", Moments.Length);
        json.WriteNumber("since_best", SinceBest);
        foreach ((string name, double value) in new[] { ("epoch_loss", EpochLoss), ("epoch_weight", EpochWeight), ("epoch_seconds", EpochSeconds), ("rate", Rate), ("rate_factor", RateFactor), ("first_loss", FirstLoss), ("least_loss", LeastLoss) })
        {
            json.WriteString(name, EpochJson.Text(value));
        }

        json.WriteString("schedule", ScheduleState);
        if (Average is not null)
        {
            json.WriteNumber("averaged", Averaged);
        }

        if (StepState.Length > 0)
        {
            json.WriteString("step_state", StepState);
        }

        if (Ended is { } reason)
        {
            json.WriteString("ended", reason.ToString());
        }

        if (Kept is not null)
        {
            json.WritePropertyName("kept");
            EpochJson.Write(json, Kept);
        }
    }
}
