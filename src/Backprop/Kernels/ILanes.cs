using System.Numerics;

namespace Backprop.Kernels;

/// <summary>An element that is a vector of <see cref="Count"/> numbers in memory; what the loops and the element functions are written on.</summary>
internal unsafe interface ILanes<TSelf, T> : IElement<TSelf>
    where TSelf : unmanaged, ILanes<TSelf, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    static abstract int Count { get; }

    /// <summary>The rows of a register tile of two vectors: as many as the registers hold.</summary>
    static abstract int TileRows { get; }

    static abstract TSelf Load(T* source);

    static abstract TSelf Broadcast(T value);

    void Store(T* destination);

    /// <summary>Whether the two are equal in every lane; a NaN is not.</summary>
    static abstract bool EqualsAll(TSelf left, TSelf right);

    /// <summary>The magnitude of the first with the sign of the second.</summary>
    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    /// <summary>2ⁿ where n + the format's bias, within the normal exponents, stands in the lowest bits, as rounding by a shift leaves it.</summary>
    static abstract TSelf PowerOfTwo(TSelf shifted);

    /// <summary>x·2ⁿ, rounded once, for x near 1 and whole n from twice the least to twice the greatest exponent.</summary>
    static abstract TSelf Scale(TSelf x, TSelf n);

    /// <summary>e of x = m·2ᵉ for positive normal x; m from the format's least mantissa to less than its double.</summary>
    static abstract TSelf Exponent(TSelf x);

    /// <summary>m of x = m·2ᵉ, as <see cref="Exponent"/> has it.</summary>
    static abstract TSelf Mantissa(TSelf x);

    /// <summary>−x where the whole number that stands in the lowest bits is odd.</summary>
    static abstract TSelf NegateIfOdd(TSelf x, TSelf shifted);

    /// <summary>0 in the lanes where <see cref="CounterRandom.Mix"/> of counters[lane] + offset is below the limit, x in the others.</summary>
    static abstract TSelf ZeroIfBelow(ulong* counters, ulong offset, ulong limit, TSelf x);
}
