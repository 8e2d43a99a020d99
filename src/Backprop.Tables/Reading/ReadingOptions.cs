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

    /// <summary>As what a column is read.</summary>
    internal ColumnReadingKind Kind(string column) => Of(column)?.Kind ?? ColumnReadingKind.Auto;

    /// <summary>How a column is read; null: as it looks.</summary>
    internal ColumnReading? Of(string column) => Columns?.GetValueOrDefault(column) ?? (Others == ColumnReadingKind.Auto ? null : new(Others));

    /// <summary>The same for a file that has no column which is looked for: whoever asked can say which are missing.</summary>
    internal ReadingOptions OfAll() => this with { Columns = null, Others = ColumnReadingKind.Auto };

    /// <summary>What stands for a missing cell unless it is said otherwise.</summary>
    public static IReadOnlyList<string> DefaultMissing { get; } = ["NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "None", "?"];
}
