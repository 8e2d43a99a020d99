using System.Globalization;
using Backprop.Tables.Cells;

namespace Backprop.Tables.Schemas;

/// <summary>Decides what the target columns hold. Values are looked at, never how a file stores them: 1, 1.0 and "1" are the same.</summary>
internal sealed class TargetInference(Table table, TableOptions options)
{
    /// <summary>Whole numbers of at most this many different values can be classes.</summary>
    private const int MostWholeClasses = 20;

    /// <summary>The rows that each of them has on average.</summary>
    private const int RowsOfAClass = 5;

    public TargetColumns Infer(IReadOnlyList<string> names, Notes? notes)
    {
        Column[] columns = [.. names.Select(name => table.Find(name)!)];
        foreach (Column column in columns)
        {
            int infinite = column.Numbers.IndexOfAny(double.PositiveInfinity, double.NegativeInfinity);
            if (infinite >= 0)
            {
                throw new DataException($"{table.Place(infinite)}, column '{column.Name}': '{column.Text(infinite)}' found, a finite number expected as the target");
            }

            if (Enumerable.Range(0, table.Rows).All(column.IsMissing))
            {
                throw TargetEncoder.Missing(table, column, 0);
            }
        }

        return columns.Length == 1 ? One(columns[0], notes) : Values(columns, notes);
    }

    private TargetColumns One(Column column, Notes? notes)
    {
        bool isGuessed = options.Task == TableTask.Auto, isClass = options.Task == TableTask.Classification;
        double[]? numbers = column.Type == ColumnType.Boolean ? null : NumbersOf(column, null, out _, out _);
        if (isGuessed)
        {
            isClass = column.Type == ColumnType.Boolean || (column.IsText && numbers is null) ? IsTextClass(column) : AreClasses(column, numbers!);
        }

        TargetColumns target = isClass ? Classes(column, notes) : Values([column], null);
        if (isClass)
        {
            Say(target, column, isGuessed, notes);
        }
        else if (isGuessed)
        {
            NumberStatistics statistics = NumberStatistics.Of(new(new Column(column.Name, ColumnType.Real, numbers!), null), [.. Enumerable.Range(0, table.Rows)]);
            notes?.Add(new($"target '{column.Name}': values from {statistics.Minimum.ToString("G6", CultureInfo.InvariantCulture)} to {statistics.Maximum.ToString("G6", CultureInfo.InvariantCulture)}", false, "Task = classification") { IsGuess = true });
        }

        return target;
    }

    private void Say(TargetColumns target, Column column, bool isGuessed, Notes? notes)
    {
        if (notes is null)
        {
            return;
        }

        IReadOnlyList<string> labels = target.Labels!;
        if (isGuessed)
        {
            notes.Add(new($"target '{column.Name}': {(labels.Count == 1 ? "1 class" : $"{labels.Count} classes")} ({string.Join(", ", labels.Take(8))}{(labels.Count > 8 ? ", …" : "")})", false, "Task = regression") { IsGuess = true });
        }

        if (labels.Count == 1)
        {
            notes.Add(new($"target '{column.Name}': every row is of class {labels[0]}, there is nothing to tell apart", false));
            return;
        }

        int[] counts = new int[labels.Count];
        foreach (int label in TargetEncoder.Classes(target, table, passMissing: true))
        {
            if (label >= 0)
            {
                counts[label]++;
            }
        }

        string[] single = [.. labels.Where((_, label) => counts[label] < 2)];
        if (single.Length > 0)
        {
            notes.Add(new($"target '{column.Name}': {(single.Length == 1 ? "a class has" : $"{single.Length} classes have")} one row only ({string.Join(", ", single.Take(8))}{(single.Length > 8 ? ", …" : "")})", false));
        }
    }

