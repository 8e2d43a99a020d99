using Backprop.ModelFiles;

namespace Backprop.Tests.Oracles;

/// <summary>
/// A file system in memory that knows what would be on the disk if the power failed now. Bytes are durable after a flush of their file, names
/// after a flush of their folder. Any call can fail, or be the last before a crash, after which nothing works any more.
/// </summary>
internal sealed class SimulatedDisk : IDisk
{
    private readonly Dictionary<string, Content> _files = new(StringComparer.Ordinal);
    private readonly List<(string Path, Content? File)> _unflushed = []; // names set or removed since the folder was flushed
    private Dictionary<string, Content> _durable = new(StringComparer.Ordinal);
    private bool _crashed;

    public SimulatedDisk()
    {
    }

    private SimulatedDisk(Dictionary<string, byte[]> files)
    {
        foreach ((string path, byte[] bytes) in files)
        {
            _files[path] = new(bytes);
        }

        _durable = new(_files, StringComparer.Ordinal);
    }

    /// <summary>Calls so far, those that only read excepted.</summary>
    public int Calls { get; private set; }

    /// <summary>The call, counted from 1, that does not succeed; 0: all do.</summary>
    public int FailingCall { get; set; }

    /// <summary>What it fails with; null: a crash.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What may be found on the disk afterwards: each subset of the names that were not flushed, with what was not flushed of files lost, torn, full of zeros or there.</summary>
    public IEnumerable<SimulatedDisk> AfterCrash()
    {
        for (int names = 0; names < 1 << _unflushed.Count; names++)
        {
            var found = new Dictionary<string, Content>(_durable, StringComparer.Ordinal);
            for (int n = 0; n < _unflushed.Count; n++)
            {
                if ((names & (1 << n)) != 0)
                {
                    Set(found, _unflushed[n].Path, _unflushed[n].File);
                }
            }

            foreach (Func<Content, byte[]> fate in new Func<Content, byte[]>[] { file => file.Lost(), file => file.Torn(), file => file.Zeros(), file => file.Bytes() })
            {
                yield return new(found.ToDictionary(file => file.Key, file => fate(file.Value), StringComparer.Ordinal));
            }
        }
    }

    /// <summary>Changes a byte of a file.</summary>
    public void Damage(string path, int at) => _files[path].Damage(at);

    public Stream Create(string path)
    {
        Call();
        var file = new Content([]);
        if (!_files.TryAdd(path, file))
        {
            throw new IOException($"'{path}' exists");
        }

        _unflushed.Add((path, file));
        return new Writer(this, file);
    }

    public Stream Append(string path, long at)
    {
        Call();
        if (!_files.TryGetValue(path, out Content? file))
        {
            file = new([]);
            _files[path] = file;
            _unflushed.Add((path, file));
        }

        file.Cut(at);
        return new Writer(this, file);
    }

    public void Flush(Stream file)
    {
        Call();
        ((Writer)file).File.Flush();
    }

    public void Rename(string from, string to)
    {
        Call();
        Content file = _files[from];
        _files.Remove(from);
        _files[to] = file;
        _unflushed.Add((to, file)); // a rename is one name set and one removed: a crash may leave both
        _unflushed.Add((from, null));
    }

    public void FlushFolder(string folder)
    {
        Call();
        _unflushed.Clear();
        _durable = new(_files, StringComparer.Ordinal);
    }

    public void Delete(string path)
    {
        Call();
        if (_files.Remove(path))
        {
            _unflushed.Add((path, null));
        }
    }

    public IReadOnlyList<string> Files(string folder) => [.. _files.Keys.Where(path => Path.GetDirectoryName(path) == folder)];

    public Stream Open(string path) => _files.TryGetValue(path, out Content? file) ? new MemoryStream(file.Bytes(), writable: false) : throw new FileNotFoundException(path);

    public IDisposable? Lock(string path) => new MemoryStream();

    public void CreateFolder(string folder) => Call();

    private static void Set(Dictionary<string, Content> files, string path, Content? file)
    {
        if (file is null)
        {
            files.Remove(path);
        }
        else
        {
            files[path] = file;
        }
    }

    private void Call()
    {
        if (_crashed || (++Calls == FailingCall && Failure is null))
        {
            _crashed = true;
            throw new CrashException();
        }

        if (Calls == FailingCall)
        {
            throw Failure!;
        }
    }

    /// <summary>The process is dead: nothing that it would do afterwards counts.</summary>
    internal sealed class CrashException : Exception;

    private sealed class Content(byte[] bytes)
    {
        private readonly List<byte> _written = [.. bytes];
        private int _flushed = bytes.Length;

        public byte[] Bytes() => [.. _written];

        public byte[] Lost() => [.. _written.Take(_flushed)];

        public byte[] Torn() => [.. _written.Take((_flushed + _written.Count) / 2)];

        public byte[] Zeros() => [.. _written.Take(_flushed), .. new byte[_written.Count - _flushed]];

        public void Add(ReadOnlySpan<byte> more) => _written.AddRange(more);

        public void Cut(long at)
        {
            _written.RemoveRange((int)at, _written.Count - (int)at);
            _flushed = Math.Min(_flushed, _written.Count);
        }

        public void Flush() => _flushed = _written.Count;

        public void Damage(int at) => _written[at] ^= 1;
    }

    /// <summary>Each write is a call; one that fails has written half.</summary>
    private sealed class Writer(SimulatedDisk disk, Content file) : Stream
    {
        public Content File { get; } = file;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                disk.Call();
            }
            catch
            {
                if (!disk._crashed || disk.Calls == disk.FailingCall)
                {
                    File.Add(buffer[..(buffer.Length / 2)]);
                }

                throw;
            }

            File.Add(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
