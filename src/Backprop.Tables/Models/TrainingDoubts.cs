using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Backprop.Data;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Tables.Models;

/// <summary>What speaks against a training before it begins, and is said.</summary>
internal static class TrainingDoubts
{
    /// <summary>A new network's outputs are about 1.</summary>
    private const double LargeTarget = 100;

    /// <summary>A new network needs very long to reach large targets that stay as they are.</summary>
    public static void LargeTargets<T>(TrainingOptions options, Targets<T> targets, Notes notes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (options.Columns.Preprocess || options.From is not null || targets.AreClasses || targets.IsEmpty)
        {
            return;
        }

        double squares = 0;
        foreach (T value in targets.AllValues)
        {
            squares += double.CreateTruncating(value) * double.CreateTruncating(value);
        }

        double size = Math.Sqrt(squares / targets.AllValues.Length);
        if (size > LargeTarget)
        {
            notes.Add(new(string.Create(CultureInfo.InvariantCulture, $"the targets are large (about {size:G3}) and stay as they are: training may take very long"), IsLoss: false, "Preprocess = true"));
        }
    }

    /// <summary>One value beyond all others decides what the squared error learns.</summary>
    /// <param name="targets">The values that are learned, whatever they are scaled by.</param>
    /// <param name="values">How many a row has.</param>
    /// <param name="loss">What is made small.</param>
    /// <param name="place">Where the value of a row stands.</param>
    /// <param name="notes">Where it is said.</param>
    public static void FarTargets<T>(Targets<T> targets, int values, Loss loss, Func<int, int, string> place, Notes notes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (targets.AreClasses || targets.Rows < FewTargets || loss.Name != "mean_squared_error")
        {
            return;
        }

        for (int of = 0; of < values; of++)
        {
            double[] all = [.. Enumerable.Range(0, targets.Rows).Select(row => double.CreateTruncating(targets[row, of]))], sorted = [.. all.Order()];
            double middle = sorted[all.Length / 2], spread = sorted[3 * all.Length / 4] - sorted[all.Length / 4];
            int farthest = middle - sorted[0] > sorted[^1] - middle ? Array.IndexOf(all, sorted[0]) : Array.IndexOf(all, sorted[^1]);
            double distance = Math.Abs(all[farthest] - middle) / spread;
            if (spread > 0 && distance > FarAway)
            {
                notes.Add(new(string.Create(CultureInfo.InvariantCulture, $"{place(farthest, of)}: a value that lies {distance:G2} times as far from the median as the middle half of the rows is wide, so that the squared error is nearly its alone"), IsLoss: false, "Loss = huber"));
            }
        }
    }

    private const int FewTargets = 20;

    private const double FarAway = 100;

    /// <summary>What is the same in every row cannot be learned from.</summary>
    public static void ConstantTargets<T>(Targets<T> targets, int values, TargetColumns? columns, Notes notes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (targets.AreClasses)
        {
            return; // one class has a note of its own
        }

        for (int output = 0; output < values; output++)
        {
            T first = targets[0, output];
            if (Enumerable.Range(1, targets.Rows - 1).All(row => targets[row, output] == first))
            {
                notes.Add(new($"target {(columns?.Names.ElementAtOrDefault(output) is { } name ? $"'{name}'" : $"{output}")} is the same in every row of training: there is nothing to learn", IsLoss: false));
            }
        }
    }

    /// <summary>A class of one row is never known to the network that is validated by it.</summary>
    public static void LoneRows<T>(Targets<T> targets, IReadOnlyList<string>? labels, Notes notes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!targets.AreClasses)
        {
            return;
        }

        int[] counts = new int[targets.Count];
        foreach (int c in targets.ClassIndices)
        {
            counts[c]++;
        }

