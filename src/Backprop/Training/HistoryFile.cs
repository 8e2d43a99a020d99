using Backprop.ModelFiles;

namespace Backprop.Training;

/// <summary>
/// The epochs of a run, a line each, in a file that only grows: a checkpoint says how much of it is its own, so that what an epoch costs does
/// not depend on how many came before. After a roll-back the lines that did not happen are overwritten.
/// </summary>
internal sealed class HistoryFile(string path, IDisk disk) : IDisposable
{
    private readonly List<EpochResult> _written = [];
    private readonly List<long> _ends = []; // of each line
    private Sha256 _hash = new();
    private bool _exists;

    public string Path { get; } = path;

    private long Length => _ends.Count == 0 ? 0 : _ends[^1];

    /// <summary>The epochs of a checkpoint, if they are what was written; the file then goes on after them.</summary>
    /// <exception cref="ModelException">They are not.</exception>
    public IReadOnlyList<EpochResult> Read(HistoryMark mark)
    {
        byte[] bytes = Prefix(mark.Bytes);
        if (Sha256.Of(bytes) != mark.Sha256)
        {
            throw new ModelException($"the history '{Path}' is damaged: its first {mark.Bytes} bytes are not what the checkpoint's hash says");
        }

        _written.Clear();
        _ends.Clear();
        _written.AddRange(EpochJson.ReadLines(bytes));
        for (long at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] == '\n')
            {
                _ends.Add(at + 1);
            }
        }

        Hash(bytes);
        _exists = true;
        return [.. _written];
    }

    /// <summary>Makes the file hold these epochs, durably.</summary>
    public HistoryMark Write(IReadOnlyList<EpochResult> history)
    {
        int same = Math.Min(_written.Count, history.Count);
        while (same > 0 && !ReferenceEquals(_written[same - 1], history[same - 1]))
        {
            same--;
        }

        if (same < _written.Count)
        {
            Hash(Prefix(same == 0 ? 0 : _ends[same - 1]));
            _written.RemoveRange(same, _written.Count - same);
            _ends.RemoveRange(same, _ends.Count - same);
        }

        if (same < history.Count || !_exists)
        {
            Append(history, same);
        }

        return new(System.IO.Path.GetFileName(Path), Length, _hash.Current);
    }

    public void Dispose() => _hash.Dispose();

    private void Append(IReadOnlyList<EpochResult> history, int from)
    {
        var lines = new List<byte[]>();
        using (var all = new MemoryStream())
        {
            for (int epoch = from; epoch < history.Count; epoch++)
            {
                lines.Add(EpochJson.Line(history[epoch]));
                all.Write(lines[^1]);
            }

            using Stream stream = disk.Append(Path, Length);
            stream.Write(all.GetBuffer().AsSpan(0, (int)all.Length));
            disk.Flush(stream);
        }

        if (!_exists)
        {
            disk.FlushFolder(System.IO.Path.GetDirectoryName(Path)!);
            _exists = true;
        }

        for (int n = 0; n < lines.Count; n++) // only now: what could not be written is written again
        {
            _written.Add(history[from + n]);
            _ends.Add(Length + lines[n].Length);
            _hash.Append(lines[n]);
        }
    }

    private byte[] Prefix(long bytes)
    {
        if (bytes == 0)
        {
            return [];
        }

        try
        {
            using Stream stream = disk.Open(Path);
            if (bytes < 0 || bytes > stream.Length)
            {
                throw new ModelException($"the history '{Path}' is cut off: {stream.Length} bytes found, {bytes} expected");
            }

            byte[] prefix = new byte[bytes];
            stream.ReadExactly(prefix);
            return prefix;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"the history '{Path}' cannot be read: {error.Message}", error);
        }
    }

    private void Hash(byte[] bytes)
    {
        _hash.Dispose();
        _hash = new();
        _hash.Append(bytes);
    }
}
