using System.Buffers;
using System.Text.Unicode;
using nietras.SeparatedValues;

namespace Backprop.Tables.Reading;

/// <summary>Some whole lines of a file of cells, in UTF-8: what one processor reads at a time.</summary>
internal sealed class CsvChunk
{
    private readonly byte[]? _bytes;
    private readonly StoredFile? _file;
    private readonly long _start;

    /// <param name="bytes">Where the lines are.</param>
    /// <param name="start">Where they begin.</param>
    /// <param name="length">How many bytes they have.</param>
    public CsvChunk(byte[] bytes, int start, int length) : this(bytes.AsSpan(start, length)) => (_bytes, _start) = (bytes, start);

    /// <param name="file">Where the lines are.</param>
    /// <param name="start">Where they begin.</param>
    /// <param name="bytes">The lines, which are not kept.</param>
    public CsvChunk(StoredFile file, long start, ReadOnlySpan<byte> bytes) : this(bytes) => (_file, _start) = (file, start);

    private CsvChunk(ReadOnlySpan<byte> bytes)
    {
        Length = bytes.Length;
        Quotes = bytes.Count((byte)'"');
        LineBreaks = CountLines(bytes);
        Lines = LineBreaks + (bytes.Length > 0 && bytes[^1] is not ((byte)'\n' or (byte)'\r') ? 1 : 0);
    }

    /// <summary>How many bytes there are.</summary>
    public int Length { get; }

    /// <summary>How many quotes there are.</summary>
    public int Quotes { get; }

    /// <summary>How many line breaks there are.</summary>
    public int LineBreaks { get; }

    /// <summary>How many lines there are: at least as many as rows.</summary>
    public int Lines { get; }

    /// <summary>The lines.</summary>
    /// <exception cref="DataException">The file is another one by now.</exception>
    public LoadedBytes Load()
    {
        if (_bytes is not null)
        {
            return new(_bytes.AsMemory((int)_start, Length), null);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(Length);
        _file!.Read(_start, rented.AsSpan(0, Length));
        return new(rented.AsMemory(0, Length), rented);
    }

    /// <summary>The same without the first bytes.</summary>
    public CsvChunk From(int start)
    {
        using LoadedBytes bytes = Load();
        return _bytes is not null ? new(_bytes, (int)_start + start, Length - start) : new(_file!, _start + start, bytes.Span[start..]);
    }

    /// <summary>The line breaks: LF, CR LF or CR.</summary>
    public static int CountLines(ReadOnlySpan<byte> bytes)
    {
        int returns = bytes.Count((byte)'\r'), lines = bytes.Count((byte)'\n');
        return returns == 0 ? lines : lines + returns - bytes.Count("\r\n"u8);
    }

    /// <summary>The first byte that is no text; −1: all are.</summary>
    public static int FirstBadByte(ReadOnlySpan<byte> bytes)
    {
        int bad = -1;
        if (!Utf8.IsValid(bytes))
        {
            Span<char> buffer = stackalloc char[1024];
            OperationStatus status;
            bad = 0;
            do
            {
                status = Utf8.ToUtf16(bytes[bad..], buffer, out int read, out _, replaceInvalidSequences: false);
                bad += read;
            }
            while (status == OperationStatus.DestinationTooSmall);
        }

        ReadOnlySpan<byte> text = bad < 0 ? bytes : bytes[..bad];
        int zero = text.IndexOf((byte)0);
        int undecodable = (zero < 0 ? text : text[..zero]).IndexOf(CsvBytes.Undecodable);
        return undecodable >= 0 ? undecodable : zero >= 0 ? zero : bad;
    }

    /// <summary>The rows of some lines; quotes are left to the caller.</summary>
    public static SepReader Open(ReadOnlyMemory<byte> lines, bool hasQuotes, char separator) => Sep.New(separator)
        .Reader(options => options with { HasHeader = false, DisableColCountCheck = true, DisableQuotesParsing = !hasQuotes, Unescape = false, Trim = SepTrim.None })
        .From(new ChunkText(lines));
}
