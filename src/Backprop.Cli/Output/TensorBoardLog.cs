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
            _file = new(full, name is null ? FileMode.CreateNew : FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            Guarded(() => Complete(before));
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

    /// <summary>Writes what a file lacks of the epochs before: of scalars all that is missing behind its last sound event; of histograms nothing can be had again, which is said.</summary>
    private void Complete(IReadOnlyList<EpochResult> before)
    {
        (long last, int events, bool isTorn) = CutAfter(before.Count);
        if (last < 0)
        {
            Write(0, stream => Text(stream, 3, "brain.Event:2"));
            last = 0;
        }

        bool misses = before.Any(epoch => epoch.Epoch > last);
        foreach (EpochResult epoch in before.Where(epoch => epoch.Epoch >= last))
        {
            foreach ((string tag, double value) in ScalarsOf(epoch).Skip(epoch.Epoch == last ? events : 0))
            {
                Scalar(epoch.Epoch, tag, value);
                misses = true;
            }
        }

        _file.Flush();
        if (before.Count > 0 && (misses || isTorn))
        {
            Terminal.Warn($"the events '{_path}' {(isTorn ? "were torn" : "ended")} {(last == 0 ? "before epoch 1" : $"after {events} events of epoch {last}")}: what is missing of the scalars up to epoch {before.Count} is written again, histograms from epoch {Math.Max(1, last)} on that stood behind are lost");
        }
    }

    private void Scalars(EpochResult epoch)
    {
        foreach ((string tag, double value) in ScalarsOf(epoch))
        {
            Scalar(epoch.Epoch, tag, value);
        }
    }

    /// <summary>The first events of an epoch; its histograms come after them.</summary>
    private static IEnumerable<(string Tag, double Value)> ScalarsOf(EpochResult epoch) =>
    [
        ("loss/training", epoch.Loss), ("learning_rate", epoch.LearningRate),
        .. epoch.Validation is { } validation ? validation.Metrics.Select(metric => ($"validation/{metric.Key}", metric.Value)).Prepend(("loss/validation", validation.Loss)) : [],
    ];

    /// <summary>Cuts the file before its first event of a later epoch, or that is not sound.</summary>
    /// <returns>The epoch of the last event that is left, −1: there is none; how many are of it; whether one of these epochs may have been torn.</returns>
    private (long Last, int Events, bool IsTorn) CutAfter(int epochs)
    {
        _file.Flush();
        (long at, long last, int events, bool isTorn) = (0, -1, 0, false);
        while (at < _file.Length)
        {
            _file.Position = at;
            (byte[] content, bool isSound) = Read();
            long step = content.Length < 9 + 2 ? -1 : Step(content.AsSpan(9)); // behind the time
            if (step > epochs)
            {
                break; // torn or not, it did not happen
            }

            if (!isSound || step < 0)
            {
                isTorn = true;
                break;
            }

            (at, last, events) = (_file.Position, step, step == last ? events + 1 : 1);
        }

        _file.SetLength(at);
        _file.Position = at;
        return (last, events, isTorn);
    }

    /// <summary>The event at the file's position, or what there is of it, and whether it is whole with both sums right.</summary>
    private (byte[] Content, bool IsSound) Read()
    {
        Span<byte> head = stackalloc byte[8], sum = stackalloc byte[4];
        if (_file.ReadAtLeast(head, 8, throwOnEndOfStream: false) < 8 || _file.ReadAtLeast(sum, 4, throwOnEndOfStream: false) < 4 || !sum.SequenceEqual(Checksum(head)))
        {
            return ([], false);
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(head);
        byte[] content = new byte[Math.Min(length, (ulong)(_file.Length - _file.Position))];
        _file.ReadExactly(content);
        return (content, (ulong)content.Length == length && _file.ReadAtLeast(sum, 4, throwOnEndOfStream: false) == 4 && sum.SequenceEqual(Checksum(content)));
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
