using System.Collections;
using System.Numerics;
using Backprop.Data;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Tables.Models;

/// <summary>What a model says of many rows. Numbers are exact: those of a network in float are its doubles.</summary>
public sealed class Predictions : IReadOnlyList<Prediction>
{
    /// <summary>In the place of a class.</summary>
    private const int Nothing = -1;

    private readonly double[][] _numbers; // by column: probabilities, or values and then deviations
    private readonly int[] _winners;
    private double[][]? _lows, _highs; // by target
    private double _least; // of a probability, whose label is in a set

    private Predictions(IReadOnlyList<string> targets, IReadOnlyList<string> labels, IReadOnlyList<Column> columns, double[][] numbers, int[] winners, int rows) =>
        (Targets, Labels, Columns, _numbers, _winners, Count) = (targets, labels, columns, numbers, winners, rows);

    /// <summary>The rows.</summary>
    public int Count { get; }

    /// <summary>The targets' names.</summary>
    public IReadOnlyList<string> Targets { get; }

    /// <summary>Classes: their labels, in the order of the network's outputs; empty where values are predicted.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>
    /// As columns to be written, behind those of the data that are carried over: the label under the target's name and the probabilities p_LABEL; or values under their targets' names, of a
    /// quantile TARGET_q0.9, and TARGET_deviation where the model says how sure it is. Where the model has thresholds of flags, TARGET_label is 0 or 1 by them. Where a coverage is asked for,
    /// TARGET_low and TARGET_high, or <c>set</c>: the labels joined by |, in JSON a list of them.
    /// </summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>The part of such rows whose truth <see cref="Prediction.Intervals"/> or <see cref="Prediction.Set"/> hold; null: none was asked for.</summary>
    public double? Coverage { get; private init; }

    /// <summary>The rows that have no prediction, since an output is not a finite number: no label, and NaN for every number.</summary>
    public IReadOnlyList<int> NotFinite { get; private init; } = [];

    /// <summary>The seconds in which the rows were read and became numbers for the network.</summary>
    public double ReadingSeconds { get; internal set; }

    /// <summary>The seconds from those numbers to predictions.</summary>
    public double PredictingSeconds { get; internal set; }

