using System.IO.Compression;

namespace Backprop.Data;

/// <summary>
/// An entry of a zip file, whose CRC-32 is compared with the one that the file says when its last byte has been read: .NET does not look at it.
/// CRC-32 as of ISO 3309, polynomial 0xEDB88320, APPNOTE 4.4.7.
/// </summary>
/// <example>
/// <code>
/// using var zip = System.IO.Compression.ZipFile.OpenRead("arrays.npz");
/// using Stream stream = new ZipEntryStream(zip.Entries[0], "arrays.npz");
/// </code>
/// </example>
public sealed class ZipEntryStream : Stream
{
    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8).Aggregate((uint)n, (crc, _) => (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)))))];

    private readonly ZipArchiveEntry _entry;
    private readonly string _source;
    private readonly Stream _content;
    private uint _crc = uint.MaxValue;
    private long _read;

    /// <summary>Opens an entry.</summary>
    /// <param name="entry">The entry, of a zip that is open for reading.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="DataException">It cannot be unpacked; reading throws it too, and where the checksum is another.</exception>
    public ZipEntryStream(ZipArchiveEntry entry, string source)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(source);
        (_entry, _source) = (entry, source);
        try
        {
            _content = entry.Open();
        }
        catch (InvalidDataException error)
        {
            throw Damaged(error.Message, error);
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>The bytes that the entry says it has.</summary>
    public override long Length => _entry.Length;

    /// <summary>How many have been read.</summary>
    public override long Position { get => _read; set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int count;
        try
        {
            count = _content.Read(buffer);
        }
        catch (InvalidDataException error)
        {
            throw Damaged(error.Message, error);
        }

        foreach (byte b in buffer[..count])
        {
            _crc = (_crc >> 8) ^ s_table[(byte)(_crc ^ b)];
        }

        _read += count;
        bool isWhole = _read == _entry.Length || (count == 0 && buffer.Length > 0);
        return !isWhole || ~_crc == _entry.Crc32 ? count : throw Damaged($"the checksum {~_crc:x8} found, {_entry.Crc32:x8} expected");
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
        }

        base.Dispose(disposing);
    }

    private DataException Damaged(string what, Exception? inner = null) => new($"'{_source}', '{_entry.FullName}' is damaged: {what}", inner);
}
