using System.Globalization;
using Backprop.Tables;
using Backprop.Tables.Cells;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;

namespace Backprop.Onnx.Graphs;

/// <summary>
/// What texts become in a column of text: operators can only compare them, so that all that count are listed, and what becomes of each is asked of the schema itself. A cell is
/// taken without blanks around it, as reading a file takes it.
/// </summary>
internal sealed class TextEncoding
{
    /// <summary>The days whose dates are listed, beside those of training: 1900-01-01 to 2100-12-31.</summary>
    private static readonly DateOnly s_firstDay = new(1900, 1, 1), s_lastDay = new(2100, 12, 31);

    /// <summary>Years that lie farther apart from what is listed are single days, such as 9999-12-31 for never.</summary>
    private static readonly DateOnly s_earliest = new(1600, 1, 1), s_latest = new(2400, 12, 31);

    private static readonly string[] s_forms = ["R", "F0", "F1", "F2", "F3"];

    private readonly float[] _vectors; // of each text
    private readonly string[] _texts;
    private readonly int _width;

    private TextEncoding(FeatureColumn column, TableSchema schema, IEnumerable<string> texts)
    {
        var marked = new MissingCells(schema.Missing);
        string[] all = [.. texts], missing = ["", .. MissingTexts(marked).Concat(all.Where(text => text.Length > 0 && marked.Contains(text))).Distinct()];
        string?[] cells = [.. missing.Select(_ => (string?)null), .. _texts = [.. all.Except(missing)]];
        var alone = new TableSchema([column], new([""], TargetKind.Values));
        _width = column.FeatureCount;
        _vectors = alone.Transform<float>(new Table("", [new Column(column.Name, cells)]), needTargets: false).Features.ToArray();
        _texts = [.. missing, .. _texts];
    }

    /// <summary>The features of each different row of the table that <see cref="Rows"/> count, [Rows×Features].</summary>
    public List<float[]> Table { get; } = [];

    /// <summary>The row of each text.</summary>
    public List<KeyValuePair<string, int>> Rows { get; } = [];

    /// <summary>What is listed of the texts that stand for a missing cell: a marker that is a number counts however it is written, which no operator sees.</summary>
    public static IEnumerable<string> MissingTexts(MissingCells missing) => missing.Markers.Concat(missing.Numbers.SelectMany(Numbers)).Distinct();

    /// <summary>true, false and what is missing.</summary>
    public static TextEncoding OfBooleans(FeatureColumn column, TableSchema schema) => new TextEncoding(column, schema, Spellings()).Tabulated();

    /// <summary>Days as ISO 8601 writes them.</summary>
    public static TextEncoding OfDays(FeatureColumn column, TableSchema schema)
    {
        DateOnly?[] trained = [DayOf(column.Minimum), DayOf(column.Maximum)];
        IEnumerable<DateOnly> near = trained.OfType<DateOnly>().Where(day => day >= s_earliest && day <= s_latest);
        DateOnly first = near.Prepend(s_firstDay).Min(), last = near.Prepend(s_lastDay).Max();
        IEnumerable<DateOnly> days = Enumerable.Range(first.DayNumber, last.DayNumber - first.DayNumber + 1).Select(DateOnly.FromDayNumber);
        return new TextEncoding(column, schema, days.Concat(trained.OfType<DateOnly>()).Distinct().Select(day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))).Tabulated();
    }

    /// <summary>Which of a column's features is 1: −1 none. A number is one category however it is written; listed is what <see cref="Numbers(double)"/> gives.</summary>
    /// <param name="column">Categories.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="other">What stands for whatever is not listed.</param>
    public static List<KeyValuePair<string, int>> PlacesOfCategories(FeatureColumn column, TableSchema schema, out int other)
    {
        IReadOnlyList<string> categories = column.Categories!;
        IEnumerable<string> texts = categories.SelectMany(category => new[] { category, category.Trim() }.Concat(Numbers(category)));
        var encoding = new TextEncoding(column, schema, [.. texts.Concat(BooleanText.ArePair(categories) ? Spellings() : []).Distinct()]);
        int none = other = column.SharesRare ? categories.Count : -1;
        return [.. encoding._texts.Select((text, n) => KeyValuePair.Create(text, encoding.Vector(n).IndexOf(1f))).Where((place, n) => place.Value != none || n == 0)];
    }

    private ReadOnlySpan<float> Vector(int text) => _vectors.AsSpan(text * _width, _width);

    private TextEncoding Tabulated()
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int n = 0; n < _texts.Length; n++)
        {
            string key = Convert.ToBase64String(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Vector(n)));
            if (!known.TryGetValue(key, out int row))
            {
                known.Add(key, row = Table.Count);
                Table.Add(Vector(n).ToArray());
            }

            Rows.Add(new(_texts[n], row));
        }

        return this;
    }

    /// <summary>Spellings of the number that a category is.</summary>
    private static IEnumerable<string> Numbers(string category) => NumberFormat.Plain.TryParse(category, out double number) ? Numbers(number) : [];

    /// <summary>The shortest, and those with up to three places that are the same number.</summary>
    private static IEnumerable<string> Numbers(double number) => s_forms
        .Select(form => number.ToString(form, CultureInfo.InvariantCulture)).Where(text => double.Parse(text, CultureInfo.InvariantCulture) == number).Distinct();

    /// <summary>All that is read as true or false: each word in every mixture of small and capital letters, and 1 and 0.</summary>
    private static IEnumerable<string> Spellings() => BooleanText.Words.SelectMany(word => Enumerable.Range(0, 1 << word.Length)
        .Select(capitals => string.Concat(word.Select((letter, n) => (capitals >> n & 1) == 1 ? char.ToUpperInvariant(letter) : letter)))).Concat(["1", "0", "1.0", "0.0"]);

    private static DateOnly? DayOf(double days) => double.IsNaN(days) ? null : DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(Math.Floor(days)));
}
