using System.Buffers;

namespace Backprop.Cli.Output;

/// <summary>Bytes on their way to a stream, a piece at a time: what is written in all need not fit into memory.</summary>
internal sealed class BufferedOutput(Stream stream) : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[1 << 16];
    private int _used;

    public void Advance(int count) => _used += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_bytes.Length - _used < Math.Max(1, sizeHint))
        {
            Flush();
            _bytes = sizeHint > _bytes.Length ? new byte[sizeHint] : _bytes;
        }

        return _bytes.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Hands over what is left.</summary>
    public void Flush()
    {
        stream.Write(_bytes, 0, _used);
        stream.Flush();
        _used = 0;
    }
}