    /// <summary>Text is classes, unless it is meant to be something else.</summary>
    private bool IsTextClass(Column column)
    {
        if (column.Type == ColumnType.Boolean)
        {
            return true;
        }

        var counts = new TextCounts(column, []);
        NumberFormat format = NumberTexts.Best(column, counts);
        double[] numbers = NumberCells.OfCodes(column, format, takesBooleans: false);
        (double share, int firstOther) = counts.Share(code => !double.IsNaN(numbers[code]));
        if (share >= FeatureInference.MostlyShare || (share > 0 && counts.Share(code => !double.IsNaN(numbers[code]) || NumberText.IsInfinity(column.Values[code])).Share == 1))
        {
            throw NoNumber(column, firstOther, "a number expected as in the other rows");
        }

        return counts.Codes.All(code => DateForm.Known.Any(form => form.TryParse(column.Values[code], out _)))
            ? throw new DataException($"'{table.Source}', column '{column.Name}': dates found ('{column.Values[counts.Codes[0]]}'), numbers or classes expected as the target") { Settings = ["Task = classification"] }
            : true;
    }

    private bool AreClasses(Column column, double[] numbers)
    {
        var different = new HashSet<double>();
        int present = 0;
        foreach (double number in numbers)
        {
            if (double.IsNaN(number))
            {
                continue;
            }

            present++;
            if (!double.IsInteger(number) || (different.Add(number) && different.Count > MostWholeClasses))
            {
                return false;
            }
        }

        int count = different.Any(number => Math.Abs(number) >= NumberTexts.InexactIntegers) ? new TextCounts(Written(column), []).Codes.Length : different.Count;
        return (count <= MostWholeClasses && present >= (long)RowsOfAClass * count) || different.All(number => number is 0 or 1) || different.All(number => number is 1 or -1);
    }

    /// <summary>The different labels as they are first written: numbers by size, text by its characters.</summary>
    private TargetColumns Classes(Column column, Notes? notes)
    {
        Column written = Written(column);
        var counts = new TextCounts(written, []);
        int[] codes = [.. counts.Codes];
        if (column.Type == ColumnType.Boolean || NumbersOf(written, column.IsText ? null : column.Format ?? NumberFormat.Plain, out double[] ofCode, out NumberFormat format) is null)
        {
            return new([column.Name], TargetKind.Class, [.. Spellings(written, codes).Order(StringComparer.Ordinal)]);
        }

        // The same number is the same label, unless a double cannot tell it from its neighbours.
        int[] kept = [.. codes.DistinctBy(code => Math.Abs(ofCode[code]) >= NumberTexts.InexactIntegers ? written.Values[code] : (object)(ofCode[code] + 0.0))];
        if (kept.Length < codes.Length)
        {
            int other = codes.Except(kept).First(), label = kept.First(code => ofCode[code] == ofCode[other]);
            int count = codes.Length - kept.Length;
            notes?.Add(new($"target '{column.Name}': {(count == 1 ? "1 spelling is taken for the class of" : $"{count} spellings are taken for the classes of")} the same number, the first '{written.Values[other]}' in row {counts.FirstRow[other]} for {written.Values[label]}", false));
        }

        return new([column.Name], TargetKind.Class, [.. kept.OrderBy(code => ofCode[code]).ThenBy(code => written.Values[code], StringComparer.Ordinal).Select(code => written.Values[code])])
        {
            Formats = format == NumberFormat.Plain ? null : [format],
        };
    }

    /// <summary>The different texts; of true and false, in whatever case, the first two.</summary>
    private static IEnumerable<string> Spellings(Column column, int[] codes) => codes.Select(code => column.Values[code]) is var texts && BooleanText.ArePair(texts)
        ? texts.DistinctBy(text => BooleanText.TryParse(text, out bool value) && value)
        : texts;

    private Column Written(Column column) => table.AsWritten([column.Name]).Find(column.Name)!;

