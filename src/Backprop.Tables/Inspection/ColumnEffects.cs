using System.Globalization;
using System.Numerics;
using Backprop.Data;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Tables.Inspection;

/// <summary>
/// What each column of a table does to the predictions of its rows. Since what a cell becomes depends on the cell alone, cells of a column are dealt out and put
/// in place as the features that they became: a block of them for each column.
/// </summary>
internal sealed class ColumnEffects<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What rows are drawn by, apart from permutations.</summary>
    private const ulong SampleStream = 0x53414D504C45;

    /// <summary>Figures that are taken where none is named, the first that the rows have.</summary>
    private static readonly string[] s_usual = ["log_loss", "accuracy", "r2"];

    private readonly RowScorer<T> _scorer;
    private readonly Dataset<T> _data;
    private readonly Targets<double> _targets;
    private readonly double[]? _weights;
    private readonly TableSchema? _schema;
    private readonly SourceRows? _source;
    private readonly Block[] _blocks;

    /// <param name="scorer">Predicts rows.</param>
    /// <param name="data">The rows, with targets where importance is asked for.</param>
    /// <param name="schema">What made them; null: they are as they were.</param>
    /// <param name="source">Where cells are taken from that are put in the place of others; null: none are.</param>
    /// <param name="exact">Targets and weights as the table has them; null: as the data have them.</param>
    public ColumnEffects(RowScorer<T> scorer, Dataset<T> data, TableSchema? schema, SourceRows? source, Dataset<double>? exact = null)
    {
        (_scorer, _data, _schema, _source) = (scorer, data, schema, source);
        (_targets, _weights) = exact is null ? (Exact(data.Targets), data.SampleWeights is { } weights ? Array.ConvertAll(weights, double.CreateTruncating) : null) : (exact.Targets, exact.SampleWeights);
        int offset = 0;
        _blocks = schema is null
            ? [.. Enumerable.Range(0, data.FeatureCount).Select(c => new Block(NameOf(source, data.FeatureCount, c), null, c, 1))]
            : [.. schema.Columns.Where(column => column.IsFeature).Select(column => new Block(column.Name, column, (offset += column.FeatureCount) - column.FeatureCount, column.FeatureCount))];
    }

    /// <inheritdoc cref="Inspection.Importance"/>
    /// <exception cref="UsageException">An option out of its range, or a metric that the rows do not have.</exception>
    public Importance Importance(ImportanceOptions options)
    {
        options.Validate();
        int[] rows = Sample(options.Rows, options.Seed);
        Dataset<T> sample = _data.Select(rows);
        Targets<double> targets = _targets.Select(rows);
        double[]? weights = _weights is null ? null : Array.ConvertAll(rows, row => _weights[row]);
        double[]? scales = _schema?.Target.Scales?.ToArray();
        Evaluation Measure(T[] x)
        {
            OutputReader<T> outputs = _scorer.Score(x, rows);
            return Evaluator<T>.Measure(OutputLoss.Mean(outputs, sample), outputs, targets, weights, scales, _schema?.Target.Thresholds);
        }

        int width = sample.FeatureCount;
        T[] own = [.. sample.Features], changed = [.. own];
        Evaluation baseline = Measure(own);
        var figure = new WatchedFigure(MetricOf(baseline, options.Metric));
        double before = figure.Of(baseline);
        var columns = new List<ColumnImportance>();
        foreach (Block block in _blocks)
        {
            double[] losses = new double[options.Repeats];
            for (int repeat = 0; repeat < losses.Length; repeat++)
            {
                var order = new RowPermutation(rows.Length, options.Seed, repeat); // of all columns the same: what a column loses depends on no other
                for (int row = 0; row < rows.Length; row++)
                {
                    own.AsSpan((order[row] * width) + block.Offset, block.Width).CopyTo(changed.AsSpan((row * width) + block.Offset));
                }

                losses[repeat] = figure.Of(Measure(changed)) - before;
            }

            for (int row = 0; row < rows.Length; row++)
            {
                own.AsSpan((row * width) + block.Offset, block.Width).CopyTo(changed.AsSpan((row * width) + block.Offset));
            }

            columns.Add(new(block.Name, losses));
        }

        return new(
            figure.Name, figure.Name == WatchedFigure.Loss ? baseline.Loss : baseline[figure.Name], rows.Length, _data.Rows, options.Repeats, options.Seed,
            [.. columns.OrderByDescending(column => column.Mean)], [.. _schema?.Columns.Where(column => !column.IsFeature).Select(column => column.Name) ?? []]);
    }

    /// <summary>What one measurement of every column costs, in multiplications of a forward pass, without the networks beside each other.</summary>
    public double CostOfARow => (double)_blocks.Length * _scorer.Definition.ParameterCount;

    /// <inheritdoc cref="Inspection.PartialDependence"/>
    /// <param name="name">The column.</param>
    /// <param name="points">The most cells.</param>
    /// <param name="most">The most rows; where there are more, so many are drawn.</param>
    /// <param name="seed">What they are drawn by.</param>
    /// <exception cref="UsageException">The model sees no such column.</exception>
    public PartialDependence PartialDependence(string name, int points, int most, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        int at = Array.FindIndex(_blocks, block => block.Name == name);
        Block one = at >= 0 ? _blocks[at] : throw new UsageException(Suggestion.Unknown("column", name, [.. _blocks.Select(block => block.Name)]));
        (string[] cells, double[] positions, T[] put) = Grid(one, at, points);
        int[] rows = Sample(most, seed);
        Dataset<T> sample = _data.Select(rows);
        T[] x = [.. sample.Features];
        int width = sample.FeatureCount;
        double[][]? means = null;
        IReadOnlyList<string> outputs = [];
        for (int cell = 0; cell < cells.Length; cell++)
        {
            for (int row = 0; row < rows.Length; row++)
            {
                put.AsSpan(cell * one.Width, one.Width).CopyTo(x.AsSpan((row * width) + one.Offset));
            }

            var said = Predictions.Of(_scorer.Score(x, rows), rows.Length, _schema?.Target);
            outputs = said.Labels.Count > 0 ? said.Labels : said.Targets;
            means ??= [.. outputs.Select(_ => new double[cells.Length])];
            for (int output = 0; output < means.Length; output++)
            {
                means[output][cell] = Mean(said.NumbersOf(output));
            }
        }

        return new(name, one.Spec?.Kind ?? FeatureKind.Numeric, cells, positions, outputs, means ?? [], rows.Length);
    }

    private static double Mean(ReadOnlySpan<double> numbers)
    {
        CompensatedSum sum = default;
        foreach (double number in numbers)
        {
            sum.Add(number);
        }

        return sum.Value / numbers.Length;
    }

    /// <summary>Cells of a column, and the features that they become. They are those of rows of the table, so that they mean what they mean there.</summary>
    private (string[] Cells, double[] Positions, T[] Features) Grid(Block block, int place, int points)
    {
        Table table = CellsOf(block.Name, place);
        Column column = table.Columns[0];
        FeatureColumn? spec = block.Spec;
        T[] Encode(Table rows) => spec is null ? Array.ConvertAll(rows.Columns[0].Numbers.ToArray(), T.CreateTruncating)
            : new FeatureEncoder<T>(rows, new() { BadCells = BadCells.Missing }, isSaid: false).Encode([spec], null);
        int[] present = [.. Enumerable.Range(0, table.Rows).Where(row => !column.IsMissing(row))];
        bool isNumber = spec is null or { Kind: FeatureKind.Numeric }, hasOrder = isNumber || spec!.Kind == FeatureKind.Date;
        int[] chosen;
        double[] positions = [];
        if (hasOrder)
        {
            NumberCells numbers = isNumber ? new(column, spec?.Format, spec?.TakesBooleans ?? false) : default;
            T[] dates = isNumber ? [] : Encode(table);
            double Position(int row) => isNumber ? numbers[row] : (double.CreateTruncating(dates[row * block.Width]) * spec!.Scale) + spec.Mean;
            double[] sorted = [.. present.Select(Position)];
            Array.Sort(sorted, present);
            int first = sorted.TakeWhile(double.IsNaN).Count(); // NaN sorts first
            (sorted, present) = (sorted[first..], present[first..]);
            int[] places = [.. Quantiles(sorted, points)];
            chosen = [.. places.Select(n => present[n])];
            positions = [.. places.Select(n => sorted[n])];
        }
        else
        {
            chosen = [.. present.GroupBy(row => column.Text(row), StringComparer.Ordinal).OrderByDescending(group => group.Count()).Take(points).Select(group => group.First())];
        }

        T[] put = chosen.Length == 0 ? [] : Encode(table.Select(chosen));
        return ([.. chosen.Select((row, n) => isNumber ? positions[n].ToString("G6", CultureInfo.InvariantCulture) : column.Text(row)!)], positions, put);
    }

    /// <summary>Places in sorted numbers, from the 2nd to the 98th per cent, each number once; all different ones where they are few.</summary>
    private static IEnumerable<int> Quantiles(double[] sorted, int points)
    {
        int[] different = [.. Enumerable.Range(0, sorted.Length).Where(n => n == 0 || sorted[n] != sorted[n - 1])];
        return different.Length <= points ? different
            : Enumerable.Range(0, points).Select(n => (int)Math.Round((sorted.Length - 1) * (0.02 + (0.96 * n / (points - 1))))).DistinctBy(n => sorted[n]);
    }

    /// <summary>A column of the table by itself.</summary>
    private Table CellsOf(string name, int place)
    {
        SourceRows source = _source ?? throw new InvalidOperationException("no table is kept whose cells could be put in place");
        return source.Table is { } table
            ? table.With([table.Find(name) ?? throw new UsageException($"'{source.Name}' has no column '{name}'")])
            : new(source.Name, [new(name, ColumnType.Real, [.. Enumerable.Range(0, source.X!.Rows).Select(row => source.X.Values[(row * source.X.Columns) + place])])]);
    }

    private static string NameOf(SourceRows? source, int features, int c) =>
        source?.Table is { } table && table.Columns.Count == features ? table.Columns[c].Name : string.Create(CultureInfo.InvariantCulture, $"x{c}");

    /// <summary>Rows in their order.</summary>
    private int[] Sample(int most, ulong seed)
    {
        int[] rows = [.. Enumerable.Range(0, _data.Rows).Where(row => _weights is null || _weights[row] != 0)];
        rows = rows.Length == 0 ? [.. Enumerable.Range(0, _data.Rows)] : rows;
        if (most == 0 || rows.Length <= most)
        {
            return rows;
        }

        var order = new RowPermutation(rows.Length, seed ^ SampleStream, 0);
        return [.. Enumerable.Range(0, most).Select(n => rows[order[n]]).Order()];
    }

    /// <exception cref="UsageException">The rows do not have it.</exception>
    private static string MetricOf(Evaluation baseline, string? asked)
    {
        string[] names = [WatchedFigure.Loss, .. baseline.Metrics.Select(metric => metric.Key)];
        string name = asked ?? s_usual.FirstOrDefault(usual => names.Contains(usual) && !baseline.Reasons.ContainsKey(usual)) ?? WatchedFigure.Loss;
        return !names.Contains(name) ? throw new UsageException(Suggestion.Unknown("metric of these rows", name, names)) { Settings = ["Metric"] }
            : baseline.Reasons.TryGetValue(name, out string? why) ? throw new UsageException($"the rows have no {name}: {why}") { Settings = ["Metric"] }
            : name;
    }

    private static Targets<double> Exact(Targets<T> targets) => targets.IsEmpty ? Targets<double>.None
        : targets.AreClasses ? Targets<double>.Classes(targets.ClassIndices.ToArray(), targets.Count)
        : Targets<double>.Values(Array.ConvertAll(targets.AllValues.ToArray(), double.CreateTruncating), targets.Count);

    /// <summary>The features that a column became.</summary>
    private readonly record struct Block(string Name, FeatureColumn? Spec, int Offset, int Width);
}
