using System.Globalization;
using Backprop.Tables.Cells;

namespace Backprop.Tables.Schemas;

/// <summary>Decides what one column is, over all rows, and takes its statistics, over those of training.</summary>
internal sealed class FeatureInference(Table table, TableOptions options, ColumnRoles roles, int[] training)
{
    private readonly int _used = roles.Used(table);

    /// <summary>The share of numbers, or dates, from which a column is one of them with a few wrong cells.</summary>
    public const double MostlyShare = 0.9;

    /// <summary>Texts of at most this many values are categories, however few rows there are; and all of them are kept.</summary>
    private const int FewCategories = 9;

    private const int MostCategories = 1000;

    /// <summary>The rows that a category takes to be kept where there are more than a few.</summary>
    private const int RowsOfACategory = 5;

    /// <summary>Fewer rows count by 1 by accident.</summary>
    private const int RowsOfACount = 10;

    private static readonly string[] s_identifiers = ["ID", "KEY", "UUID", "GUID", "INDEX"];

    /// <summary>What becomes of a column.</summary>
    /// <param name="column">A column, as it was read.</param>
    /// <param name="written">The same, as its cells are written, where its role asks for that.</param>
    /// <param name="notes">What there is to say.</param>
    /// <exception cref="DataException">It cannot be used, or nobody can tell as what.</exception>
    public FeatureColumn Infer(Column column, Column written, List<Note> notes)
    {
        FeatureKind? role = roles.Of(column.Name);
        switch (role)
        {
            case FeatureKind.Ignored:
                return new(column.Name, FeatureKind.Ignored, Why: ColumnNotes.AsTold);
            case FeatureKind.Id:
                return new(column.Name, FeatureKind.Id);
            case FeatureKind.Categorical:
                return Categories(written, new(written, training), isAsked: true, notes) with { Format = column.Format == NumberFormat.Plain ? null : column.Format };
            case FeatureKind.Date:
                return Date(written, new(written, training), roles.Form(column.Name), isAsked: true);
        }

        return !column.IsText ? OfNumbers(column, role, notes)
            : new TextCounts(column, training) is var counts && counts.Present == 0 ? Nothing(column, true)
            : OfTexts(column, counts, role, notes);
    }

    private FeatureColumn OfNumbers(Column column, FeatureKind? role, List<Note> notes)
    {
        ReadOnlySpan<double> numbers = column.Numbers;
        int infinite = numbers.IndexOfAny(double.PositiveInfinity, double.NegativeInfinity);
        if (infinite >= 0)
        {
            throw Infinite(column, infinite);
        }

        var cells = new NumberCells(column, null);
        if (!options.Preprocess)
        {
            return Plain(column, cells, null);
        }

        if (column.Type == ColumnType.Boolean && role is null)
        {
            NumberStatistics all = NumberStatistics.Of(cells, training);
            bool gaps = all.Count < training.Length;
            return all.Count == 0 ? Nothing(column, numbers.IndexOfAnyExcept(double.NaN) < 0)
                : all.IsConstant && !gaps ? Constant(column, all.Minimum != 0 ? "true" : "false")
                : new(column.Name, FeatureKind.Boolean) { HadMissing = gaps };
        }

        return Number(column, cells, column.Format, role, notes) with { TakesBooleans = column.Type == ColumnType.Boolean };
    }

