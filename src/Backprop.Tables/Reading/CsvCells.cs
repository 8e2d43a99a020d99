using System.Runtime.CompilerServices;
using Backprop.Tables.Cells;
using nietras.SeparatedValues;

namespace Backprop.Tables.Reading;

/// <summary>The rows of a file in memory, from which columns are read: as numbers, as text, and again as they are written.</summary>
internal sealed class CsvCells : WrittenCells
{
    /// <summary>Sep's buffer ends at 2^24 characters.</summary>
    private const int LongestPart = (1 << 24) - (1 << 10);

    private readonly ReadingOptions _options;
    private readonly MissingCells _missing;
    private readonly NumberFormat?[] _formats;
    private readonly bool[] _areNumbers;
    private readonly bool[] _areCarried;
    private readonly Lock _reading = new();

    /// <param name="file">The file, whose columns are known.</param>
    /// <param name="names">The columns of the table.</param>
    /// <param name="options">How they are read.</param>
    public CsvCells(CsvFile file, IReadOnlyList<string> names, ReadingOptions options)
    {
        (Names, _options, _missing, _formats) = (names, options, new(options.Missing), new NumberFormat?[names.Count]);
        _areNumbers = [.. names.Select(name => options.Kind(name) == ColumnReadingKind.Number)];
        _areCarried = [.. names.Select(name => options.Kind(name) == ColumnReadingKind.Carried)];
        long rows = 0;
        foreach (CsvChunk chunk in file.Chunks)
        {
            Parts.Add(new(file, chunk, (int)rows));
            rows += chunk.Lines;
            if (rows > Array.MaxLength)
            {
                throw new DataException($"'{file.Source}': more than {Array.MaxLength} rows found, which one table does not hold");
            }
        }

        Rows = (int)rows;
    }

    /// <summary>The columns of the table.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The chunks, in order.</summary>
    public List<CsvPart> Parts { get; } = [];

    /// <summary>The rows; before they are counted, at least as many.</summary>
    public int Rows { get; private set; }

    /// <summary>The format in which a column is tried as numbers.</summary>
    public ref NumberFormat? Format(int column) => ref _formats[column];

    /// <summary>A column is one of numbers, of this format.</summary>
    public void Decide(int column, NumberFormat format) => (_formats[column], _areNumbers[column]) = (format, true);

    /// <summary>Columns that are tried as numbers; where one is not, its place in <see cref="CsvPart.IsText"/> says so, and its numbers mean nothing.</summary>
    /// <param name="columns">What is read: columns with a format as numbers, the others as text.</param>
    /// <param name="numbers">The numbers.</param>
    /// <param name="codes">Entries of the part's pool, −1 where a cell is missing.</param>
    public void ReadAll(bool[] columns, double[]?[] numbers, int[]?[] codes)
    {
        bool[] fallen = new bool[Names.Count];
        int firstFault = int.MaxValue;
        Workers.Run(Parts.Count, n =>
        {
            if (n > Volatile.Read(ref firstFault))
            {
                return; // nobody asks
            }

            CsvPart part = Parts[n];
            part.IsText = new bool[Names.Count];
            part.IsReal = new bool[Names.Count];
            List<CellTask> tasks = new(part.File.Columns.Length);
            for (int cell = 0; cell < part.File.Columns.Length; cell++)
            {
                int column = part.File.Columns[cell];
                if (column >= 0 && columns[column])
                {
                    part.IsText[column] = _formats[column] is null || Volatile.Read(ref fallen[column]);
                    tasks.Add(new(cell, column, part.IsText[column] ? null : _formats[column]));
                }
            }

            bool[] begun = (bool[])part.IsText.Clone();
            Read(part, tasks, numbers, codes);
            if (part.Fault is not null || part.HasStrayQuotes)
            {
                for (int before; n < (before = Volatile.Read(ref firstFault)) && Interlocked.CompareExchange(ref firstFault, n, before) != before;)
                {
                }

                return;
            }

            CellTask[] again = [.. tasks.Where(task => part.IsText[task.Column] && !begun[task.Column]).Select(task => task with { Format = null })];
            if (again.Length > 0)
            {
                foreach (CellTask task in again)
                {
                    Volatile.Write(ref fallen[task.Column], true);
                }

                Read(part, again, numbers, codes);
            }
        });
    }

    /// <summary>Reads some columns as text in those parts where they were read as numbers.</summary>
    public void ReadAsText(bool[] columns, int[]?[] codes) => Workers.Run(Parts.Count, n =>
    {
        CsvPart part = Parts[n];
        List<CellTask> tasks = [];
        for (int cell = 0; cell < part.File.Columns.Length; cell++)
        {
            int column = part.File.Columns[cell];
            if (column >= 0 && columns[column] && !part.IsText[column])
            {
                part.IsText[column] = true;
                tasks.Add(new(cell, column, null));
            }
        }

        if (tasks.Count > 0)
        {
            Read(part, tasks, [], codes);
        }
    });

