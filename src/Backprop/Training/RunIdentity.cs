using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Backprop.Data;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Optimizers.Schedules;

namespace Backprop.Training;

/// <summary>Everything that decides the bits of a run, by name: what a checkpoint must have been made with to be gone on from.</summary>
public static class RunIdentity
{
    /// <summary>What rows are for: those to learn from, to choose by, and those that measure what was chosen.</summary>
    public const string Training = "training", Validation = "validation", HeldOut = "held-out";

    /// <param name="network">What is trained.</param>
    /// <param name="optimizer">How.</param>
    /// <param name="options">How long and in what order.</param>
    /// <param name="training">The rows to learn from.</param>
    /// <param name="validation">The rows to choose by.</param>
    public static IReadOnlyDictionary<string, string> Of<T>(NetworkDefinition network, TrainingMethod optimizer, TrainerOptions options, Dataset<T> training, Dataset<T>? validation) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var identity = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["precision"] = typeof(T) == typeof(float) ? "float" : "double",
            ["network"] = $"{network}, {network.Loss}",
            ["optimizer"] = optimizer.Describe(),
            ["batch size"] = Text(options.BatchSize),
            ["schedule"] = LearningRateSchedule.Parse(options.Schedule).ToString(),
            ["warm-up"] = Text(options.WarmupSteps),
            ["early stopping"] = Text(options.EarlyStopping),
            ["figure that is watched"] = options.KeepBy,
            ["rolling back"] = Text(options.RollBack),
            ["seed"] = Text(options.Seed),
            ["shuffling"] = Text(options.Shuffle),
            ["l1"] = Text(options.Step.L1),
            ["l2"] = Text(options.Step.L2),
            ["clip-norm"] = Text(options.Step.ClipNorm),
            ["clip-value"] = Text(options.Step.ClipValue),
        };
        if (network.Input is { } input)
        {
            identity["input"] = input.ToString();
        }

        if (options.Step.RateOf is { } rateOf)
        {
            identity["factors of the learning rate"] = string.Join(", ", network.Tensors.Where(tensor => tensor.IsTrained).Select(tensor => $"{tensor.Name} {Text(rateOf(tensor.Name))}"));
        }

        if (options.Step.Accumulate > 1)
        {
            identity["accumulate"] = Text(options.Step.Accumulate);
        }

        if (options.RollBack)
        {
            identity["steps between checkpoints"] = Text(options.CheckpointEvery); // where it goes back to
        }

        foreach ((string name, string value) in options.Identity)
        {
            identity[name] = value;
        }

        if (options.Average is not null)
        {
            identity["average"] = options.Average;
        }

        if (LearningRateSchedule.Parse(options.Schedule).KnowsTheEnd || WeightAverage<T>.KnowsTheEnd(options.Average))
        {
            identity["epochs"] = Text(options.Epochs); // elsewhere a run may be made longer
        }

        Add(identity, Training, training);
        if (validation is not null)
        {
            Add(identity, Validation, validation);
        }

        return identity;
    }

    /// <summary>Refuses a checkpoint of another run.</summary>
    /// <exception cref="ModelException">What differs.</exception>
    public static void Require(IReadOnlyDictionary<string, string> expected, IReadOnlyDictionary<string, string> found)
    {
        foreach (string name in found.Keys.Union(expected.Keys))
        {
            string? before = found.GetValueOrDefault(name), now = expected.GetValueOrDefault(name);
            if (before != now)
            {
                throw new ModelException(new[] { Training, Validation, HeldOut }.Any(rows => name.StartsWith($"{rows} ", StringComparison.Ordinal))
                    ? $"the {name} {(before is null || now is null ? $"{(before is null ? "were" : "are")} not there {(before is null ? "when the checkpoint was written" : "any more")}" : "are not what they were when the checkpoint was written")}"
                    : $"the checkpoint was written with {name} {before ?? "not given"}, {now ?? "none"} found");
            }
        }
    }

    /// <summary>Adds what tells rows from others.</summary>
    public static void Add<T>(Dictionary<string, string> identity, string name, Dataset<T> data) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        identity[$"{name} features"] = string.Create(CultureInfo.InvariantCulture, $"{data.Rows}×{data.FeatureCount} {(data.Source is null ? Hash(data.Features) : Hash(data.Source))}");
        identity[$"{name} targets"] = data.Targets.AreClasses ? $"classes {Hash(data.Targets.ClassIndices)}" : $"values {Hash(data.Targets.AllValues)}";
        if (data.SampleWeights is { } weights)
        {
            identity[$"{name} sample weights"] = Hash<T>(weights);
        }
    }

    /// <summary>The same of rows that are asked for, a few at a time.</summary>
    private static string Hash<T>(RowSource<T> source) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var hash = new Sha256();
        int together = Math.Max(1, (1 << 18) / source.Width);
        var numbers = new T[together * source.Width];
        for (int first = 0; first < source.Rows; first += together)
        {
            int count = Math.Min(together, source.Rows - first);
            source.CopyRows([.. Enumerable.Range(first, count)], numbers, source.Width);
            hash.Append(MemoryMarshal.AsBytes(numbers.AsSpan(0, count * source.Width)));
        }

        return hash.Current;
    }

    /// <summary>Piece by piece: the bytes of a large table are more than one span holds.</summary>
    private static string Hash<TValue>(ReadOnlySpan<TValue> values) where TValue : unmanaged
    {
        const int Piece = 1 << 20;
        using var hash = new Sha256();
        for (; values.Length > 0; values = values[Math.Min(Piece, values.Length)..])
        {
            hash.Append(MemoryMarshal.AsBytes(values[..Math.Min(Piece, values.Length)]));
        }

        return hash.Current;
    }

    private static string Text<TValue>(TValue? value) => value is null ? "none" : string.Create(CultureInfo.InvariantCulture, $"{value}");
}
