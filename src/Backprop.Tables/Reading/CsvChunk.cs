using System.Buffers;
using System.Text.Unicode;
using nietras.SeparatedValues;

namespace Backprop.Tables.Reading;

/// <summary>Some whole lines of a file of cells, in UTF-8: what one processor reads at a time.</summary>
internal sealed class CsvChunk
{
    private readonly byte[] _bytes;
    private readonly int _start;
    private readonly int _length;

    /// <param name="bytes">Where the lines are.</param>
    /// <param name="start">Where they begin.</param>
    /// <param name="length">How many bytes they have.</param>
    public CsvChunk(byte[] bytes, int start, int length)
    {
        (_bytes, _start, _length) = (bytes, start, length);
        Quotes = Bytes.Count((byte)'"');
        Lines = CountLines(Bytes) + (length > 0 && Bytes[^1] is not ((byte)'\n' or (byte)'\r') ? 1 : 0);
    }

    /// <summary>The lines.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(_start, _length);

    /// <summary>How many quotes there are.</summary>
    public int Quotes { get; }

    /// <summary>How many lines there are: at least as many as rows.</summary>
    public int Lines { get; }

    /// <summary>The same without the first bytes.</summary>
    public CsvChunk From(int start) => new(_bytes, _start + start, _length - start);

    /// <summary>The same up to some byte.</summary>
    public CsvChunk To(int end) => new(_bytes, _start, end);

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

    /// <summary>Its rows; quotes are left to the caller.</summary>
    public SepReader Open(char separator)
    {
        bool hasQuotes = Quotes > 0;
        return Sep.New(separator)
            .Reader(options => options with { HasHeader = false, DisableColCountCheck = true, DisableQuotesParsing = !hasQuotes, Unescape = false, Trim = SepTrim.None })
            .From(new ChunkText(_bytes.AsMemory(_start, _length)));
    }
}
