using System.Buffers;

namespace Backprop.Tables.Reading;

/// <summary>Bytes in memory that is given back when nobody needs them any more, or that belongs to somebody else.</summary>
/// <param name="Memory">The bytes.</param>
/// <param name="Rented">What is given back; null: nothing.</param>
internal readonly record struct LoadedBytes(ReadOnlyMemory<byte> Memory, byte[]? Rented) : IDisposable
{
    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => Memory.Span;

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (Rented is not null)
        {
            ArrayPool<byte>.Shared.Return(Rented);
        }
    }
}
