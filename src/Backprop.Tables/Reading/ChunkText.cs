using System.Buffers;
using System.Text.Unicode;

namespace Backprop.Tables.Reading;

/// <summary>Bytes that are known to be UTF-8 as characters, decoded where they are wanted.</summary>
internal sealed class ChunkText(ReadOnlyMemory<byte> bytes) : TextReader
{
    private int _next;
    private char _pending; // the second half of a pair for which there was no room

    public override int Read(Span<char> buffer)
    {
        if (_pending != 0 && buffer.Length > 0)
        {
            (buffer[0], _pending) = (_pending, '\0');
            return 1;
        }

        OperationStatus status = Utf8.ToUtf16(bytes.Span[_next..], buffer, out int read, out int written, replaceInvalidSequences: false);
        _next += read;
        if (written == 0 && status == OperationStatus.DestinationTooSmall && buffer.Length > 0)
        {
            Span<char> pair = stackalloc char[2];
            Utf8.ToUtf16(bytes.Span[_next..], pair, out read, out _, replaceInvalidSequences: false);
            _next += read;
            (buffer[0], _pending) = (pair[0], pair[1]);
            return 1;
        }

        return status == OperationStatus.InvalidData ? throw new InvalidOperationException("nobody has looked whether these bytes are UTF-8") : written;
    }

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int ReadBlock(Span<char> buffer)
    {
        int total = 0;
        for (int read; total < buffer.Length && (read = Read(buffer[total..])) > 0; total += read)
        {
        }

        return total;
    }

    public override int ReadBlock(char[] buffer, int index, int count) => ReadBlock(buffer.AsSpan(index, count));

    public override int Read()
    {
        Span<char> one = stackalloc char[1];
        return Read(one) == 0 ? -1 : one[0];
    }
}
