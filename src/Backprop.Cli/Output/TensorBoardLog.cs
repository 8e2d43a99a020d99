using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Backprop.Inspection;
using Backprop.Training;

namespace Backprop.Cli.Output;

/// <summary>An event file that TensorBoard reads: a record for each scalar and each histogram, framed with masked CRC-32C sums. Epochs are its steps.</summary>
internal sealed class TensorBoardLog : IDisposable
{
    private readonly FileStream _file;
    private readonly string _path;

    /// <param name="folder">Where the event file goes.</param>
    /// <param name="name">The file that a resumed run began; null: a new one.</param>
    /// <param name="before">The epochs that a resumed run has behind it: the file says them, and nothing that came after them.</param>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public TensorBoardLog(string folder, string? name, IReadOnlyList<EpochResult> before)
    {
        try
        {
            Directory.CreateDirectory(WorkingFolder.Full(folder));
            Name = name ?? $"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeSeconds():D10}.backprop.{Environment.ProcessId}.{Guid.NewGuid():N}";
            _path = Path.Combine(folder, Name);
            string full = WorkingFolder.Full(_path);
            bool goesOn = File.Exists(full);
            _file = new(full, name is null ? FileMode.CreateNew : FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            Guarded(() =>
            {
                if (goesOn && CutAfter(before.Count) == before.Count)
                {
                    return;
                }

                _file.SetLength(0); // new, or some of the epochs before are missing
                Write(0, stream => Text(stream, 3, "brain.Event:2"));
                foreach (EpochResult epoch in before)
                {
                    Scalars(epoch);
                }

                _file.Flush();
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            _file?.Dispose();
            throw new DataException($"cannot write the event file in '{folder}': {error.Message}", error);
        }
    }

    /// <summary>The file's name: a resumed run goes on in it.</summary>
    public string Name { get; }

    /// <summary>Why the file is not whole; null: it is.</summary>
    public string? Unsaved { get; private set; }

    public void Add(EpochResult epoch) => Guarded(() =>
    {
        Scalars(epoch);
        _file.Flush();
    });

    /// <summary>How the numbers of each layer are spread after an epoch.</summary>
    public void Add(int epoch, IReadOnlyList<LayerSpread> layers) => Guarded(() =>
    {
        foreach (LayerSpread layer in layers)
        {
            Spread(epoch, $"weights/layer {layer.Layer}", layer.Weights);
            Spread(epoch, $"gradients/layer {layer.Layer}", layer.Gradients);
            Spread(epoch, $"deltas/layer {layer.Layer}", layer.Deltas);
        }

        _file.Flush();
    });

    /// <summary>Epochs after the first so many did not happen: training has gone back.</summary>
    public void Rewind(int epochs) => Guarded(() => _ = CutAfter(epochs));

    public void Dispose()
    {
        try
        {
            _file.Dispose();
        }
        catch (IOException)
        {
            // a full disk has been told of
        }
    }

    /// <summary>A file that cannot be written, on a full disk say, is said once and costs nothing but the file.</summary>
    private void Guarded(Action write)
    {
        if (Unsaved is not null)
        {
            return;
        }

        try
        {
            write();
        }
        catch (IOException error)
        {
            Unsaved = $"the events '{_path}' are not whole: {error.Message}";
            Terminal.Warn($"{Unsaved}; training goes on");
        }
    }

    private void Scalars(EpochResult epoch)
    {
        Scalar(epoch.Epoch, "loss/training", epoch.Loss);
        Scalar(epoch.Epoch, "learning_rate", epoch.LearningRate);
        if (epoch.Validation is { } validation)
        {
            Scalar(epoch.Epoch, "loss/validation", validation.Loss);
            foreach ((string name, double value) in validation.Metrics)
            {
                Scalar(epoch.Epoch, $"validation/{name}", value);
            }
        }
    }

    /// <summary>Cuts the file before its first event of a later epoch, and tells the epoch of its last; −1 where it is torn.</summary>
    private long CutAfter(int epochs)
    {
        _file.Flush();
        _file.Position = 0;
        byte[] start = new byte[12 + 9 + 11]; // length and its sum, the time of an event, and its step
        long at = 0, last = -1;
        while (at < _file.Length)
        {
            _file.Position = at;
            int read = _file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            long end = at + 16 + (read < 12 + 9 + 2 ? 0 : (long)BinaryPrimitives.ReadUInt64LittleEndian(start));
            if (end <= at + 16 || end > _file.Length)
            {
                last = -1;
                break;
            }

            long step = Step(start.AsSpan(12 + 9));
            if (step > epochs)
            {
                break;
            }

            (at, last) = (end, step);
        }

        _file.SetLength(at);
        _file.Position = at;
        return last;
    }

    private static long Step(ReadOnlySpan<byte> field)
    {
        long step = 0;
        for (int n = 1; n < field.Length; n++)
        {
            step |= (long)(field[n] & 0x7F) << (7 * (n - 1));
            if (field[n] < 0x80)
            {
                break;
            }
        }

        return step;
    }

    private void Scalar(int step, string tag, double value) => Write(step, stream => Message(stream, 5, summary => Message(summary, 1, field =>
    {
        Text(field, 1, tag);
        Varint(field, (2 << 3) | 5);
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(number, (float)value);
        field.Write(number);
    })));

    /// <summary>Value: tag = 1, histo = 5. HistogramProto: min = 1, max = 2, num = 3, sum = 4, sum_squares = 5, and where each bucket ends = 6, what it holds = 7, all doubles.</summary>
    private void Spread(int step, string tag, Histogram histogram)
    {
        if (histogram.Count == 0)
        {
            return;
        }

        Write(step, stream => Message(stream, 5, summary => Message(summary, 1, field =>
        {
            Text(field, 1, tag);
            Message(field, 5, histo =>
            {
                foreach ((ulong place, double value) in ((ulong, double)[])[(1, histogram.Edges[0]), (2, histogram.Edges[^1]), (3, histogram.Count), (4, histogram.Sum), (5, histogram.SumOfSquares)])
                {
                    Varint(histo, (place << 3) | 1);
                    Double(histo, value);
                }

                Message(histo, 6, packed => Doubles(packed, histogram.Edges.Skip(1)));
                Message(histo, 7, packed => Doubles(packed, histogram.Counts.Select(count => (double)count)));
            });
        })));
    }

    private static void Doubles(MemoryStream stream, IEnumerable<double> values)
    {
        foreach (double value in values)
        {
            Double(stream, value);
        }
    }

    private static void Double(MemoryStream stream, double value)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(number, value);
        stream.Write(number);
    }

    /// <summary>Event: wall_time = 1 (double), step = 2, file_version = 3, summary = 5.</summary>
    private void Write(long step, Action<MemoryStream> what)
    {
        using var stream = new MemoryStream();
        Varint(stream, (1 << 3) | 1);
        Double(stream, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
        Varint(stream, 2 << 3);
        Varint(stream, (ulong)step);
        what(stream);

        byte[] record = stream.ToArray();
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(number, (ulong)record.Length);
        _file.Write(number);
        _file.Write(Checksum(number));
        _file.Write(record);
        _file.Write(Checksum(record));
    }

    private static void Text(MemoryStream stream, ulong field, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Varint(stream, (field << 3) | 2);
        Varint(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void Message(MemoryStream stream, ulong field, Action<MemoryStream> what)
    {
        using var inner = new MemoryStream();
        what(inner);
        Varint(stream, (field << 3) | 2);
        Varint(stream, (ulong)inner.Length);
        inner.WriteTo(stream);
    }

    private static void Varint(MemoryStream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            stream.WriteByte((byte)(value | 0x80));
        }

        stream.WriteByte((byte)value);
    }

    /// <summary>CRC-32C, turned by 15 bits and shifted by a constant, so that the sum of a record that holds sums is sound too.</summary>
    private static byte[] Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        crc = ~crc;
        byte[] result = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(result, ((crc >> 15) | (crc << 17)) + 0xA282EAD8);
        return result;
    }
}
