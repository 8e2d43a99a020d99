using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Backprop.Training;

namespace Backprop.Cli.Output;

/// <summary>An event file that TensorBoard reads: a record for each scalar, framed with masked CRC-32C sums. Epochs are its steps.</summary>
internal sealed class TensorBoardLog : IDisposable
{
    private readonly FileStream _file;

    public TensorBoardLog(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            _file = new(Path.Combine(folder, $"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeSeconds():D10}.backprop.{Environment.ProcessId}"), FileMode.CreateNew);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"cannot write the event file in '{folder}': {error.Message}", error);
        }

        Write(0, stream => Text(stream, 3, "brain.Event:2"));
    }

    public void Add(EpochResult epoch)
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

        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    private void Scalar(int step, string tag, double value) => Write(step, stream => Message(stream, 5, summary => Message(summary, 1, field =>
    {
        Text(field, 1, tag);
        Varint(field, (2 << 3) | 5);
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(number, (float)value);
        field.Write(number);
    })));

    /// <summary>Event: wall_time = 1 (double), step = 2, file_version = 3, summary = 5.</summary>
    private void Write(long step, Action<MemoryStream> what)
    {
        using var stream = new MemoryStream();
        Varint(stream, (1 << 3) | 1);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(number, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
        stream.Write(number);
        Varint(stream, 2 << 3);
        Varint(stream, (ulong)step);
        what(stream);

        byte[] record = stream.ToArray();
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
