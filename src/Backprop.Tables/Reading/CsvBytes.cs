using System.Text;

namespace Backprop.Tables.Reading;

/// <summary>The bytes of a file of cells as chunks of whole lines in UTF-8.</summary>
internal static class CsvBytes
{
    /// <summary>So many bytes are read at a time, unless a line is longer.</summary>
    public const int ChunkLength = 2 << 20;

    /// <summary>A file of fewer bytes is kept in memory; a longer one is read again where the spelling of its numbers is wanted.</summary>
    public const long KeptLength = 32 << 20;

    /// <summary>Stands for bytes that are no text in the file's encoding: the character U+FFFF, which no text has.</summary>
    public static ReadOnlySpan<byte> Undecodable => [0xEF, 0xBF, 0xBF];

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="source">For messages.</param>
    /// <param name="encoding">Null: UTF-8, or UTF-16 where a mark says so.</param>
    /// <param name="most">The most bytes that there may be.</param>
    /// <param name="length">How many there are, as far as that is known.</param>
    /// <param name="file">Where they can be read again, so that they need not be kept; null: nowhere.</param>
    /// <param name="chunkLength">How many make a chunk.</param>
    /// <exception cref="DataException">There are more.</exception>
    public static List<CsvChunk> Read(Stream stream, string source, Encoding? encoding, long most, long? length, StoredFile? file, int chunkLength)
    {
        byte[] start = new byte[3];
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        Encoding? marked = start is [0xFF, 0xFE, ..] ? Encoding.Unicode : start is [0xFE, 0xFF, ..] ? Encoding.BigEndianUnicode : null;
        bool hasMark = start is [0xEF, 0xBB, 0xBF];
        encoding = marked ?? (hasMark ? null : encoding);
        bool isDecoded = encoding is not null && encoding.CodePage != Encoding.UTF8.CodePage;
        byte[] text = hasMark ? [] : marked is not null ? start[2..] : start;
        if (!isDecoded)
        {
            return Cut(stream, text, source, most, length, file, hasMark ? 3 : 0, chunkLength);
        }

        var decoding = (Encoding)encoding!.Clone();
        decoding.DecoderFallback = new DecoderReplacementFallback("\uFFFF");
        using var prefixed = new StartedStream(text, stream);
        using Stream decoded = Encoding.CreateTranscodingStream(prefixed, decoding, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        return Cut(decoded, [], source, 3 * Math.Min(most, long.MaxValue / 4), null, null, 0, chunkLength);
    }

    private static List<CsvChunk> Cut(Stream stream, byte[] start, string source, long most, long? length, StoredFile? file, long offset, int chunkLength)
    {
        List<CsvChunk> chunks = [];
        // One byte more than the file, so that its end is seen.
        byte[] buffer = new byte[(int)Math.Max(start.Length + 1, Math.Min(chunkLength, (length ?? chunkLength) + 1))];
        start.CopyTo(buffer, 0);
        int used = start.Length;
        for (long total = used; ;)
        {
            int read = stream.ReadAtLeast(buffer.AsSpan(used), buffer.Length - used, throwOnEndOfStream: false);
            used += read;
            if ((total += read) > most)
            {
                throw new DataException($"'{source}': more than {most} bytes unpacked, no such file packs so well");
            }

            if (used < buffer.Length)
            {
                if (used > 0)
                {
                    chunks.Add(file is not null ? new(file, offset, buffer.AsSpan(0, used)) : new(used < buffer.Length / 2 ? buffer[..used] : buffer, 0, used));
                }

                return chunks;
            }

            int end = LastLineEnd(buffer);
            if (end < 0)
            {
                // Near 2 GB the array cannot grow; a cell is no longer than that.
                if (buffer.Length == Array.MaxLength)
                {
                    throw new DataException($"'{source}': a line of more than {Array.MaxLength} bytes found; is a quote opened and not closed?");
                }

                Array.Resize(ref buffer, (int)Math.Min(2L * buffer.Length, Array.MaxLength));
                continue;
            }

            if (file is not null)
            {
                chunks.Add(new(file, offset, buffer.AsSpan(0, end)));
                buffer.AsSpan(end..used).CopyTo(buffer);
                used -= end;
                offset += end;
                continue;
            }

            byte[] next = GC.AllocateUninitializedArray<byte>(Math.Max(chunkLength, used - end + 1));
            buffer.AsSpan(end..used).CopyTo(next);
            chunks.Add(new(buffer, 0, end));
            (buffer, used) = (next, used - end);
        }
    }

    /// <summary>After the last line break outside quotes; −1: there is none. CR at the very end may be half of one.</summary>
    private static int LastLineEnd(ReadOnlySpan<byte> bytes)
    {
        bool quoted = bytes.Count((byte)'"') % 2 != 0;
        for (int end = bytes.Length; (end = bytes[..end].LastIndexOfAny((byte)'"', (byte)'\n', (byte)'\r')) >= 0;)
        {
            if (bytes[end] == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && !(bytes[end] == '\r' && end == bytes.Length - 1))
            {
                return end + 1;
            }
        }

        return -1;
    }
}
