namespace Backprop.Tables.Reading;

/// <summary>
/// Reads CSV, TSV and the like: the whole file into memory, then its rows on all processors. A blank line is no row; in a file of one column a
/// missing cell is written "". An empty name in the header becomes "column N", counted from 0.
/// </summary>
internal static class CsvReader
{
    /// <summary>Reads the rows of some files, one after the other; their columns may stand in any order.</summary>
    /// <param name="files">The files.</param>
    /// <param name="source">The name of them all.</param>
    /// <param name="options">How they are read.</param>
    /// <param name="notes">For what is in doubt.</param>
    /// <param name="chunkLength">The bytes of a chunk.</param>
    /// <exception cref="DataException">Something is malformed, or the files have different columns.</exception>
    /// <exception cref="UsageException">An option that cannot be meant.</exception>
    public static Table Read(List<CsvFile> files, string source, ReadingOptions options, Notes? notes, int chunkLength)
    {
        string[] names = [.. files[0].Dialect.Names.Where(name => options.Kind(name) != ColumnReadingKind.Skip)], skipped = [.. files[0].Dialect.Names.Where(name => options.Kind(name) == ColumnReadingKind.Skip)];
        if (names.Length == 0)
        {
            (names, skipped) = (skipped, names); // no column that is looked for is there: whoever asked can say which are
        }

        foreach (CsvFile file in files)
        {
            Bind(file, files[0], names);
        }

        while (true)
        {
            var cells = new CsvCells(files, names, options);
            var columns = new CsvColumns(cells, options, files);
            columns.Read();
            switch (cells.Parts.Find(part => part.Fault is not null || part.HasStrayQuotes))
            {
                case null:
                    NoteBlankLines(cells, notes);
                    return new(source, columns.Decide(source, notes)) { Skipped = skipped, Places = new CsvPlaces(cells) };
                case { HasStrayQuotes: true } stray:
                    files = files.ConvertAll(file => file == stray.File ? file.Rewrite(chunkLength, notes) : file);
                    break;
                case var faulty:
                    throw new CsvPlaces(cells).Error(faulty);
            }
        }
    }

    /// <summary>Binds the cells of a file to the columns of the table.</summary>
    private static void Bind(CsvFile file, CsvFile first, string[] names)
    {
        string[] own = file.Dialect.Names;
        if (file != first)
        {
            RequireAll(first, file);
            RequireAll(file, first);
        }

        var places = new Dictionary<string, int>(names.Length, StringComparer.Ordinal);
        for (int n = 0; n < names.Length; n++)
        {
            places.Add(names[n], n);
        }

        file.Columns = Array.ConvertAll(own, name => places.GetValueOrDefault(name, -1));
    }

    private static void RequireAll(CsvFile wanted, CsvFile file)
    {
        var own = file.Dialect.Names.ToHashSet(StringComparer.Ordinal);
        if (Array.Find(wanted.Dialect.Names, name => !own.Contains(name)) is { } missing)
        {
            throw new DataException($"'{file.Source}' has no column '{missing}', which '{wanted.Source}' has: the same columns expected in all files, in any order");
        }
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
