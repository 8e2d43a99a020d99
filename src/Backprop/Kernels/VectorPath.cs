namespace Backprop.Kernels;

/// <summary>Which vectors this process runs on: chosen once, from what the machine has. The results are the same bits on every one.</summary>
public enum VectorPath
{
    /// <summary>One number at a time.</summary>
    Scalar,

    /// <summary>128 bits: Arm, and x86 without AVX2.</summary>
    Vector128,

    /// <summary>256 bits.</summary>
    Avx2,

    /// <summary>512 bits.</summary>
    Avx512,
}
