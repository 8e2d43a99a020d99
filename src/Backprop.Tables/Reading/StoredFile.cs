using Microsoft.Win32.SafeHandles;

namespace Backprop.Tables.Reading;

/// <summary>A file that is read piece by piece, again where its spelling is wanted, so that it need not be kept in memory.</summary>
internal sealed class StoredFile
{
    private readonly string _path;
    private readonly string _source;
    private readonly long _length;
    private readonly DateTime _written;
    private bool _isPipe;

    /// <param name="path">Where it is.</param>
    /// <param name="source">Its name for messages.</param>
    public StoredFile(string path, string source)
    {
        var file = new FileInfo(path);
        (_path, _source, _length, _written) = (file.FullName, source, file.Length, file.LastWriteTimeUtc);
    }

    /// <summary>A file that may not be there.</summary>
    /// <exception cref="DataException">It is not.</exception>
    public static StoredFile Find(string path, string source)
    {
        try
        {
            return new(path, source);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"cannot read '{source}': {error.Message}", error);
        }
    }

    /// <summary>How many bytes it has.</summary>
    public long Length => _length;

    /// <summary>Opens it.</summary>
    /// <exception cref="DataException">It is another file by now.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public FileStream Open(FileOptions options = FileOptions.None)
    {
        if (_isPipe)
        {
            throw Twice();
        }

        var stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, options);
        _isPipe = !stream.CanSeek;
        if (_isPipe || IsSame(stream.SafeFileHandle))
        {
            return stream;
        }

        stream.Dispose();
        throw Changed();
    }

    private DataException Twice() => new($"'{_source}' would have to be read twice, which a pipe cannot be: a file expected");

    /// <summary>Some of its bytes.</summary>
    /// <exception cref="DataException">It cannot be read, or is another file by now.</exception>
    public void Read(long offset, Span<byte> bytes)
    {
        if (_isPipe)
        {
            throw Twice();
        }

        try
        {
            using SafeFileHandle handle = File.OpenHandle(_path);
            if (IsSame(handle))
            {
                int total = 0;
                for (int read; total < bytes.Length && (read = RandomAccess.Read(handle, bytes[total..], offset + total)) > 0; total += read)
                {
                }

                if (total == bytes.Length)
                {
                    return;
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"cannot read '{_source}' again: {error.Message}", error);
        }

        throw Changed();
    }

    private bool IsSame(SafeFileHandle handle) => RandomAccess.GetLength(handle) == _length && File.GetLastWriteTimeUtc(handle) == _written;

    private DataException Changed() => new($"'{_source}' has changed since it was begun to be read");
}
