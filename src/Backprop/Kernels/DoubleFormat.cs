namespace Backprop.Kernels;

/// <summary>How double lies in memory.</summary>
internal static class DoubleFormat
{
    public const int MantissaBits = 52;

    public const long MantissaMask = 0x000FFFFFFFFFFFFF;

    /// <summary>What the stored exponent is greater by.</summary>
    public const double Bias = 1023;

    /// <summary>2ᵖ: from here on numbers are whole.</summary>
    public const double UnitSpacing = 4503599627370496;

    /// <summary>1.5·2ᵖ: adding it rounds to a whole number.</summary>
    public const double RoundingShift = 6755399441055744;
}
