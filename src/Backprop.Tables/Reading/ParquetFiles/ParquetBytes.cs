namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>The bytes of a Parquet file, on disk or in memory; for any number of threads.</summary>
internal sealed class ParquetBytes : IDisposable
{
    private readonly FileStream? _file;
    private readonly ReadOnlyMemory<byte> _memory;

    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="DataException">It is another file by now.</exception>
    public ParquetBytes(StoredFile file)
    {
        _file = file.Open(FileOptions.RandomAccess);
        Length = _file.CanSeek ? file.Length : throw new IOException("it is a pipe, a file expected: Parquet is read from its end");
    }

    public ParquetBytes(ReadOnlyMemory<byte> memory) => (_memory, Length) = (memory, memory.Length);

    public long Length { get; }

    /// <summary>Some of them.</summary>
    /// <exception cref="InvalidDataException">The file has become shorter.</exception>
    public ReadOnlyMemory<byte> Read(long start, int count)
    {
        if (_file is null)
        {
            return _memory.Slice((int)start, count);
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>(count);
        for (int done = 0; done < count;)
        {
            int more = RandomAccess.Read(_file.SafeFileHandle, bytes.AsSpan(done), start + done);
            done += more > 0 ? more : throw new InvalidDataException("the file has become shorter");
        }

        return bytes;
    }

    public void Dispose() => _file?.Dispose();
}