        string[] lone = [.. counts.Select((count, c) => (count, c)).Where(one => one.count == 1).Select(one => labels is not null ? $"'{labels[one.c]}'" : $"{one.c}")];
        if (lone.Length > 0)
        {
            notes.Add(new($"{(lone.Length == 1 ? "a class has one row" : $"{lone.Length} classes have one row each")} ({string.Join(", ", lone.Take(5))}{(lone.Length > 5 ? ", …" : "")}): the network that is validated by it has never seen the class", IsLoss: false, "Folds"));
        }
    }

    /// <summary>A model to go on from has learned rows before; where they are not known to be the same ones, those that validate it may be among them.</summary>
    public static bool LearnedRows(TrainingOptions options, string source, int training, bool isSplit, Notes notes)
    {
        if (options is not { From: { } from } || !(options.Folds is not null || isSplit))
        {
            return false;
        }

        bool heldOut = TrainingRecord.Read(from.Training, "validation", validation => validation.ValueKind == JsonValueKind.Object) == true && TrainingRecord.Read(from.Training, "folds", folds => folds.GetBoolean()) != true;
        bool isSame = heldOut && options.Folds is null && TrainingRecord.Read(from.Training, "seed", seed => seed.GetUInt64()) == options.Seed
            && TrainingRecord.Read(from.Training, "rows", rows => rows.GetInt32()) == training && TrainingRecord.Read(from.Training, "data", data => data.GetString() == source) == true;
        if (!isSame)
        {
            notes.Add(new($"the model to go on from may have learned the rows {(options.Folds is null ? "that validate this one" : "of the folds")} already: what is measured on them is not what new rows would give, and the model has no intervals (coverage)", IsLoss: true, options.Folds is null ? ["ValidationData", "From"] : ["Folds", "From"]));
        }

        return !isSame;
    }

    /// <summary>One unit has no spread: a layer norm makes β of it, whatever the row is.</summary>
    public static void NormsOfOne(NetworkDefinition definition, Notes notes)
    {
        foreach ((int n, LayerDefinition layer) in definition.Layers.Index())
        {
            if (layer.Units == 1 && layer.Parts.OfType<LayerNorm>().Any())
            {
                notes.Add(new(string.Create(CultureInfo.InvariantCulture, $"layer {n + 1}: layer_norm over one unit gives the same for every row, its β"), IsLoss: false, "Network"));
            }
        }
    }

    /// <summary>One row has no spread: a batch norm makes β of it, whatever the row is.</summary>
    public static void BatchesOfOne(NetworkDefinition definition, int batchSize, int[] parts, Notes notes)
    {
        int rows = Array.Find(parts, rows => batchSize > 1 && rows % batchSize == 1);
        if ((batchSize == 1 || rows > 0) && definition.Layers.Any(layer => layer.Parts.Any(part => part is BatchNorm)))
        {
            notes.Add(new($"{(batchSize == 1 ? "every batch" : $"the last batch of {batchSize} that {rows} rows are divided into")} has one row, which batch_norm has nothing to normalise by: little is learned from it", IsLoss: false, "BatchSize"));
        }
    }

    /// <summary>A mean over more steps than the run has is mostly of weights that have learned nothing yet.</summary>
    public static void YoungMean(TrainerOptions options, TrainingMethod optimizer, int rows, Notes notes)
    {
        if (options.Average is not { } average || !average.StartsWith("ema:", StringComparison.Ordinal) || !double.TryParse(average.AsSpan(4), NumberStyles.Float, CultureInfo.InvariantCulture, out double decay))
        {
            return;
        }

        double batch = optimizer is Minimizer ? rows : Math.Max(1, (double)options.BatchSize * options.Step.Accumulate), steps = Math.Ceiling(rows / batch) * options.Epochs, first = Math.Pow(decay, steps - 1);
        if (first > 0.05)
        {
            notes.Add(new(string.Create(CultureInfo.InvariantCulture, $"the mean of weights {average} is what is validated and saved; after all {steps} steps {100 * first:F0} % of it are still the weights after the first: a smaller decay, or more steps, are needed"), IsLoss: false, "Average", "Epochs"));
        }
    }
}
