using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Backprop.Kernels;

/// <summary>What is known of <see cref="VectorPath"/>s.</summary>
public static class VectorPaths
{
    /// <summary>The path of this process.</summary>
    public static VectorPath Current { get; } =
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? VectorPath.Avx512
        : Avx2.IsSupported && Fma.IsSupported ? VectorPath.Avx2
        : Vector128.IsHardwareAccelerated ? VectorPath.Vector128
        : VectorPath.Scalar;

    /// <summary>The paths that this machine can run, <see cref="Current"/> among them.</summary>
    public static IReadOnlyList<VectorPath> Available { get; } = [.. Enum.GetValues<VectorPath>().Where(path => path <= Current)];

    /// <summary><c>avx512</c>, <c>avx2</c>, <c>vector128</c> or <c>scalar</c>.</summary>
    public static string Name(this VectorPath path) => path switch
    {
        VectorPath.Avx512 => "avx512",
        VectorPath.Avx2 => "avx2",
        VectorPath.Vector128 => "vector128",
        VectorPath.Scalar => "scalar",
        _ => throw new ArgumentOutOfRangeException(nameof(path)),
    };
}
