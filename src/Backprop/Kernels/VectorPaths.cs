using System.Numerics;
using System.Runtime;
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

    /// <summary>
    /// What slows this program down and can be helped: it was compiled ahead of time for older processors than this one, and does without its fused
    /// multiply-add. Null: nothing of the kind.
    /// </summary>
    public static string? Warning { get; } = WarningOf(JitInfo.GetCompiledMethodCount() > 0, Fma.IsSupported, X86Base.IsSupported && HasFma(X86Base.CpuId(1, 0).Ecx));

    /// <summary>The same of any process on x86.</summary>
    internal static string? WarningOf(bool justInTime, bool uses, bool has) => justInTime || uses || !has
        ? null
        : "compiled ahead of time without the fused multiply-add of this processor: training takes some 50 times as long (in double more); <IlcInstructionSet>x86-64-v3</IlcInstructionSet> in the project asks for it, as the package does, but not a reference to the library's project";

    /// <summary>The instructions, and a system that keeps their registers.</summary>
    private static bool HasFma(int features)
    {
        const int Fma = 1 << 12, SystemKeeps = 1 << 27, Avx = 1 << 28;
        return (features & (Fma | SystemKeeps | Avx)) == (Fma | SystemKeeps | Avx);
    }

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