    private FeatureColumn OfTexts(Column column, TextCounts counts, FeatureKind? role, List<Note> notes)
    {
        NumberInference inference = NumberTexts.Infer(column, counts);
        NumberFormat format = inference.Closest;
        double[] numbers = NumberCells.OfCodes(column, format, takesBooleans: false);
        (double share, int firstOther) = counts.Share(code => !double.IsNaN(numbers[code]));
        bool isBoolean = BooleanText.ArePair(counts.Codes.Select(code => column.Values[code]));
        if (share == 1)
        {
            NumberFormat? written = counts.Codes.Any(code => double.IsNaN(column.TypedNumber(code))) ? format : null;
            var cells = new NumberCells(column, written);
            double[] otherwise = written is not null && inference.Other is { } other ? NumberCells.OfCodes(column, other, takesBooleans: false) : numbers;
            if (counts.Codes.FirstOrDefault(code => otherwise[code] != numbers[code], -1) is >= 0 and var doubtful)
            {
                notes.Add(new($"column '{column.Name}': '{column.Values[doubtful]}' is taken for {Short(numbers[doubtful])}, it could be {Short(otherwise[doubtful])} too", false, $"Decimal = {inference.Other!.Decimal}"));
            }

            return options.Preprocess ? Number(column, cells, written, role, notes) : Plain(column, cells, written);
        }

        if (role == FeatureKind.Numeric && isBoolean && options.Preprocess)
        {
            return Number(column, new(column, null, takesBooleans: true), null, role, notes) with { TakesBooleans = true };
        }

        if (role == FeatureKind.Numeric || !options.Preprocess)
        {
            throw new DataException($"{At(column, firstOther)}, a number expected{(options.Preprocess ? "" : ": without preprocessing every feature is one")}")
            {
                Settings = options.Preprocess ? Deciders(column, firstOther) : ["Preprocess = auto", $"Ignore = {column.Name}"],
            };
        }

        if (isBoolean)
        {
            bool gaps = counts.PresentInTraining < training.Length;
            string[] seen = [.. counts.Codes.Where(code => counts.Training[code] > 0).Select(code => column.Values[code])];
            return seen.Length == 0 ? Nothing(column, false)
                : !BooleanText.ArePair(seen) && !gaps ? Constant(column, seen[0])
                : new(column.Name, FeatureKind.Boolean) { HadMissing = gaps };
        }

        if (share > 0 && counts.Share(code => !double.IsNaN(numbers[code]) || NumberText.IsInfinity(column.Values[code])).Share == 1)
        {
            throw Infinite(column, firstOther);
        }

        if (IsIdentifier(column.Name) && counts.Codes.Length == counts.Present)
        {
            return Identifier(column);
        }

        if (share >= MostlyShare)
        {
            throw new DataException($"{At(column, firstOther)}, a number expected as in the other rows") { Settings = Deciders(column, firstOther) };
        }

        return DateForms(column, counts) is { Count: > 0 } forms ? Date(column, counts, Only(column, counts, forms), isAsked: false)
            : MixedForms(column, counts) is { } mixed ? OfMixedDates(column, counts, mixed, notes)
            : Categories(column, counts, isAsked: false, notes);
    }

    private FeatureColumn Plain(Column column, NumberCells cells, NumberFormat? format)
    {
        NumberStatistics statistics = NumberStatistics.Of(cells, training);
        return new(column.Name, FeatureKind.Numeric)
        {
            Format = format ?? column.Format,
            TakesBooleans = column.Type == ColumnType.Boolean,
            HadMissing = statistics.Count < training.Length,
            Minimum = statistics.Count == 0 ? double.NaN : statistics.Minimum,
            Maximum = statistics.Count == 0 ? double.NaN : statistics.Maximum,
        };
    }

    private FeatureColumn Number(Column column, NumberCells cells, NumberFormat? format, FeatureKind? role, List<Note> notes)
    {
        NumberStatistics statistics = NumberStatistics.Of(cells, training);
        bool gaps = statistics.Count < training.Length, isAsked = role == FeatureKind.Numeric;
        TextCounts? spellings = Spellings(column, cells, statistics, out Column written);
        bool isConstant = statistics.IsConstant && (spellings is null || spellings.Training.Count(rows => rows > 0) == 1);
        if (statistics.Count == 0)
        {
            return Nothing(column, Enumerable.Range(0, table.Rows).All(column.IsMissing));
        }

        if (!isAsked && isConstant && !gaps)
        {
            return Constant(column, Short(statistics.Minimum));
        }

        if (!isAsked && (spellings is null ? CountsRows(cells) : CountsRows(written)))
        {
            return Ignored(column, "a row number: it counts by 1 from row to row", nameof(options.Numeric));
        }

        if (!isAsked && IsIdentifier(column.Name) && (spellings is null ? AreDifferentWholes(cells) : spellings.Codes.Length == spellings.Present))
        {
            return Identifier(column);
        }

        if (!statistics.IsFinite)
        {
            int worst = training.Where(row => !double.IsNaN(cells[row])).MaxBy(row => Math.Abs(cells[row]));
            throw new DataException($"{table.Place(worst)}, column '{column.Name}': '{column.Text(worst)}' found, which is too large to take a mean and a deviation of") { Settings = [$"Ignore = {column.Name}"] };
        }

        if (spellings is not null)
        {
            int different = spellings.Codes.Length, left = spellings.Codes.Select(code => cells[spellings.FirstRow[code]]).Distinct().Count();
            string lost = left < different ? $" ({different} different ones become {left})" : "";
            notes.Add(new($"column '{column.Name}': whole numbers beyond 2^53 are taken as numbers, of which the last digits are lost{lost}", false, $"Categorical = {column.Name}", $"Ignore = {column.Name}"));
        }

        return new(column.Name, FeatureKind.Numeric, statistics.Mean, statistics.Deviation > 0 ? statistics.Deviation : 1, NumberStatistics.Median(cells, training, statistics.Count), gaps)
        {
            Format = format,
            IsFlagOnly = !isAsked && isConstant && gaps,
            HadMissing = gaps,
            Minimum = statistics.Minimum,
            Maximum = statistics.Maximum,
            IsBounded = options.Bins > 0,
            Edges = options.Bins > 0 && !isConstant ? QuantileEdges.Of(cells, training, statistics, options.Bins.Value, takesLevels: _used <= QuantileEdges.FewColumns) : null,
        };
    }

