using Microsoft.Win32.SafeHandles;

namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>The bytes of a Parquet file, on disk or in memory; for any number of threads.</summary>
internal sealed class ParquetBytes : IDisposable
{
    private readonly SafeFileHandle? _file;
    private readonly ReadOnlyMemory<byte> _memory;

    /// <exception cref="IOException">There is no such file.</exception>
    public ParquetBytes(string path)
    {
        _file = File.OpenHandle(path, options: FileOptions.RandomAccess);
        Length = RandomAccess.GetLength(_file);
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
            int more = RandomAccess.Read(_file, bytes.AsSpan(done), start + done);
            done += more > 0 ? more : throw new InvalidDataException("the file has become shorter");
        }

        return bytes;
    }

    public void Dispose() => _file?.Dispose();
}
