using System.Globalization;
using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Losses;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Tables.Models;

/// <summary>Chooses thresholds on rows that were not learned from.</summary>
internal static class ThresholdChoice
{
    /// <summary>Flags that are told one by one.</summary>
    private const int MostFlags = 5;

    /// <exception cref="UsageException">Neither two classes nor flags, or outputs that are no probabilities.</exception>
    public static void Require(NetworkDefinition network, TargetColumns? target)
    {
        string? why = target is null or { Kind: TargetKind.Values } ? "values found"
            : target is { Kind: TargetKind.Class, Labels.Count: not 2 } ? $"{(target.Labels!.Count == 1 ? "1 class found, there is nothing to decide" : $"{target.Labels.Count} classes found, of which the likeliest is said")}"
            : !network.OutputMeaning.IsProbability() || (target.Kind == TargetKind.Flags && network.Layers[^1].Activation.Name != "sigmoid") ? $"{network.Loss} after {network.Layers[^1].Activation} makes no probability of each"
            : network.Outputs > 2 && target.Kind == TargetKind.Class ? $"a network of {network.Outputs} outputs found"
            : null;
        if (why is not null)
        {
            throw new UsageException($"a threshold is of a target with two classes, or of flags: {why}") { Settings = ["Threshold"] };
        }
    }

    /// <summary>One for the second class, or one for each flag.</summary>
    public static IReadOnlyList<ChosenThreshold> Of<T>(string figure, OutputReader<T> outputs, Dataset<T> rows, TargetColumns target) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var predictions = Predictions.Of(outputs, rows.Rows, target);
        double[] weights = rows.SampleWeights is { } given ? Array.ConvertAll(given, double.CreateTruncating) : [];
        return target.Kind == TargetKind.Class
            ? [Choose(target.Labels![1], row => predictions.ScoreOf(row, 1), row => rows.Targets.AreClasses ? rows.Targets.ClassIndices[row] == 1 : rows.Targets[row, 0] == T.One)]
            : [.. target.Names.Select((name, flag) => Choose(name, row => predictions.ValueOf(row, flag), row => rows.Targets[row, flag] == T.One))];

        ChosenThreshold Choose(string name, Func<int, double> probability, Func<int, bool> isPositive)
        {
            int[] counted = [.. Enumerable.Range(0, rows.Rows).Where(row => weights.Length == 0 || weights[row] > 0)];
            (double threshold, double best, double atHalf) = DecisionThreshold.Choose(figure, Array.ConvertAll(counted, row => probability(row)), Array.ConvertAll(counted, row => isPositive(row)), weights.Length == 0 ? [] : Array.ConvertAll(counted, row => weights[row]));
            return new(name, threshold, best, atHalf);
        }
    }

    /// <summary>
    /// F1 is of the second label, and of the commoner of two it says little: the classes are not chosen by how common they are, since that is not known of the rows to come. Null: nothing is odd.
    /// </summary>
    /// <param name="figure">What the threshold is chosen by.</param>
    /// <param name="rows">The rows that it is chosen by.</param>
    /// <param name="target">The target.</param>
    /// <param name="chosen">What was chosen.</param>
    public static Note? Doubt<T>(string figure, Dataset<T> rows, TargetColumns target, IReadOnlyList<ChosenThreshold> chosen) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (figure != "f1" || target.Kind != TargetKind.Class)
        {
            return null;
        }

        Note? Constant(double part) => chosen is not [{ } one] || one.Figure > (2 * part / (1 + part)) + 0.02 ? null
            : new(string.Create(CultureInfo.InvariantCulture, $"'{one.Name}' said of every row has an f1 of {2 * part / (1 + part):G3} already, about what the threshold reaches: it may say it of nearly all"), IsLoss: false, "Threshold = balanced_accuracy");

        double all = 0, second = 0;
        for (int row = 0; row < rows.Rows; row++)
        {
            double weight = rows.SampleWeights is { } weights ? double.CreateTruncating(weights[row]) : 1;
            all += weight;
            second += (rows.Targets.AreClasses ? rows.Targets.ClassIndices[row] == 1 : rows.Targets[row, 0] == T.One) ? weight : 0;
        }

        return !(second > 0.5 * all) ? Constant(second / all)
            : new(string.Create(CultureInfo.InvariantCulture, $"f1 is of the label '{target.Labels![1]}', the second of two, and that is the commoner one, {100 * second / all:F0} % of the rows: said of every row it has an f1 of {2 * second / (all + second):G3}; f1_macro, mcc and balanced_accuracy treat both labels alike"), IsLoss: false, "Threshold = balanced_accuracy");
    }

    /// <summary>What was chosen, in one line.</summary>
    public static string Describe(string figure, IReadOnlyList<ChosenThreshold> chosen, int rows, bool areOutOfFold)
    {
        IEnumerable<string> each = chosen.Take(MostFlags).Select(one => string.Create(CultureInfo.InvariantCulture, $"'{one.Name}' from a probability of {one.Threshold:G4} on, {figure} {one.Figure:G4} where 0.5 gives {one.FigureAtHalf:G4}"));
        return $"{string.Join("; ", each)}{(chosen.Count > MostFlags ? $"; and {chosen.Count - MostFlags} more" : "")} ({rows} rows {(areOutOfFold ? "out of fold" : "of the validation")}, by which the threshold is chosen: of new rows expect a little less)";
    }
}
