using System.Numerics;

namespace Backprop.Kernels;

/// <summary>Contiguous numbers on a 64-byte boundary, zero at first. The memory is pinned and belongs to the garbage collector.</summary>
internal sealed unsafe class AlignedBuffer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public const int Alignment = 64;

    private readonly T[] _memory;
    private readonly int _first;

    public AlignedBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        int slack = Alignment / sizeof(T);
        if (length > Array.MaxLength - slack)
        {
            throw new UsageException($"{length:N0} numbers in one buffer: at most {Array.MaxLength - slack:N0} are supported");
        }

        _memory = GC.AllocateArray<T>((int)length + slack, pinned: true);
        fixed (T* start = _memory)
        {
            Pointer = (T*)(((nint)start + Alignment - 1) & ~(nint)(Alignment - 1));
            _first = (int)(Pointer - start);
        }

        Length = (int)length;
    }

    public int Length { get; }

    /// <summary>Good for as long as somebody holds this object.</summary>
    public T* Pointer { get; }

    public Span<T> Span => _memory.AsSpan(_first, Length);
}