    private TargetColumns Values(Column[] columns, Notes? notes)
    {
        string[] names = [.. columns.Select(column => column.Name)];
        var formats = new NumberFormat?[columns.Length];
        var numbers = new double[columns.Length][];
        for (int n = 0; n < columns.Length; n++)
        {
            Column column = columns[n];
            if (!column.IsText)
            {
                (formats[n], numbers[n]) = (column.Format, column.Numbers.ToArray());
                continue;
            }

            var counts = new TextCounts(column, []);
            NumberFormat format = NumberTexts.Best(column, counts);
            bool areTruths = BooleanText.ArePair(counts.Codes.Select(code => column.Values[code])); // 1 and 0, as true and false of other files
            double[] ofCode = NumberCells.OfCodes(column, format, areTruths);
            (double share, int firstOther) = counts.Share(code => !double.IsNaN(ofCode[code]));
            if (share < 1)
            {
                throw NoNumber(column, firstOther, "a number expected as target value", share);
            }

            var cells = new NumberCells(column, format, areTruths);
            (formats[n], numbers[n]) = (format, [.. Enumerable.Range(0, table.Rows).Select(row => cells[row])]);
        }

        IReadOnlyList<NumberFormat?>? kept = formats.Any(format => format is not null && format != NumberFormat.Plain) ? formats : null;
        if (columns.Length > 1 && numbers.All(values => values.All(value => double.IsNaN(value) || value is 0 or 1)))
        {
            notes?.Add(new($"targets {ColumnNotes.Names(names)}: flags, 0 or 1", false) { IsGuess = true });
            return new(names, TargetKind.Flags) { Formats = kept };
        }

        if (!options.ScaleTargets)
        {
            return new(names, TargetKind.Values) { Formats = kept };
        }

        int[] rows = options.TrainingRows is { } training ? [.. training] : [.. Enumerable.Range(0, table.Rows)];
        NumberStatistics[] statistics = [.. numbers.Select(values => NumberStatistics.Of(new(new Column("", ColumnType.Real, values), null), rows))];
        for (int n = 0; n < columns.Length; n++)
        {
            if (statistics[n].Count > 0 && !statistics[n].IsFinite)
            {
                int worst = rows.Where(row => !double.IsNaN(numbers[n][row])).MaxBy(row => Math.Abs(numbers[n][row]));
                throw new DataException($"{table.Place(worst)}, column '{names[n]}': '{columns[n].Text(worst)}' found, which is too large to take a mean and a deviation of");
            }
        }

        return new(names, TargetKind.Values, null, [.. statistics.Select(one => one.Mean)], [.. statistics.Select(one => one.Deviation > 0 ? one.Deviation : 1)]) { Formats = kept };
    }

    /// <summary>The numbers of all rows (NaN: missing) and of each text; null: not all are numbers.</summary>
    /// <param name="column">Numbers, or text.</param>
    /// <param name="known">How texts are written; null: as most of them look.</param>
    /// <param name="ofCode">The number of each text.</param>
    /// <param name="format">How they are written.</param>
    private static double[]? NumbersOf(Column column, NumberFormat? known, out double[] ofCode, out NumberFormat format)
    {
        (ofCode, format) = ([], known ?? NumberFormat.Plain);
        if (!column.IsText)
        {
            return column.Numbers.ToArray();
        }

        var counts = new TextCounts(column, []);
        format = known ?? NumberTexts.Best(column, counts);
        double[] numbers = ofCode = NumberCells.OfCodes(column, format, takesBooleans: false);
        return counts.Codes.All(code => !double.IsNaN(numbers[code]))
            ? [.. column.Codes.ToArray().Select(code => code < 0 ? double.NaN : numbers[code])]
            : null;
    }

    private DataException NoNumber(Column column, int row, string expected, double share = 1) => new($"{table.Place(row)}, column '{column.Name}': '{column.Text(row)}' found, {expected}")
    {
        Settings = share < FeatureInference.MostlyShare ? ["Task = classification"] : [$"Missing = '{column.Text(row)}'", "BadCells = missing, MissingTarget = drop", "Task = classification"],
    };
}