    /// <summary>One row's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such row.</exception>
    public Prediction this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return new(this, index);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<Prediction> GetEnumerator()
    {
        for (int row = 0; row < Count; row++)
        {
            yield return new(this, row);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The same behind columns of the data.</summary>
    internal Predictions Beside(IReadOnlyList<Column> carried, Notes? notes) =>
        carried.Count == 0 ? this : With(CarriedColumns.Beside(carried, Columns, notes), Coverage);

    /// <summary>The same with intervals or sets: columns TARGET_low and TARGET_high, or <c>set</c>.</summary>
    /// <param name="scores">How far the model was off.</param>
    /// <param name="coverage">The part of new rows that they are to hold.</param>
    /// <param name="notes">Where to say what is odd about them.</param>
    /// <exception cref="UsageException">A coverage that the scores cannot give.</exception>
    internal Predictions Covering(ConformalScores scores, double coverage, Notes? notes)
    {
        if (scores.Kind == ConformalKind.Improbability)
        {
            double least = 1 - scores.Quantile(0, coverage);
            if (Labels.FirstOrDefault(label => label.Contains(SetSeparator, StringComparison.Ordinal)) is { } odd)
            {
                notes?.Add(new($"the label '{odd}' has a {SetSeparator} in it, by which the labels of a set are joined; JSON has them as a list", IsLoss: false));
            }

            Predictions covering = With(Distinct([.. Columns, Sets(least)]), coverage);
            covering._least = least;
            return covering;
        }

        double[] quantiles = [.. Targets.Select((_, target) => scores.Quantile(target, coverage))];
        double[][] Ends(int sign) => [.. quantiles.Select((quantile, target) => Enumerable.Range(0, Count).Select(row =>
            ValueOf(row, target) + (sign * quantile * SpreadOf(row, target, scores.Kind)) is var end && scores.Kind == ConformalKind.RootOfRate ? Math.Max(0, end) : end).ToArray())];
        (double[][] lows, double[][] highs) = (Ends(-1), Ends(1));
        IEnumerable<Column> ends = Targets.SelectMany((name, target) => new[] { new Column($"{name}_low", ColumnType.Real, lows[target]), new Column($"{name}_high", ColumnType.Real, highs[target]) });
        Predictions between = With(Distinct([.. Columns, .. ends]), coverage);
        (between._lows, between._highs) = (lows, highs);
        return between;
    }

    /// <summary>A set for each row; each different one is kept once.</summary>
    private Column Sets(double least)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var sets = new List<string[]>();
        int[] codes = new int[Count];
        for (int row = 0; row < codes.Length; row++)
        {
            string[] set = SetOf(row, least);
            string key = string.Join('\0', set.Select(label => $"{label.Length}:{label}")); // a label may hold any character
            if (!known.TryGetValue(key, out codes[row]))
            {
                known.Add(key, codes[row] = sets.Count);
                sets.Add(set);
            }
        }

        return new("set", codes, [.. sets.Select(set => string.Join(SetSeparator, set))]) { Parts = sets };
    }

    private Predictions With(IReadOnlyList<Column> columns, double? coverage) => new(Targets, Labels, columns, _numbers, _winners, Count) { NotFinite = NotFinite, Coverage = coverage, _lows = _lows, _highs = _highs, _least = _least };

    /// <summary>Between the labels of a set.</summary>
    private const string SetSeparator = "|";

    /// <summary>Outputs as what they say of the target.</summary>
    /// <param name="outputs">The outputs.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="target">What they are of; null: unknown.</param>
    /// <param name="exposures">How much each row is exposed; null: one.</param>
    internal static Predictions Of<T>(OutputReader<T> outputs, int rows, TargetColumns? target, double[]? exposures = null) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        AreClasses(outputs.Network, target) ? OfClasses(outputs, rows, target) : OfValues(outputs, rows, target, exposures);

    /// <summary>How much each row is exposed, by the logarithms that stand behind the targets' values; null: the loss takes none.</summary>
    internal static double[]? ExposuresOf<T>(NetworkDefinition network, Targets<T> targets) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        network.Loss.TakesOffset ? [.. Enumerable.Range(0, targets.Rows).Select(row => Math.Exp(double.CreateTruncating(targets[row, network.ValueCount])))] : null;

    /// <summary>Whether a class is predicted; else values.</summary>
    internal static bool AreClasses(NetworkDefinition network, TargetColumns? target) => target?.Kind == TargetKind.Class || (target is null && ModelRows.IsClassifier(network));

    /// <summary>[Rows]: the probability of a class, or its score, in every row; of values those of a target.</summary>
    /// <param name="output">The class by its place in <see cref="Labels"/>, or the target by that in <see cref="Targets"/>.</param>
    /// <exception cref="IndexOutOfRangeException">No such class or target.</exception>
    public ReadOnlySpan<double> NumbersOf(int output) => _numbers[output];

    internal string LabelOf(int row) => RequireClasses()[row] is var winner and not Nothing ? Labels[winner]
        : throw new InvalidOperationException($"the row at {row} has no label: an output is not a finite number");

    internal Dictionary<string, double> ProbabilitiesOf(int row)
    {
        RequireClasses();
        var probabilities = new Dictionary<string, double>(Labels.Count, StringComparer.Ordinal);
        for (int c = 0; c < Labels.Count; c++)
        {
            probabilities[Labels[c]] = _numbers[c][row];
        }

        return probabilities;
    }

    /// <summary>The probability, or the score, of a class.</summary>
    internal double ScoreOf(int row, int label) => _numbers[label][row];

    /// <summary>What one unit of a score is worth in the row.</summary>
    internal double SpreadOf(int row, int target, ConformalKind kind) => kind switch
    {
        ConformalKind.Deviations => Math.Max(_numbers[Targets.Count + target][row], double.Epsilon),
        ConformalKind.RootOfRate => Math.Max(Math.Sqrt(_numbers[target][row]), double.Epsilon),
        _ => 1,
    };

    internal (double Low, double High)[] IntervalsOf(int row) => _lows is null ? [] : [.. _lows.Zip(_highs!, (low, high) => (low[row], high[row]))];

    internal IReadOnlyList<string> SetOf(int row) => Coverage is null || Labels.Count == 0 ? [] : SetOf(row, _least);

    /// <summary>All that are likely enough; the likeliest always, since a row has a label, and the one that a threshold decides for.</summary>
    private string[] SetOf(int row, double least)
    {
        if (_winners[row] == Nothing)
        {
            return [];
        }

        double enough = Math.Min(least, _numbers.Max(numbers => numbers[row]));
        return [.. Labels.Where((_, c) => c == _winners[row] || _numbers[c][row] >= enough)];
    }

    internal double ValueOf(int row, int target) => Labels.Count == 0
        ? _numbers[target][row]
        : throw new InvalidOperationException($"the model predicts classes ({string.Join(", ", Labels.Take(5))}{(Labels.Count > 5 ? ", …" : "")}), no values: ask for the label or the probabilities");

    internal double[] DeviationsOf(int row) => Labels.Count > 0 ? [] : [.. _numbers.Skip(Targets.Count).Select(numbers => numbers[row])];

    private int[] RequireClasses() => Labels.Count > 0
        ? _winners
        : throw new InvalidOperationException($"the model predicts values ({string.Join(", ", Targets)}), no classes: ask for the value");

    private static Predictions OfClasses<T>(OutputReader<T> outputs, int rows, TargetColumns? target) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NetworkDefinition network = outputs.Network;
        IReadOnlyList<string> labels = OutputNames.Labels(target, Math.Max(2, outputs.Width));
        double[][] scores = Columnwise(labels.Count, rows);
        int[] winners = new int[rows];
        double[] y = new double[outputs.Width], row = new double[labels.Count];
        var unfinished = new List<int>();
        for (int r = 0; r < rows; r++)
        {
            outputs.Read(r, y);
            if (network.OutputMeaning == OutputMeaning.LogProbability)
            {
                network.OutputMeaning.ToPredictions(y);
            }

            if (y.Length == 1)
            {
                (row[0], row[1]) = (1 - y[0], y[0]);
            }
            else
            {
                y.CopyTo(row, 0);
            }

            bool isFinite = Array.TrueForAll(row, double.IsFinite);
            winners[r] = isFinite ? DecisionThreshold.Winner(row, target?.Thresholds?[0]) : Nothing;
            for (int c = 0; c < row.Length; c++)
            {
                scores[c][r] = isFinite ? row[c] : double.NaN;
            }

            if (!isFinite)
            {
                unfinished.Add(r);
            }
        }

        string name = target?.Names[0] ?? OutputNames.Usual;
        return new([name], labels, Distinct([new(name, winners, labels), .. labels.Select((label, c) => new Column(OutputNames.Class(label, network), ColumnType.Real, scores[c]))]), scores, winners, rows) { NotFinite = unfinished };
    }

