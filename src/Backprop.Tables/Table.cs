using System.Diagnostics.CodeAnalysis;
using Backprop.Tables.Models;
using Backprop.Tables.Reading;

namespace Backprop.Tables;

/// <summary>Columns of equal length, in file order.</summary>
public sealed class Table
{
    private readonly Dictionary<string, Column> _byName;

    /// <summary>A table.</summary>
    /// <exception cref="DataException">No rows, no columns, two columns of one name, columns of unequal length.</exception>
    public Table(string source, IReadOnlyList<Column> columns) : this(source, columns, columns is { Count: > 0 } ? columns[0].Rows : 0)
    {
    }

    /// <summary>The same where rows may have no column that is wanted.</summary>
    /// <param name="source">Where it came from, for messages.</param>
    /// <param name="columns">In file order; none where nobody wants any.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <exception cref="DataException">No rows, two columns of one name, columns of another length.</exception>
    public Table(string source, IReadOnlyList<Column> columns, int rows)
    {
        ArgumentNullException.ThrowIfNull(columns);
        (Source, Columns, Rows) = (source, columns, rows);
        if (Rows == 0)
        {
            throw new DataException($"'{source}' has no rows");
        }

        _byName = new(columns.Count, StringComparer.Ordinal);
        foreach (Column column in columns)
        {
            if (column.Rows != Rows)
            {
                throw new DataException($"'{source}': {column.Rows} rows found in column '{column.Name}', {Rows} expected as in '{columns[0].Name}'");
            }

            if (!_byName.TryAdd(column.Name, column))
            {
                throw new DataException($"'{source}' has two columns named '{column.Name}'");
            }
        }
    }

    /// <summary>A table of objects: each public property that is a number, text, a truth value, a date, an enumeration or one of them that may be null is a column of its name.</summary>
    /// <param name="rows">The objects. A text of theirs means what it means as the cell of a file: blanks around it do not count, and the empty one and what stands for a missing cell are missing.</param>
    /// <param name="reading">What stands for a missing cell; null: <see cref="ReadingOptions.DefaultMissing"/>.</param>
    /// <exception cref="DataException">No rows, a row that is null, a property of another kind, a number that is not finite.</exception>
    public static Table From<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRow>(IEnumerable<TRow> rows, ReadingOptions? reading = null) => RowTable.Of(rows, reading);

    /// <summary>A table of rows of numbers, its columns called x0, x1, …; NaN is missing.</summary>
    /// <exception cref="DataException">No rows, rows of unequal length, a number that is infinite.</exception>
    public static Table From(double[][] rows) => RowTable.Of(rows, null, []);

    /// <summary>A table of rows of numbers with names for the columns; NaN is missing.</summary>
    /// <exception cref="DataException">No rows, rows of another length, a number that is infinite.</exception>
    public static Table From(double[][] rows, IReadOnlyList<string>? names) => RowTable.Of(rows, names, []);

    /// <summary>The same with further columns.</summary>
    internal static Table From(double[][] rows, Column more) => RowTable.Of(rows, null, [more]);

    /// <summary>Where it came from, for messages.</summary>
    public string Source { get; }

    /// <summary>In file order.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>The columns that the source has and the reader was told to leave out.</summary>
    public IReadOnlyList<string> Skipped { get; init; } = [];

    /// <summary>Whether each row names its own cells, as in JSON: a column that none of them has is one of missing cells.</summary>
    internal bool RowsNameCells { get; init; }

    /// <summary>Reads some of the columns again, by name, as they stand in a file that has types; null: they are as they stand.</summary>
    internal Func<IReadOnlyCollection<string>, Table>? Again { get; init; }

    /// <summary>Whether its file has a column, read or passed over.</summary>
    internal bool Has(string name) => Find(name) is not null || Skipped.Contains(name, StringComparer.Ordinal);

    /// <summary>The rows.</summary>
    public int Rows { get; }

    /// <summary>Where the rows stand, if they come from files.</summary>
    internal RowPlaces? Places { get; init; }

    /// <summary>Where a row stands, for messages: 'file.csv', row 3 (line 5).</summary>
    public string Place(int row) => Places?.Of(row) ?? $"'{Source}', row {row}";

    /// <summary>The columns' names.</summary>
    public IReadOnlyList<string> Names => [.. Columns.Select(column => column.Name)];

    /// <summary>A column by name, or null.</summary>
    public Column? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>A table of some of the rows.</summary>
    /// <exception cref="DataException">No rows.</exception>
    public Table Select(ReadOnlySpan<int> rows)
    {
        var columns = new Column[Columns.Count];
        for (int c = 0; c < columns.Length; c++)
        {
            columns[c] = Columns[c].Select(rows);
        }

        int[] kept = rows.ToArray();
        return new(Source, columns, kept.Length)
        {
            Skipped = Skipped,
            Places = Places is null ? null : new SelectedPlaces(Places, kept),
            RowsNameCells = RowsNameCells,
            Again = Again is null ? null : names => Again(names).Select(kept),
        };
    }

    /// <summary>
    /// The same table with the cells of some number columns as the file has them: 1.10 and 007, not 1.1 and 7. Name all columns at once:
    /// each call may go through the whole file.
    /// </summary>
    /// <param name="names">Columns; those of text stay as they are.</param>
    public Table AsWritten(IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count == 0)
        {
            return this;
        }

        var wanted = names.ToHashSet(StringComparer.Ordinal);
        Column[] columns = [.. Columns];
        foreach (var group in columns.Select((column, index) => (Column: column, Index: index))
            .Where(item => !item.Column.IsText && wanted.Contains(item.Column.Name))
            .GroupBy(item => item.Column.Written?.Source).ToArray())
        {
            (Column Column, int Index)[] items = [.. group];
            Column[] written = group.Key?.Read([.. items.Select(item => item.Column.Written!.Value.Index)])
                ?? Array.ConvertAll(items, item => new Column(item.Column.Name, [.. Enumerable.Range(0, Rows).Select(item.Column.Text)]));
            for (int n = 0; n < items.Length; n++)
            {
                columns[items[n].Index] = written[n];
            }
        }

        return With(columns);
    }

    /// <summary>The same rows with other columns.</summary>
    internal Table With(IReadOnlyList<Column> columns) => new(Source, columns, Rows) { Skipped = Skipped, Places = Places, RowsNameCells = RowsNameCells, Again = Again };
}
