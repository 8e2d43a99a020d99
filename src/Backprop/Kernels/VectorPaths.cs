using System.Numerics;
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

    /// <summary>The one registry: does something on the vectors of a path.</summary>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    internal static TResult Dispatch<T, TResult>(VectorPath path, IVectorVisitor<T, TResult> visitor) where T : unmanaged, IBinaryFloatingPointIeee754<T> => visitor switch
    {
        IVectorVisitor<float, TResult> single => path switch
        {
            VectorPath.Avx512 => single.Visit<Lanes512Single>(),
            VectorPath.Avx2 => single.Visit<Lanes256Single>(),
            VectorPath.Vector128 => single.Visit<Lanes128Single>(),
            VectorPath.Scalar => single.Visit<Lane<float>>(),
            _ => throw new ArgumentOutOfRangeException(nameof(path)),
        },
        IVectorVisitor<double, TResult> @double => path switch
        {
            VectorPath.Avx512 => @double.Visit<Lanes512Double>(),
            VectorPath.Avx2 => @double.Visit<Lanes256Double>(),
            VectorPath.Vector128 => @double.Visit<Lanes128Double>(),
            VectorPath.Scalar => @double.Visit<Lane<double>>(),
            _ => throw new ArgumentOutOfRangeException(nameof(path)),
        },
        _ => throw new NotSupportedException($"{typeof(T)} found, float or double expected"),
    };

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