    /// <summary>How whole numbers are written where their doubles do not tell them apart; null: they do.</summary>
    private TextCounts? Spellings(Column column, NumberCells cells, NumberStatistics statistics, out Column written)
    {
        written = column;
        if (Math.Max(-statistics.Minimum, statistics.Maximum) < NumberTexts.InexactIntegers || !training.All(row => double.IsNaN(cells[row]) || double.IsInteger(cells[row])))
        {
            return null;
        }

        written = table.AsWritten([column.Name]).Find(column.Name)!;
        return new(written, training);
    }

    private FeatureColumn Categories(Column column, TextCounts counts, bool isAsked, List<Note> notes)
    {
        int different = counts.Codes.Length;
        if (!isAsked && IsIdentifier(column.Name) && different == counts.Present)
        {
            return Identifier(column);
        }

        if (!isAsked && different > FewCategories && 2L * different > counts.Present)
        {
            return Ignored(column, $"{different} different texts in {counts.Present} rows", nameof(options.Categorical)) is var ignored && AsDates(column, counts) is { } told ? ignored with { Remedy = told } : ignored;
        }

        bool gaps = counts.PresentInTraining < training.Length;
        int[] seen = [.. counts.Codes.Where(code => counts.Training[code] > 0)];
        if (seen.Length == 0)
        {
            return Nothing(column, counts.Present == 0);
        }

        int[] kept = seen.Length <= FewCategories ? seen :
        [
            .. seen.Where(code => counts.Training[code] >= RowsOfACategory)
                .OrderByDescending(code => counts.Training[code]).ThenBy(code => column.Values[code], StringComparer.Ordinal)
                .Take(MostCategories),
        ];
        int rare = seen.Length - kept.Length;
        if (!isAsked && kept.Length == 0)
        {
            return Ignored(column, $"{seen.Length} different texts, none of them in {RowsOfACategory} rows of training or more", nameof(options.Categorical));
        }

        if (!isAsked && seen.Length == 1 && !gaps)
        {
            return Constant(column, column.Values[seen[0]]);
        }

        if (rare > 0)
        {
            int rows = counts.PresentInTraining - kept.Sum(code => counts.Training[code]);
            notes.Add(new($"column '{column.Name}': {kept.Length} of {seen.Length} values are kept; {rare} {(kept.Length == MostCategories ? "rarer ones" : $"in fewer than {RowsOfACategory} rows each")} ({rows} rows in all) share one entry", false));
        }

        return new(column.Name, FeatureKind.Categorical, FlagsMissing: gaps, Categories: [.. kept.Select(code => column.Values[code]).Order(StringComparer.Ordinal)]) { SharesRare = rare > 0, HadMissing = gaps };
    }

