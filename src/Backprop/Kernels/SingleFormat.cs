namespace Backprop.Kernels;

/// <summary>How float lies in memory.</summary>
internal static class SingleFormat
{
    public const int MantissaBits = 23, MantissaMask = 0x007FFFFF;

    /// <summary>What the stored exponent is greater by.</summary>
    public const float Bias = 127;

    /// <summary>2ᵖ: from here on numbers are whole.</summary>
    public const float UnitSpacing = 8388608;

    /// <summary>1.5·2ᵖ: adding it rounds to a whole number.</summary>
    public const float RoundingShift = 12582912;
}