    /// <summary>Makes codes of the entries of the parts' pools.</summary>
    /// <returns>For each column its different texts; null: it has none.</returns>
    public List<string>?[] Merge(int[]?[] codes)
    {
        var values = new List<string>?[Names.Count];
        var known = new Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>?[Names.Count];
        int[][] maps = new int[Parts.Count][];
        for (int n = 0; n < maps.Length; n++)
        {
            TextPool pool = Parts[n].Pool;
            maps[n] = new int[pool.Count];
            for (int entry = 0; entry < pool.Count; entry++)
            {
                int column = pool.ColumnOf(entry);
                List<string> texts = values[column] ??= [];
                var codesOf = known[column] ??= new Dictionary<string, int>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
                if (!codesOf.TryGetValue(pool.TextOf(entry), out int code))
                {
                    string text = pool.TextOf(entry).ToString();
                    codesOf.Dictionary.Add(text, code = texts.Count);
                    texts.Add(text);
                }

                maps[n][entry] = code;
            }

            Parts[n].Pool = new();
        }

        Workers.Run(Parts.Count, n =>
        {
            for (int column = 0; column < codes.Length; column++)
            {
                if (codes[column] is { } all && Parts[n].IsText[column])
                {
                    foreach (ref int code in all.AsSpan(Parts[n].FirstRow, Parts[n].Rows))
                    {
                        code = code < 0 ? -1 : maps[n][code];
                    }
                }
            }
        });
        return values;
    }

    /// <summary>Leaves out the places of lines that were no rows.</summary>
    public void Close(double[]?[] numbers, int[]?[] codes)
    {
        int rows = 0;
        int[] from = [.. Parts.Select(part => part.FirstRow)];
        foreach (CsvPart part in Parts)
        {
            part.FirstRow = rows;
            rows += part.Rows;
        }

        if (rows == Rows)
        {
            return;
        }

        Rows = rows;
        for (int column = 0; column < Names.Count; column++)
        {
            Close(ref numbers[column], from);
            Close(ref codes[column], from);
        }
    }

    /// <inheritdoc/>
    public override Column[] Read(ReadOnlySpan<int> columns)
    {
        bool[] wanted = new bool[Names.Count];
        int[]?[] codes = new int[Names.Count][];
        foreach (int column in columns)
        {
            wanted[column] = true;
            codes[column] = new int[Rows];
        }

        List<string>?[] values;
        lock (_reading)
        {
            foreach (CsvPart part in Parts)
            {
                part.IsText = new bool[Names.Count];
            }

            ReadAsText(wanted, codes);
            values = Merge(codes);
        }

        var read = new Column[columns.Length];
        for (int n = 0; n < read.Length; n++)
        {
            read[n] = new(Names[columns[n]], codes[columns[n]]!, values[columns[n]] ?? []);
        }

        return read;
    }

