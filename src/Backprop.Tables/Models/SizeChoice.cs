using System.Globalization;
using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Tables.Models;

/// <summary>
/// The smallest of several networks whose loss out of fold is within a standard error of the best one's: the rule of one standard error (Breiman, Friedman, Olshen and Stone 1984,
/// section 3.4.3), the error being that of the difference row by row, which is far smaller than that of either loss.
/// </summary>
internal static class SizeChoice
{
    /// <summary>
    /// Of the networks that the recipe has trained on all folds. A size of which fewer networks finished an epoch than of others is none that could be compared. Of values each network's best epoch of its own
    /// flatters the larger one: they are compared by one epoch for all networks, where all learned equally long, and half a standard error is enough.
    /// </summary>
    /// <param name="trained">[size][fold] each network, and how it went.</param>
    /// <param name="unseen">[size] what its networks say of rows that they have not learned from.</param>
    /// <param name="all">The rows of all folds; null: there are none, and one size.</param>
    /// <param name="folds">The rows of each fold.</param>
    /// <returns>Which, and why; null: there is one, or none finished an epoch.</returns>
    public static (int Size, string? Why) Of<T>(IReadOnlyList<IReadOnlyList<(NetworkDefinition Network, MemberResult Result)>> trained, IReadOnlyList<Unseen<T>?> unseen, Dataset<T>? all, IReadOnlyList<int[]> folds)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] finished = [.. trained.Select(size => size.Count(one => one.Result.Kept is not null))];
        int[] sizes = [.. Enumerable.Range(0, trained.Count).Where(size => finished[size] == finished.Max())];
        if (trained.Count == 1 || finished.Max() == 0 || all is null)
        {
            return (trained.Count - 1, null);
        }

        string left = sizes.Length == trained.Count ? "" : $"the networks of which more finished an epoch ({string.Join(" and ", finished)} of {folds.Count}), ";
        if (sizes.Length == 1)
        {
            return (sizes[0], left + Name(trained[sizes[0]][0].Network));
        }

        MemberResult[][] members = [.. sizes.Select(size => trained[size].Select(one => one.Result).ToArray())];
        bool isCommon = !all.Targets.AreClasses && members.SelectMany(size => size).Select(member => member.Result?.History.Count ?? -1).Distinct().Count() == 1;
        double?[] common = isCommon ? [.. members.Select(size => FoldOptimism.Of(new(WatchedFigure.Loss), size, [.. folds.Select(fold => fold.Length)])?.Common)] : [null];
        isCommon = common.All(loss => loss is { } value && double.IsFinite(value));
        (int chosen, string why) = Of(
            [.. sizes.Select(size => (unseen[size]!.Outputs.Network, unseen[size]!.Losses(all.Rows)))],
            all.SampleWeights is { } weights ? [.. weights.ToArray().Select(double.CreateTruncating)] : null,
            isCommon ? [.. common.Select(loss => loss!.Value)] : null,
            all.Targets.AreClasses ? "log loss out of fold" : isCommon ? "loss out of fold, with one epoch for all networks," : "loss out of fold",
            isHalf: !all.Targets.AreClasses);
        return (sizes[chosen], left + why);
    }

    /// <param name="candidates">From small to large; the loss of each row is NaN where there is none.</param>
    /// <param name="weights">What rows weigh; null: the same.</param>
    /// <param name="means">The loss of each candidate, where it is better known than as the mean over the rows, which then say how uncertain differences are; null: it is that.</param>
    /// <param name="figure">What the loss is.</param>
    /// <param name="isHalf">Whether half a standard error is enough to be worse.</param>
    /// <returns>Which, and why.</returns>
    public static (int Chosen, string Why) Of(IReadOnlyList<(NetworkDefinition Network, double[] Losses)> candidates, double[]? weights, double[]? means = null, string figure = "log loss out of fold", bool isHalf = false)
    {
        int[] rows = [.. Enumerable.Range(0, candidates[0].Losses.Length).Where(row => (weights is null || weights[row] > 0) && candidates.All(candidate => double.IsFinite(candidate.Losses[row])))];
        if (rows.Length == 0)
        {
            int most = Enumerable.Range(0, candidates.Count).MaxBy(n => candidates[n].Losses.Count(double.IsFinite));
            return (most, $"networks of {Names(candidates)} share no row out of fold: that of which more was finished is taken, {Name(candidates[most].Network)}");
        }

        double[] byRows = [.. candidates.Select(candidate => Mean(row => candidate.Losses[row]))];
        means ??= byRows;
        string within = isHalf ? "half a standard error" : "a standard error";
        int best = Array.IndexOf(means, means.Min());
        for (int n = 0; ; n++)
        {
            double difference = means[n] - means[best], error = Error(n);
            if (n == best || difference <= error)
            {
                string losses = $"{figure} {List(means.Select(Text))} of {rows.Length} rows", of = $"of networks {Names(candidates)}{(candidates.Count == 2 ? "" : ":")}";
                string size = candidates.Count == 2 ? n == 0 ? "the smaller" : "the larger" : Name(candidates[n].Network) + (n == 0 ? ", the smallest" : "");
                return (n, n == best && n == 0 ? $"{of} {size}, which is no worse: {losses}"
                    : n == best ? $"{of} {size}, which is better by more than {within} ({Text(Enumerable.Range(0, n).Max(Error))}): {losses}"
                    : $"{of} {size}, which is as good within {within} ({Text(error)}): {losses}");
            }
        }

        double Weight(int row) => weights?[row] ?? 1;

        double Mean(Func<int, double> of) => rows.Sum(row => Weight(row) * of(row)) / rows.Sum(Weight);

        // of the mean of the differences between a candidate's losses and the best one's
        double Error(int n)
        {
            double mean = byRows[n] - byRows[best];
            return (isHalf ? 0.5 : 1) * Math.Sqrt(rows.Sum(row => Math.Pow(Weight(row) * (candidates[n].Losses[row] - candidates[best].Losses[row] - mean), 2))) / rows.Sum(Weight);
        }
    }

    private static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private static string Names(IReadOnlyList<(NetworkDefinition Network, double[] Losses)> candidates) => List(candidates.Select(candidate => Name(candidate.Network)));

    /// <summary>a, b and c.</summary>
    private static string List(IEnumerable<string> texts) => texts.ToArray() is [.. var first, var last] ? first.Length == 0 ? last : $"{string.Join(", ", first)} and {last}" : "";

    /// <summary>The hidden layers' units.</summary>
    public static string Name(NetworkDefinition network) => string.Join('-', network.Layers.SkipLast(1).Select(layer => $"{layer.Units}:{layer.Activation}"));
}