    /// <summary>Dates of more than one form are no dates: nobody can tell what the next one means.</summary>
    private FeatureColumn OfMixedDates(Column column, TextCounts counts, string mixed, List<Note> notes)
    {
        FeatureColumn found = Categories(column, counts, isAsked: false, notes);
        string? told = AsDates(column, counts);
        if (found.Kind == FeatureKind.Ignored)
        {
            return found with { Why = $"dates of more than one form ({mixed}), {found.Why}", Remedy = told ?? found.Remedy };
        }

        notes.Add(new($"column '{column.Name}': dates of more than one form ({mixed}) are taken as texts", false, told is null ? [] : [told]));
        return found;
    }

    /// <summary>The first texts of two forms; null: not all are dates.</summary>
    private static string? MixedForms(Column column, TextCounts counts)
    {
        int[] forms = [.. counts.Codes.Select(code => Array.FindIndex([.. DateForm.Known], form => form.IsWritten(column.Values[code]))).TakeWhile(form => form >= 0)];
        int other = Array.FindIndex(forms, form => form != forms[0]);
        return forms.Length < counts.Codes.Length || other < 0 ? null : $"'{column.Values[counts.Codes[0]]}' and '{column.Values[counts.Codes[other]]}'";
    }

    /// <summary>The forms by which all cells are read if they are told.</summary>
    private static IEnumerable<string> Told(Column column, TextCounts counts) =>
        DateForm.Known.Concat(DateForm.Told).Where(form => counts.Codes.All(code => form.TryParse(column.Values[code], out _))).Select(form => $"Dates = {column.Name}={form}");

    /// <summary>What would make dates of all cells; null: nothing. Of several forms an error says which they are.</summary>
    private static string? AsDates(Column column, TextCounts counts) => Told(column, counts).Take(2).ToArray() switch
    {
        [] => null,
        [var one] => one,
        _ => $"Dates = {column.Name}",
    };

    private FeatureColumn Date(Column column, TextCounts counts, DateForm? form, bool isAsked)
    {
        if (counts.Present == 0)
        {
            return Nothing(column, true);
        }

        if (form is null)
        {
            List<DateForm> forms = DateForms(column, counts);
            form = forms.Count > 0 ? Only(column, counts, forms) : DateForm.Known.MaxBy(one => counts.Share(code => one.IsWritten(column.Values[code])).Share)!;
            if (forms.Count == 0 && MixedForms(column, counts) is { } mixed)
            {
                throw new DataException($"'{table.Source}', column '{column.Name}': dates of more than one form found ({mixed}), one form throughout expected, or the one beside ISO 8601 told") { Settings = [.. Told(column, counts), $"Categorical = {column.Name}", $"Ignore = {column.Name}"] };
            }
        }

        double[] days = new double[column.Values.Count];
        foreach (int code in counts.Codes)
        {
            days[code] = form.TryParse(column.Values[code], out double day) ? day
                : throw new DataException($"{At(column, counts.FirstRow[code])}, a date expected as {form}, or as ISO 8601 writes it") { Settings = [.. Told(column, counts), .. Deciders(column, counts.FirstRow[code])] };
        }

        var cells = new NumberCells(new Column(column.Name, ColumnType.Real, [.. CodesOf(column).Select(code => code < 0 ? double.NaN : days[code])]), null);
        NumberStatistics statistics = NumberStatistics.Of(cells, training);
        bool gaps = statistics.Count < training.Length;
        if (statistics.Count == 0)
        {
            return Nothing(column, false);
        }

        if (!isAsked && statistics.IsConstant && !gaps)
        {
            return Constant(column, column.Values[counts.Codes.First(code => counts.Training[code] > 0)]);
        }

        return new(column.Name, FeatureKind.Date, statistics.Mean, statistics.Deviation > 0 ? statistics.Deviation : 1, NumberStatistics.Median(cells, training, statistics.Count), gaps)
        {
            Date = form,
            Parts = DateFeatures.Varying(counts.Codes.Where(code => counts.Training[code] > 0).Select(code => days[code])),
            HadMissing = gaps,
            Minimum = statistics.Minimum,
            Maximum = statistics.Maximum,
        };
    }

    private static int[] CodesOf(Column column) => column.Codes.ToArray();

