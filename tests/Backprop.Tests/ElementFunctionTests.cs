using System.IO.Compression;
using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Accuracy;
using Backprop.Kernels;

namespace Backprop.Tests;

/// <summary>At most 2 units of the last place from the exact value, and the same bits on every vector.</summary>
public unsafe class ElementFunctionTests
{
    private const double Allowed = 2;

    public static TheoryData<string> Names => [.. ElementFunction.All.Select(f => f.Name)];

    /// <summary>By name: arguments, values rounded to double, and what the rounding took away in units of the last place.</summary>
    private static readonly Lazy<Dictionary<string, (double[] X, double[] Hi, double[] Lo)>> s_exact = new(ReadExact);

    /// <summary>Every 4099th float, of any kind.</summary>
    private static readonly Lazy<(float[] X, double[] Wide)> s_sample = new(() =>
    {
        float[] x = new float[(1L << 32) / 4099];
        double[] wide = new double[x.Length];
        for (int n = 0; n < x.Length; n++)
        {
            wide[n] = x[n] = BitConverter.UInt32BitsToSingle((uint)n * 4099);
        }

        return (x, wide);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void DoublesAreWithinTwoUnits(string name)
    {
        ElementFunction function = ElementFunction.All.Single(f => f.Name == name);
        (double[] x, double[] hi, double[] lo) = s_exact.Value[name];
        double[] y = Run<Lane<double>, double>(function, x);
        double worst = 0;
        for (int n = 0; n < x.Length; n++)
        {
            double unit = Math.BitIncrement(Math.Abs(hi[n])) - Math.Abs(hi[n]);
            double inner = lo[n] * Math.Sign(hi[n]) < 0 && BitConverter.DoubleToInt64Bits(hi[n]) << 12 == 0 && unit > double.Epsilon ? 2 : 1; // the exact value is below a power of two
            double error = y[n] == hi[n] ? Math.Abs(lo[n]) * inner : Math.Abs((((y[n] - hi[n]) / unit) - lo[n]) * inner);
            worst = Math.Max(worst, error);
            Assert.True(error <= Allowed, $"{name}({x[n]:R}): {y[n]:R} found, {hi[n]:R} expected, {error:F3} ulp");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: at most {worst:F3} ulp in double");
        AssertSameBits(y, Run<Lanes128Double, double>(function, x));
        AssertSameBits(y, Run<Lanes256Double, double>(function, x));
        AssertSameBits(y, Run<Lanes512Double, double>(function, x));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void FloatsAreWithinTwoUnits(string name)
    {
        ElementFunction function = ElementFunction.All.Single(f => f.Name == name);
        (float[] x, double[] wide) = s_sample.Value;
        float[] y = Run<Lane<float>, float>(function, x);
        double[] exact = function.Plain is null ? Run<Lanes512Double, double>(function, wide) : wide;
        Check(function, x, y, exact);
        AssertSameBits(y, Run<Lanes128Single, float>(function, x));
        AssertSameBits(y, Run<Lanes256Single, float>(function, x));
        AssertSameBits(y, Run<Lanes512Single, float>(function, x));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Check(ElementFunction function, float[] x, float[] y, double[] exact)
    {
        for (int n = 0; n < x.Length; n++)
        {
            if (Math.Abs(x[n]) > function.Reach)
            {
                continue;
            }

            double expected = function.Plain is { } plain ? plain(x[n]) : exact[n];
            int exponent = Math.Clamp((int)((BitConverter.DoubleToUInt64Bits(expected) >> 52) & 0x7FF) - 1023, -126, 127);
            double unit = BitConverter.UInt64BitsToDouble((ulong)(exponent - 23 + 1023) << 52), error = Math.Abs(y[n] - expected);
            bool good = double.IsNaN(expected) ? float.IsNaN(y[n])
                : float.IsInfinity(y[n]) ? Math.Abs(expected) > float.MaxValue - (2 * unit) && expected > 0 == y[n] > 0
                : error <= (Allowed + 1e-6) * unit && Math.Abs(y[n]) <= function.Limit;
            if (!good)
            {
                Assert.Fail($"{function.Name}({x[n]:R}): {y[n]:R} found, {expected:R} expected");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SpecialValuesAreExact(string name)
    {
        ElementFunction function = ElementFunction.All.Single(f => f.Name == name);
        string[] wrong =
        [
            .. SpecialValues.Wrong<Lane<float>, float>(function), .. SpecialValues.Wrong<Lanes128Single, float>(function),
            .. SpecialValues.Wrong<Lanes256Single, float>(function), .. SpecialValues.Wrong<Lanes512Single, float>(function),
            .. SpecialValues.Wrong<Lane<double>, double>(function), .. SpecialValues.Wrong<Lanes128Double, double>(function),
            .. SpecialValues.Wrong<Lanes256Double, double>(function), .. SpecialValues.Wrong<Lanes512Double, double>(function),
        ];
        Assert.Empty(wrong);
    }

    private static T[] Run<V, T>(ElementFunction function, T[] x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] result = new T[(x.Length + V.Count - 1) / V.Count * V.Count];
        x.CopyTo(result, 0);
        fixed (T* at = result)
        {
            function.Run<V, T>(at, at, result.Length);
        }

        return result[..x.Length];
    }

    /// <summary>NaN may have any bits: no formula looks at them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AssertSameBits<T>(T[] expected, T[] found) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int n = 0; n < expected.Length; n++)
        {
            bool same = expected[n] == found[n] ? T.IsNegative(expected[n]) == T.IsNegative(found[n]) : T.IsNaN(expected[n]) && T.IsNaN(found[n]);
            if (!same)
            {
                Assert.Fail($"result {n}: {expected[n]:R} on one number, {found[n]:R} on vectors");
            }
        }
    }

    private static Dictionary<string, (double[] X, double[] Hi, double[] Lo)> ReadExact()
    {
        var result = new Dictionary<string, (double[] X, double[] Hi, double[] Lo)>();
        using var file = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Fixtures", "element-functions.bin.gz")), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        bytes.Position = 0;
        using var reader = new BinaryReader(bytes);
        while (bytes.Position < bytes.Length)
        {
            string name = new([.. reader.ReadBytes(16).TakeWhile(b => b != 0).Select(b => (char)b)]);
            int count = reader.ReadInt32();
            double[] x = [.. Enumerable.Range(0, count).Select(_ => reader.ReadDouble())], hi = [.. x.Select(_ => reader.ReadDouble())];
            result.Add(name, (x, hi, [.. x.Select(_ => reader.ReadInt16() / 16384.0)]));
        }

        return result;
    }
}
