using System.Runtime.CompilerServices;

namespace Backprop.Fuzz;

/// <summary>Which branches an input took, where the assemblies were instrumented by SharpFuzz; without that it sees nothing and mutation is blind.</summary>
internal sealed unsafe class Coverage
{
    private const int Size = 1 << 16;

    private readonly byte[] _taken = GC.AllocateArray<byte>(Size, pinned: true), _known = new byte[Size];

    public Coverage() => Point((byte*)Unsafe.AsPointer(ref _taken[0]));

    /// <summary>The branches seen so far, by how often they are taken.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Forget()
    {
        _known.AsSpan().Clear();
        Count = 0;
    }

    /// <summary>Forgets the last input.</summary>
    public void Begin() => _taken.AsSpan().Clear();

    /// <summary>Whether the input since <see cref="Begin"/> took a branch that none took before, or took it more often.</summary>
    public bool End()
    {
        bool found = false;
        Span<byte> taken = _taken;
        for (int at = taken.IndexOfAnyExcept((byte)0); at >= 0;)
        {
            byte often = taken[at] switch { 1 => 1, 2 => 2, 3 => 4, < 8 => 8, < 16 => 16, < 32 => 32, < 128 => 64, _ => 128 };
            if ((_known[at] & often) == 0)
            {
                _known[at] |= often;
                Count++;
                found = true;
            }

            int next = taken[(at + 1)..].IndexOfAnyExcept((byte)0);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return found;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Point(byte* memory) => SharpFuzz.Common.Trace.SharedMem = memory;
}
