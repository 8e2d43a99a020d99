namespace Backprop.Tables.Reading;

/// <summary>
/// Writes a file of cells anew where its separators are runs of blanks, or where quotes stand within cells that are not quoted (5" pipe): one
/// blank between cells, and every quote as RFC 4180 has it. Goes from line to line, and so knows where a quote is opened and not closed.
/// </summary>
internal sealed class CsvRewriter
{
    private readonly List<CsvChunk> _chunks = [];
    private readonly byte[] _bytes;
    private readonly string _source;
    private readonly CsvDialect _dialect;
    private readonly int _chunkLength;
    private readonly Notes? _notes;
    private byte[] _written;
    private int _length;
    private int _row;
    private int _line;
    private bool _isNoted;

    private CsvRewriter(byte[] bytes, string source, CsvDialect dialect, int chunkLength, Notes? notes)
    {
        (_bytes, _source, _dialect, _chunkLength, _notes) = (bytes, source, dialect, chunkLength, notes);
        _written = new byte[Math.Min(bytes.Length, chunkLength) + 64];
        _line = dialect.Lines + 1;
    }

    /// <summary>The rows of a file, without its header.</summary>
    /// <exception cref="DataException">A quote is not closed, or text stands after one that is.</exception>
    public static List<CsvChunk> Rewrite(List<CsvChunk> chunks, string source, CsvDialect dialect, int chunkLength, Notes? notes)
    {
        long total = chunks.Sum(chunk => (long)chunk.Length);
        if (total > Array.MaxLength)
        {
            throw new DataException($"'{source}': quotes within cells found in a file of more than {Array.MaxLength} bytes; quoted cells with doubled quotes expected");
        }

        byte[] bytes = new byte[total];
        int next = 0;
        foreach (CsvChunk chunk in chunks)
        {
            using LoadedBytes lines = chunk.Load();
            lines.Span.CopyTo(bytes.AsSpan(next));
            next += chunk.Length;
        }

        var rewriter = new CsvRewriter(bytes, source, dialect, chunkLength, notes);
        rewriter.Run();
        return rewriter._chunks;
    }

    private bool IsSeparator(byte b) => b == _dialect.Separator || (_dialect.Separator == ' ' && b == '\t');

    private static bool IsLineEnd(byte b) => b is (byte)'\n' or (byte)'\r';

    private void Run()
    {
        for (int n = 0; n < _bytes.Length;)
        {
            int start = n;
            n = Line(n);
            bool isBlank = _bytes.AsSpan(start, n - start).IndexOfAnyExcept(_dialect.Separator == '\t' ? " \r\n"u8 : " \t\r\n"u8) < 0;
            _line += CsvChunk.CountLines(_bytes.AsSpan(start, n - start));
            _row += isBlank ? 0 : 1;
            if (_length >= _chunkLength)
            {
                Cut();
            }
        }

        Cut();
    }

    private void Cut()
    {
        if (_length > 0)
        {
            _chunks.Add(new(_written, 0, _length));
            (_written, _length) = (new byte[_chunkLength + 64], 0);
        }
    }

    /// <summary>One line; where the next begins.</summary>
    private int Line(int n)
    {
        bool areBlanks = _dialect.Separator == ' ';
        for (int cell = 0; ; cell++)
        {
            while (n < _bytes.Length && _bytes[n] is (byte)' ' or (byte)'\t' && (areBlanks || !IsSeparator(_bytes[n])))
            {
                n++;
            }

            if (areBlanks && cell > 0 && n < _bytes.Length && !IsLineEnd(_bytes[n]))
            {
                Write(" "u8);
            }

            n = n < _bytes.Length && _bytes[n] == '"' ? Quoted(n, cell) : Bare(n, cell);
            if (n == _bytes.Length)
            {
                return n;
            }

            if (IsLineEnd(_bytes[n]))
            {
                int end = n + (_bytes[n] == '\r' && n + 1 < _bytes.Length && _bytes[n + 1] == '\n' ? 2 : 1);
                Write(_bytes.AsSpan(n, end - n));
                return end;
            }

            if (!areBlanks)
            {
                Write(_bytes.AsSpan(n, 1));
                n++;
            }
        }
    }

    private int Quoted(int start, int cell)
    {
        int n = start + 1;
        for (; ; n++)
        {
            int at = _bytes.AsSpan(n).IndexOf((byte)'"');
            if (at < 0)
            {
                throw new DataException($"{Place(cell)}: a quote is opened and not closed");
            }

            n += at + 1;
            if (n == _bytes.Length || _bytes[n] != '"')
            {
                break;
            }
        }

        Write(_bytes.AsSpan(start, n - start));
        while (n < _bytes.Length && _bytes[n] is (byte)' ' or (byte)'\t' && !IsSeparator(_bytes[n]))
        {
            n++;
        }

        return n == _bytes.Length || IsSeparator(_bytes[n]) || IsLineEnd(_bytes[n])
            ? n
            : throw new DataException($"{Place(cell)}: text found after a closing quote, quotes expected around the whole cell and doubled within it");
    }

    private int Bare(int start, int cell)
    {
        int end = start;
        while (end < _bytes.Length && !IsSeparator(_bytes[end]) && !IsLineEnd(_bytes[end]))
        {
            end++;
        }

        ReadOnlySpan<byte> text = _bytes.AsSpan(start, end - start);
        if (!text.Contains((byte)'"'))
        {
            Write(text);
            return end;
        }

        if (!_isNoted)
        {
            _notes?.Add(new($"{Place(cell)}: a quote within a cell that is not quoted is taken as it stands", false));
            _isNoted = true;
        }

        Write("\""u8);
        for (int at; (at = text.IndexOf((byte)'"')) >= 0; text = text[(at + 1)..])
        {
            Write(text[..(at + 1)]);
            Write("\""u8);
        }

        Write(text);
        Write("\""u8);
        return end;
    }

    private string Place(int cell) => $"'{_source}', row {_row} (line {_line}), {(cell < _dialect.Names.Length ? $"column '{_dialect.Names[cell]}'" : $"cell {cell}")}";

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _written.Length - _length)
        {
            Array.Resize(ref _written, (int)Math.Min(Math.Max(2L * _written.Length, (long)_length + bytes.Length), Array.MaxLength));
        }

        bytes.CopyTo(_written.AsSpan(_length));
        _length += bytes.Length;
    }
}
