namespace Backprop.Kernels;

/// <summary>How float lies in memory.</summary>
internal static class SingleFormat
{
    public const int MantissaBits = 23, SignBit = 31, MantissaMask = 0x007FFFFF;

    /// <summary>⅔: mantissas from here to 4⁄3 are as near to 1 as can be for a polynomial of m − 1.</summary>
    public const int LeastMantissa = 0x3F2AAAAB;

    /// <summary>What added to a number's bits makes the least mantissa 1.</summary>
    public const int ToUnitMantissa = 0x3F800000 - LeastMantissa;

    /// <summary>What the stored exponent is greater by.</summary>
    public const float Bias = 127;

    /// <summary>2ᵖ: from here on numbers are whole.</summary>
    public const float UnitSpacing = 8388608;

    /// <summary>1.5·2ᵖ: adding it rounds to a whole number.</summary>
    public const float RoundingShift = 12582912;
}
