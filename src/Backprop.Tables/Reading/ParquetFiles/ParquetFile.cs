using Backprop.Data;

namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>A Parquet file that can be read several times: again for numbers as they are written.</summary>
/// <param name="open">Opens it.</param>
/// <param name="source">Its name for messages.</param>
/// <param name="options">How it is read.</param>
/// <param name="notes">Takes what is in doubt.</param>
internal sealed class ParquetFile(Func<ParquetBytes> open, string source, ReadingOptions? options, Notes? notes) : WrittenCells
{
    private static readonly ColumnReading s_auto = new(ColumnReadingKind.Auto), s_text = new(ColumnReadingKind.Text), s_carried = new(ColumnReadingKind.Carried);

    /// <exception cref="DataException">Malformed, or it has a column that is neither numbers nor text.</exception>
    public Table Read() => Open((file, footer) =>
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var wanted = new List<(int Index, ColumnReading Reading)>();
        var skipped = new List<string>();
        ReadingOptions? known = options?.For([.. footer.Columns.Select(column => column.Name)]);
        for (int index = 0; index < footer.Columns.Count; index++)
        {
            ParquetColumn column = footer.Columns[index];
            ColumnReading reading = known?.Of(column.Name) ?? s_auto;
            if (!names.Add(column.Name))
            {
                throw new DataException($"'{source}' has two columns named '{column.Name}'");
            }

            if (reading.Kind == ColumnReadingKind.Skip)
            {
                skipped.Add(column.Name);
                continue;
            }

            if (column.Kind == CellKind.None && known?.LeavesOut(column.Name) == true)
            {
                skipped.Add(column.Name);
                notes?.Add(ReadingOptions.LeftOut(source, column.Name, column.What));
                continue;
            }

            if (column.Kind == CellKind.None)
            {
                throw new DataException($"'{source}', column '{column.Name}': {column.What} found, numbers or text expected") { Settings = [$"Ignore = {column.Name}"] };
            }

            wanted.Add((index, reading));
        }

        return wanted.Count == 0 && options is { MayFindNothing: false } && skipped.Count > 0
            ? new ParquetFile(open, source, options.OfAll(), notes).Read()
            : new Table(source, Read(file, footer, wanted), wanted.Count > 0 || options?.MayFindNothing == true ? (int)footer.Rows : 0) { Skipped = skipped, Again = Again };
    });

    /// <summary>Some columns as they are carried on.</summary>
    private Table Again(IReadOnlyCollection<string> columns) => Open((file, footer) => new Table(source, Read(file, footer, [.. Enumerable.Range(0, footer.Columns.Count).Where(index => columns.Contains(footer.Columns[index].Name)).Select(index => (index, s_carried))])));

    /// <inheritdoc/>
    public override Column[] Read(ReadOnlySpan<int> columns)
    {
        int[] indices = columns.ToArray();
        return Open((file, footer) => Read(file, footer, [.. indices.Select(index => (index, s_text))]));
    }

    private T Open<T>(Func<ParquetBytes, ParquetFooter, T> read)
    {
        try
        {
            using ParquetBytes file = open();
            return read(file, ParquetFooter.Read(file, source));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"cannot read '{source}': {error.Message}", error);
        }
    }

    private Column[] Read(ParquetBytes file, ParquetFooter footer, List<(int Index, ColumnReading Reading)> wanted)
    {
        long most = UnpackedSize.Limit(file.Length);
        if (footer.Rows > Array.MaxLength || (Int128)footer.Rows * wanted.Count * sizeof(double) > most)
        {
            throw new DataException($"'{source}': {footer.Rows} rows of {wanted.Count} columns take more than {most} bytes, no such file packs so well");
        }

        var chunks = new ChunkReader(most);
        var columns = new Column[wanted.Count];
        var found = new Notes[wanted.Count]; // in the order of the columns, whichever is done first
        Workers.Run(columns.Length, n =>
        {
            ParquetColumn column = footer.Columns[wanted[n].Index];
            try
            {
                found[n] = new();
                columns[n] = Read(file, footer, column, wanted[n].Reading, (this, wanted[n].Index), chunks, most, found[n]);
            }
            catch (Exception error) when (error is InvalidDataException or OverflowException or ArgumentException or IndexOutOfRangeException)
            {
                throw new DataException($"'{source}', column '{column.Name}': {error.Message}", error);
            }
        });
        foreach (Note note in found.SelectMany(some => some.All))
        {
            notes?.Add(note);
        }

        return columns;
    }

    private Column Read(ParquetBytes file, ParquetFooter footer, ParquetColumn column, ColumnReading reading, (WrittenCells, int) written, ChunkReader chunks, long most, Notes found)
    {
        int rows = (int)footer.Rows;
        switch (column.Kind)
        {
            case CellKind.Empty:
                double[] none = new double[rows];
                none.AsSpan().Fill(double.NaN);
                return new(column.Name, ColumnType.Real, none);
            case CellKind.Boolean or CellKind.Integer or CellKind.Unsigned or CellKind.Real or CellKind.Decimal when reading.Kind switch { ColumnReadingKind.Text => false, ColumnReadingKind.Carried => column.Kind is CellKind.Boolean or CellKind.Real, _ => true }:
                double[] numbers = Cells(file, footer, column, new NumberConverter(column), chunks);
                RequireFinite(numbers, column.Name);
                if (column.Kind != CellKind.Boolean)
                {
                    TakeOutMissing(numbers, reading); // false is not the number 0
                }

                ColumnType type = column.Kind == CellKind.Boolean ? ColumnType.Boolean : column.Kind == CellKind.Real || column.Scale > 0 ? ColumnType.Real : ColumnType.Integer;
                return new(column.Name, type, numbers) { Written = column.Kind == CellKind.Boolean ? null : written };
            default:
                var texts = new TextCodes(options, reading);
                int[] codes = Cells(file, footer, column, new TextConverter(column, texts, most), chunks);
                int bad = codes.AsSpan().IndexOf(TextCodes.NoText);
                return bad < 0
                    ? texts.Column(column.Name, codes, column.Kind == CellKind.Text ? reading : s_text, found, source)
                    : throw new DataException($"'{source}', row {bad}, column '{column.Name}': {(column.Kind == CellKind.Text ? "bytes found that are not UTF-8 text" : "a date or time found that no calendar has, years 1 to 9999 expected")}");
        }
    }

    private static T[] Cells<T>(ParquetBytes file, ParquetFooter footer, ParquetColumn column, CellConverter<T> converter, ChunkReader chunks)
    {
        var cells = new T[footer.Rows];
        int row = 0;
        foreach (RowGroup group in footer.Groups)
        {
            ParquetChunk chunk = group.Chunks[column.Leaf];
            chunks.Read(column, chunk, file.Read(chunk.Start, (int)chunk.Length), cells.AsSpan(row, group.Rows), converter);
            row += group.Rows;
        }

        return cells;
    }

    /// <summary>A number may stand for a missing cell.</summary>
    private void TakeOutMissing(double[] numbers, ColumnReading reading)
    {
        var missing = MissingCells.Of(options, reading);
        if (missing.HasNumbers)
        {
            foreach (ref double number in numbers.AsSpan())
            {
                number = missing.Contains(number) ? double.NaN : number;
            }
        }
    }

    private void RequireFinite(double[] numbers, string name)
    {
        for (int row = 0; row < numbers.Length; row++)
        {
            if (double.IsInfinity(numbers[row]))
            {
                throw new DataException($"'{source}', row {row}, column '{name}': {(numbers[row] > 0 ? "inf" : "-inf")} found, a finite number expected, or null where it is missing");
            }
        }
    }
}
