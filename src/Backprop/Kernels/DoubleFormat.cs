namespace Backprop.Kernels;

/// <summary>How double lies in memory.</summary>
internal static class DoubleFormat
{
    public const int MantissaBits = 52, SignBit = 63;

    public const long MantissaMask = 0x000FFFFFFFFFFFFF;

    /// <summary>√½: mantissas from here to √2 are as near to 1 as can be for a polynomial of (m − 1)/(m + 1).</summary>
    public const long LeastMantissa = 0x3FE6A09E667F3BCD;

    /// <summary>What added to a number's bits makes the least mantissa 1.</summary>
    public const long ToUnitMantissa = 0x3FF0000000000000 - LeastMantissa;

    /// <summary>What the stored exponent is greater by.</summary>
    public const double Bias = 1023;

    /// <summary>2ᵖ: from here on numbers are whole.</summary>
    public const double UnitSpacing = 4503599627370496;

    /// <summary>1.5·2ᵖ: adding it rounds to a whole number.</summary>
    public const double RoundingShift = 6755399441055744;
}
