using System.Text;

namespace Backprop.Tables.Reading;

/// <summary>How a file of cells is read. What is null is found from its first lines, and said.</summary>
public sealed record ReadingOptions
{
    /// <summary>What stands between cells; ' ' stands for any number of blanks.</summary>
    public char? Separator { get; init; }

    /// <summary>The decimal mark of all columns: a point or a comma.</summary>
    public char? Decimal { get; init; }

    /// <summary>Whether the first line has the columns' names.</summary>
    public bool? Header { get; init; }

    /// <summary>The encoding; null: UTF-8, or UTF-16 where a mark says so.</summary>
    public Encoding? Encoding { get; init; }

    /// <summary>What stands for a missing cell, beside nothing at all; null: <see cref="DefaultMissing"/>.</summary>
    public IReadOnlyList<string>? Missing { get; init; }

    /// <summary>How columns are read that a schema knows, by name; columns that are not named are read as they look.</summary>
    public IReadOnlyDictionary<string, ColumnReading>? Columns { get; init; }

    /// <summary>How columns are read that <see cref="Columns"/> does not name; <see cref="ColumnReadingKind.Skip"/> leaves them out, and in <see cref="Table.Skipped"/>.</summary>
    public ColumnReadingKind Others { get; init; }

    /// <summary>Of the columns of a file those that nobody wants; they are not read where each can be read by itself. Null: all are wanted.</summary>
    internal Func<IReadOnlyCollection<string>, IReadOnlyCollection<string>>? Unused { get; init; }

    /// <summary>Whether a model takes the rows: a column that it does not name is left out, and said, where it has no cells (lists, structures, bytes).</summary>
    internal bool IsForModel { get; init; }

    /// <summary>Whether a list or an object in the place of a cell is a missing one, as other cells are that cannot be read; otherwise that is an error.</summary>
    internal bool OddIsMissing { get; init; }

    /// <summary>Whether a file may have no column that is read; otherwise all are, so that whoever asked can say which are missing.</summary>
    public bool MayFindNothing => IsForModel || Unused is not null;

    /// <summary>Whether a column is left out if it has no cells; otherwise that is an error.</summary>
    public bool LeavesOut(string column) => IsForModel && Columns?.ContainsKey(column) != true;

    /// <summary>What is said of a column that is left out.</summary>
    public static Note LeftOut(string source, string column, string what) => new($"'{source}', column '{column}': {what} found, which is no cell: the column is left out", IsLoss: true);

    /// <summary>The same for a file of these columns, of which those are not read that nobody wants.</summary>
    public ReadingOptions For(IReadOnlyCollection<string> names)
    {
        if (Unused is null)
        {
            return this;
        }

        Dictionary<string, ColumnReading> columns = new(Columns ?? new Dictionary<string, ColumnReading>(), StringComparer.Ordinal);
        foreach (string name in Unused(names))
        {
            columns[name] = new(ColumnReadingKind.Skip);
        }

        return this with { Columns = columns, Unused = null };
    }

    /// <summary>As what a column is read.</summary>
    internal ColumnReadingKind Kind(string column) => Of(column)?.Kind ?? ColumnReadingKind.Auto;

    /// <summary>How a column is read; null: as it looks.</summary>
    public ColumnReading? Of(string column) => Columns?.GetValueOrDefault(column) ?? (Others == ColumnReadingKind.Auto ? null : new(Others));

    /// <summary>The same for a file that has no column which is looked for: whoever asked can say which are missing.</summary>
    public ReadingOptions OfAll() => this with { Columns = null, Others = ColumnReadingKind.Auto, Unused = null };

    /// <summary>What stands for a missing cell unless it is said otherwise.</summary>
    public static IReadOnlyList<string> DefaultMissing { get; } = ["NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "None", "?"];
}
