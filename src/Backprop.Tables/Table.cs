namespace Backprop.Tables;

/// <summary>Columns of equal length, in file order.</summary>
public sealed class Table
{
    private readonly Dictionary<string, Column> _byName;

    /// <summary>A table.</summary>
    /// <exception cref="DataException">No rows, no columns, two columns of one name.</exception>
    public Table(string source, IReadOnlyList<Column> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        (Source, Columns) = (source, columns);
        Rows = columns.Count == 0 ? 0 : columns[0].Rows;
        if (Rows == 0)
        {
            throw new DataException($"'{source}' has no rows");
        }

        _byName = new(StringComparer.Ordinal);
        foreach (Column column in columns)
        {
            if (!_byName.TryAdd(column.Name, column))
            {
                throw new DataException($"'{source}' has two columns named '{column.Name}'");
            }
        }
    }

    /// <summary>Where it came from, for messages.</summary>
    public string Source { get; }

    /// <summary>In file order.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>The rows.</summary>
    public int Rows { get; }

    /// <summary>The columns' names.</summary>
    public IReadOnlyList<string> Names => [.. Columns.Select(column => column.Name)];

    /// <summary>A column by name, or null.</summary>
    public Column? Find(string name) => _byName.GetValueOrDefault(name);
}
