namespace Backprop.Tables.Reading;

/// <summary>
/// Reads CSV, TSV and the like: the whole file into memory, then its rows on all processors. A blank line is no row; in a file of one column a
/// missing cell is written "". An empty name in the header becomes "column N", counted from 0.
/// </summary>
internal static class CsvReader
{
    /// <summary>Reads the rows of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="notes">For what is in doubt.</param>
    /// <param name="chunkLength">The bytes of a chunk.</param>
    /// <exception cref="DataException">Something is malformed.</exception>
    /// <exception cref="UsageException">An option that cannot be meant.</exception>
    public static Table Read(CsvFile file, ReadingOptions options, Notes? notes, int chunkLength)
    {
        string[] names = [.. file.Dialect.Names.Where(name => options.Kind(name) != ColumnReadingKind.Skip)], skipped = [.. file.Dialect.Names.Where(name => options.Kind(name) == ColumnReadingKind.Skip)];
        if (names.Length == 0)
        {
            (names, skipped) = (skipped, names); // no column that is looked for is there: whoever asked can say which are
        }

        Bind(file, names);
        while (true)
        {
            var cells = new CsvCells(file, names, options);
            var columns = new CsvColumns(cells, options, file);
            columns.Read();
            switch (cells.Parts.Find(part => part.Fault is not null || part.HasStrayQuotes))
            {
                case null:
                    NoteBlankLines(cells, notes);
                    return new(file.Source, columns.Decide(file.Source, notes)) { Skipped = skipped, Places = new CsvPlaces(cells) };
                case { HasStrayQuotes: true }:
                    file = file.Rewrite(chunkLength, notes);
                    break;
                case var faulty:
                    throw new CsvPlaces(cells).Error(faulty);
            }
        }
    }

    /// <summary>Binds the cells of a file to the columns of the table.</summary>
    private static void Bind(CsvFile file, string[] names)
    {
        var places = new Dictionary<string, int>(names.Length, StringComparer.Ordinal);
        for (int n = 0; n < names.Length; n++)
        {
            places.Add(names[n], n);
        }

        file.Columns = Array.ConvertAll(file.Dialect.Names, name => places.GetValueOrDefault(name, -1));
    }

    /// <summary>In a file of one column a blank line may have been meant for a missing cell.</summary>
    private static void NoteBlankLines(CsvCells cells, Notes? notes)
    {
        foreach (var parts in cells.Parts.Where(part => part.File.Columns.Length == 1).GroupBy(part => part.File))
        {
            int blank = 0, after = 0;
            foreach (CsvPart part in parts)
            {
                blank += part.Rows > 0 ? after + part.BlankLines.Before : 0;
                after = part.BlankLines.After + (part.Rows > 0 ? 0 : after);
            }

            if (blank > 0)
            {
                notes?.Add(new($"'{parts.Key.Source}': {blank} blank {(blank == 1 ? "line is" : "lines are")} left out; a missing cell of a single column is written \"\"", true));
            }
        }
    }
}
