using System.Globalization;
using Backprop.Training;

namespace Backprop.Tables.Models;

/// <summary>
/// How much figures out of fold are too good because each network keeps the epoch that its own fold likes best: on a few rows of noise that alone looks like something learned. One epoch for all
/// networks, chosen by all folds together, is one choice by all rows in the place of many by few, and so nearly none.
/// </summary>
internal static class FoldOptimism
{
    /// <summary>A smaller part of the figure is not told.</summary>
    private const double Told = 0.03;

    /// <summary>The figure with the epochs that were kept, and with the best single epoch for all; null: there is no epoch that all have.</summary>
    /// <param name="histories">[network][epoch] the figure on its fold, less being better.</param>
    /// <param name="kept">[network] which epoch it keeps, from 0.</param>
    /// <param name="rows">[network] how many rows its fold has.</param>
    public static (double Kept, double Common, int Epoch)? Of(IReadOnlyList<IReadOnlyList<double>> histories, IReadOnlyList<int> kept, IReadOnlyList<int> rows)
    {
        int epochs = histories.Min(history => history.Count);
        if (epochs == 0)
        {
            return null;
        }

        double all = rows.Sum(count => (double)count);
        double[] common = [.. Enumerable.Range(0, epochs).Select(epoch => histories.Select((history, n) => rows[n] * history[epoch]).Sum() / all)];
        int best = Enumerable.Range(0, epochs).MinBy(epoch => double.IsNaN(common[epoch]) ? double.PositiveInfinity : common[epoch]);
        return (histories.Select((history, n) => rows[n] * history[kept[n]]).Sum() / all, common[best], best);
    }

    /// <summary>The same of trained networks; null: one of them has no figures.</summary>
    /// <param name="figure">Which figure it is.</param>
    /// <param name="members">How each network went.</param>
    /// <param name="rows">How many rows its fold has.</param>
    public static (double Kept, double Common, int Epoch)? Of(WatchedFigure figure, IReadOnlyList<MemberResult> members, IReadOnlyList<int> rows) =>
        members.Any(member => member.Result is null || member.Kept is null || member.Result.History.Any(epoch => epoch.Validation is null)) ? null : Of(
            [.. members.Select(member => member.Result!.History.Select(epoch => figure.Of(epoch.Validation!)).ToArray())],
            [.. members.Select(member => member.Kept!.Epoch - 1)], rows);

    /// <summary>What is to be said; null: nothing worth it.</summary>
    /// <param name="figure">Which figure it is.</param>
    /// <param name="members">How each network went.</param>
    /// <param name="rows">How many rows its fold has.</param>
    public static Note? Find(WatchedFigure figure, IReadOnlyList<MemberResult> members, IReadOnlyList<int> rows)
    {
        if (Of(figure, members, rows) is not var (mine, one, at) || !(one - mine > Told * Math.Abs(mine)))
        {
            return null;
        }

        double sign = figure.IsHigherBetter ? -1 : 1;
        return new(string.Create(CultureInfo.InvariantCulture, $"each network keeps the epoch that its own fold likes best, which flatters what is measured out of fold: by itself a network's {figure.Name} is {sign * mine:G4}, with one epoch for all ({at + 1}) it would be {sign * one:G4}, {(one - mine) / Math.Abs(mine):P0} worse; of new rows expect figures that are worse by about so much"), IsLoss: false, "Folds", "Epochs");
    }
}