    /// <summary>The forms that all cells have; where most of them have one, the rest is an error.</summary>
    private List<DateForm> DateForms(Column column, TextCounts counts)
    {
        List<DateForm> left = [.. DateForm.Known];
        foreach (int code in counts.Codes)
        {
            left.RemoveAll(form => !form.IsWritten(column.Values[code]));
            if (left.Count == 0)
            {
                break;
            }
        }

        if (left.Count > 0)
        {
            return left;
        }

        foreach (DateForm form in DateForm.Known)
        {
            (double share, int firstOther) = counts.Share(code => form.IsWritten(column.Values[code]));
            if (share >= MostlyShare)
            {
                throw new DataException($"{At(column, firstOther)}, a date expected as in the other rows ({form})") { Settings = [.. Told(column, counts), .. Deciders(column, firstOther)] };
            }
        }

        return [];
    }

    private DateForm Only(Column column, TextCounts counts, List<DateForm> forms) => forms.Count == 1 ? forms[0]
        : throw new DataException($"{At(column, counts.FirstRow[counts.Codes[0]])}, and all its dates can be read as {string.Join(" and as ", forms)}: say which it is") { Settings = [.. forms.Select(form => $"Dates = {column.Name}={form}")] };

    private bool CountsRows(NumberCells cells)
    {
        double first = cells[0];
        if (table.Rows < RowsOfACount || !double.IsInteger(first))
        {
            return false;
        }

        for (int row = 1; row < table.Rows; row++)
        {
            if (cells[row] != first + row)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same of whole numbers as they are written.</summary>
    private bool CountsRows(Column written)
    {
        if (table.Rows < RowsOfACount || !Int128.TryParse(written.Text(0), CultureInfo.InvariantCulture, out Int128 first))
        {
            return false;
        }

        for (int row = 1; row < table.Rows; row++)
        {
            if (!Int128.TryParse(written.Text(row), CultureInfo.InvariantCulture, out Int128 number) || number - row != first)
            {
                return false;
            }
        }

        return true;
    }

    private bool AreDifferentWholes(NumberCells cells)
    {
        var seen = new HashSet<double>();
        for (int row = 0; row < table.Rows; row++)
        {
            double number = cells[row];
            if (!double.IsNaN(number) && (!double.IsInteger(number) || !seen.Add(number)))
            {
                return false;
            }
        }

        return seen.Count > 1;
    }

    /// <summary>Whether a name's last word is id, key, uuid or index, or its first word id: customer_id, PassengerId, "id number".</summary>
    private static bool IsIdentifier(string name)
    {
        List<Range> words = [];
        for (int n = 0, first = 0; n <= name.Length; n++)
        {
            bool isLetter = n < name.Length && char.IsLetter(name[n]), starts = isLetter && n > 0 && char.IsUpper(name[n]) && !char.IsUpper(name[n - 1]);
            if ((starts || !isLetter) && n > first)
            {
                words.Add(first..n);
                first = n;
            }

            first = isLetter ? first : n + 1;
        }

        return words.Count > 0 && (s_identifiers.Contains(name[words[^1]].ToUpperInvariant()) || name.AsSpan(words[0]).Equals("ID", StringComparison.OrdinalIgnoreCase));
    }

    private FeatureColumn Identifier(Column column) => Ignored(column, "an identifier: it is named like one, and every value is different", column.IsText ? nameof(options.Categorical) : nameof(options.Numeric));

    private FeatureColumn Constant(Column column, string value) => Ignored(column, $"always {value} in the rows of training", column.IsText ? nameof(options.Categorical) : nameof(options.Numeric));

    private static FeatureColumn Nothing(Column column, bool everywhere) => Ignored(column, everywhere ? "every cell is missing" : "every cell is missing in the rows of training", nameof(options.Ignore));

    private static FeatureColumn Ignored(Column column, string why, string option) => new(column.Name, FeatureKind.Ignored, Why: why) { Remedy = $"{option} = {column.Name}" };

    private DataException Infinite(Column column, int row) =>
        new($"{At(column, row)}, a finite number expected, or an empty cell where it is missing") { Settings = Deciders(column, row) };

    private string At(Column column, int row) => $"{table.Place(row)}, column '{column.Name}': '{(column.IsText ? column.Text(row) : Short(column.Numbers[row]))}' found";

    private static IReadOnlyList<string> Deciders(Column column, int row) => [$"Missing = '{column.Text(row)}'", $"Categorical = {column.Name}", $"Ignore = {column.Name}"];

    private static string Short(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