    private void Close<T>(ref T[]? cells, int[] from)
    {
        if (cells is null)
        {
            return;
        }

        for (int n = 0; n < from.Length; n++)
        {
            Array.Copy(cells, from[n], cells, Parts[n].FirstRow, Parts[n].Rows);
        }

        Array.Resize(ref cells, Rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Read(CsvPart part, IReadOnlyList<CellTask> wanted, double[]?[] numbers, int[]?[] codes)
    {
        using LoadedBytes lines = part.Chunk.Load();
        if (CsvChunk.FirstBadByte(lines.Span) is var bad and >= 0)
        {
            // Where a quote may stand where none belongs, it is not yet known which row it is.
            part.HasStrayQuotes = part.Chunk.Quotes > 0 && !part.File.IsRewritten;
            part.Fault = part.HasStrayQuotes ? null : BadByte(part, lines.Memory, bad);
            return;
        }

        if (lines.Span.Length > LongestPart)
        {
            // One row makes it so long; or a quote that stands where none belongs.
            part.HasStrayQuotes = part.Chunk.Quotes > 0 && !part.File.IsRewritten;
            part.Fault = part.HasStrayQuotes ? null : LongRow(lines.Span);
            return;
        }

        CellTask[] tasks = [.. wanted];
        int width = part.File.Columns.Length, row = 0, line = 0, nextLine = 0, blank = 0, blankBefore = 0;
        char[] buffer = [];
        bool[] isReal = part.IsReal;
        bool isPlain = !_missing.HasNumbers; // most numbers need no more than one look
        using SepReader reader = CsvChunk.Open(lines.Memory, part.Chunk.Quotes > 0, part.File.Dialect.Separator);
        foreach (SepReader.Row cells in reader)
        {
            int count = cells.ColCount;
            (line, nextLine) = (nextLine, cells.LineNumberToExcl - 1);
            bool hasQuotes = part.Chunk.Quotes > 0 && cells.Span.Contains('"');
            if (count == 1 && !hasQuotes && cells.Span.IsWhiteSpace())
            {
                blank++;
                continue;
            }

            if (hasQuotes && !AreWellFormed(cells))
            {
                part.HasStrayQuotes = true;
                return;
            }

            if (count != width)
            {
                part.Fault = new(row, line, null, $"{count} cells found, {width} expected{(part.File.Dialect.HasHeader ? " as in the header" : " as in row 0")}");
                return;
            }

            (blankBefore, blank) = (blankBefore + blank, 0);
            int place = part.FirstRow + row++;
            for (int n = 0; n < tasks.Length; n++)
            {
                ref CellTask task = ref tasks[n];
                if (task.Column < 0)
                {
                    continue;
                }

                ReadOnlySpan<char> text = cells[task.Cell].Span;
                text = hasQuotes ? CsvCell.Unquote(text, ref buffer) : CsvCell.Trim(text);
                if (task.Format is { } format)
                {
                    double number = double.NaN;
                    if (isPlain && CellParser.TryParsePlain(text, format.Decimal, out double plain, out bool isWhole) && double.IsFinite(plain))
                    {
                        number = plain;
                        isReal[task.Column] |= !isWhole;
                    }
                    else if (text.Length > 0 && !TryNumber(text, format, ref number, ref isReal[task.Column]))
                    {
                        // The rest of the column is read again, from the first row.
                        part.IsText[task.Column] = true;
                        task = task with { Column = -1 };
                        continue;
                    }

                    Cells(ref numbers[task.Column])[place] = number;
                }
                else
                {
                    Cells(ref codes[task.Column])[place] = IsMissing(text, task.Column) ? -1 : part.Pool.Add(task.Column, text);
                }
            }
        }

        (part.Rows, part.BlankLines) = (row, (blankBefore, blank));
    }

    /// <summary>A number, or NaN where it is missing.</summary>
    private bool TryNumber(ReadOnlySpan<char> text, NumberFormat format, ref double number, ref bool isReal)
    {
        if (!NumberText.TryParse(text, format, out double found, out bool isWhole))
        {
            return _missing.Contains(text);
        }

        if (!(_missing.HasNumbers && _missing.Contains(found)))
        {
            number = found;
            isReal |= !isWhole;
        }

        return true;
    }

    /// <summary>In a column of numbers that is read as it is written, a number may stand for a missing one.</summary>
    private bool IsMissing(ReadOnlySpan<char> text, int column) =>
        text.IsEmpty || (!_areCarried[column]
            && (_missing.Contains(text) || (_areNumbers[column] && _missing.HasNumbers && _formats[column] is { } format && NumberText.TryParse(text, format, out double number) && _missing.Contains(number))));

    private static bool AreWellFormed(SepReader.Row cells)
    {
        for (int n = 0; n < cells.ColCount; n++)
        {
            if (!CsvCell.IsWellFormed(cells[n].Span))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Made when the first cell is there; several parts may come at once.</summary>
    private T[] Cells<T>(ref T[]? cells) where T : unmanaged
    {
        if (cells is { } known)
        {
            return known;
        }

        T[] made = GC.AllocateUninitializedArray<T>(Rows);
        return Interlocked.CompareExchange(ref cells, made, null) ?? made;
    }

    /// <summary>The longest row is the one that is too long: without it the part would have ended before.</summary>
    private static CsvFault LongRow(ReadOnlySpan<byte> lines)
    {
        int longest = 0, length = 0;
        for (int start = 0, end; start < lines.Length; start += end + 1)
        {
            end = lines[start..].IndexOfAny((byte)'\r', (byte)'\n');
            end = end < 0 ? lines.Length - start : end;
            (longest, length) = end > length ? (start, end) : (longest, length);
        }

        int before = CsvChunk.CountLines(lines[..longest]);
        return new(before, before, null, "a row of more than 16 million characters found, which is longer than those that are read");
    }

    private CsvFault BadByte(CsvPart part, ReadOnlyMemory<byte> lines, int bad)
    {
        ReadOnlySpan<byte> before = lines.Span[..bad];
        int row = -1, cell = 0;
        using SepReader reader = CsvChunk.Open(lines[..bad], part.Chunk.Quotes > 0, part.File.Dialect.Separator);
        foreach (SepReader.Row cells in reader)
        {
            if (!(cells.ColCount == 1 && cells.Span.IsWhiteSpace()))
            {
                row++;
                cell = cells.ColCount - 1;
            }
        }

        bool quoted = before.Count((byte)'"') % 2 != 0;
        if (before.IsEmpty || (!quoted && before[^1] is (byte)'\n' or (byte)'\r'))
        {
            (row, cell) = (row + 1, 0);
        }

        string[] names = part.File.Dialect.Names;
        return CsvFault.BadByte(lines.Span[bad..], _options) with { Row = row, Line = CsvChunk.CountLines(before), Column = cell < names.Length ? names[cell] : null };
    }
}