    private static Predictions OfValues<T>(OutputReader<T> outputs, int rows, TargetColumns? target, double[]? exposures) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NetworkDefinition network = outputs.Network;
        int count = network.ValueCount;
        bool deviates = network.OutputMeaning == OutputMeaning.MeanAndLogVariance;
        IReadOnlyList<string> names = OutputNames.Targets(target, count);
        double[][] values = Columnwise(deviates ? 2 * count : count, rows);
        double[] y = new double[outputs.Width];
        var unfinished = new List<int>();
        for (int r = 0; r < rows; r++)
        {
            outputs.Read(r, y);
            network.OutputMeaning.ToPredictions(y);
            for (int t = 0; t < count; t++)
            {
                values[t][r] = (exposures?[r] ?? 1) * (target?.Unscale(t, y[t]) ?? y[t]);
                if (deviates)
                {
                    values[count + t][r] = OutputMeanings.Deviation(y[count + t]) * (target?.Scales?[t] ?? 1);
                }
            }

            if (!Array.TrueForAll(values, numbers => double.IsFinite(numbers[r])))
            {
                unfinished.Add(r);
                Array.ForEach(values, numbers => numbers[r] = double.NaN);
            }
        }

        IEnumerable<string> columns = names.Select(name => OutputNames.Column(name, network));
        columns = deviates ? columns.Concat(names.Select(name => $"{name}_deviation")) : columns;
        IEnumerable<Column> flags = target?.Thresholds is { } thresholds
            ? names.Select((name, t) => new Column($"{name}_label", ColumnType.Integer, Array.ConvertAll(values[t], p => double.IsNaN(p) ? p : p >= thresholds[t] ? 1.0 : 0)))
            : [];
        return new(names, [], Distinct([.. columns.Select((name, n) => new Column(name, ColumnType.Real, values[n])), .. flags]), values, [], rows) { NotFinite = unfinished };
    }

    private static double[][] Columnwise(int columns, int rows) => [.. Enumerable.Range(0, columns).Select(_ => new double[rows])];

    /// <summary>A target may be called p_a where a class is called a: the later column of a name is marked.</summary>
    private static Column[] Distinct(Column[] columns)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int c = 0; c < columns.Length; c++)
        {
            string name = columns[c].Name;
            while (!names.Add(name))
            {
                name += "_";
            }

            columns[c] = name == columns[c].Name ? columns[c] : columns[c].Named(name);
        }

        return columns;
    }
}
