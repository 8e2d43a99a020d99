namespace Backprop.Tables.Reading;

/// <summary>The spelling of numbers that several files have.</summary>
internal sealed class JoinedCells : WrittenCells
{
    private readonly List<Column[]> _typed = [];
    private readonly List<(WrittenCells? Source, int Index)[]> _written = [];

    /// <summary>One more column: only what has no spelling of its own is kept.</summary>
    /// <param name="parts">The same column of each file.</param>
    /// <returns>Its index.</returns>
    public int Add(Column[] parts)
    {
        _written.Add(Array.ConvertAll(parts, part => part.Written is var (source, index) ? (source, index) : ((WrittenCells?)null, 0)));
        _typed.Add(Array.ConvertAll(parts, part => part.Written is null ? part : new Column(part.Name, part.Type, [])));
        return _written.Count - 1;
    }

    /// <inheritdoc/>
    public override Column[] Read(ReadOnlySpan<int> columns)
    {
        int[] wanted = columns.ToArray();
        Column[][] parts = Array.ConvertAll(wanted, column => new Column[_written[column].Length]);
        for (int file = 0; file < parts[0].Length; file++)
        {
            foreach (IGrouping<WrittenCells?, int> group in Enumerable.Range(0, wanted.Length).GroupBy(n => _written[wanted[n]][file].Source).ToArray())
            {
                int[] places = [.. group];
                Column[] texts = group.Key?.Read([.. places.Select(n => _written[wanted[n]][file].Index)])
                    ?? Array.ConvertAll(places, n => AsText(_typed[wanted[n]][file]));
                for (int n = 0; n < places.Length; n++)
                {
                    parts[places[n]][file] = texts[n];
                }
            }
        }

        return Array.ConvertAll(parts, JoinedFiles.JoinTexts);
    }

    private static Column AsText(Column typed) => new(typed.Name, [.. Enumerable.Range(0, typed.Rows).Select(typed.Text)]);
}
