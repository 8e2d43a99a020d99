using System.Runtime.Intrinsics;
using Backprop.Kernels;

namespace Backprop.Tests;

public class FusedVectorsTests
{
    /// <summary>Ten million sums: any bits at all, sums that nearly cancel, halfway between floats but for a last bit far away, and around the smallest numbers.</summary>
    [Theory]
    [InlineData(0, 4_000_000)]
    [InlineData(1, 2_000_000)]
    [InlineData(2, 2_000_000)]
    [InlineData(3, 2_000_000)]
    public void AFloatIsRoundedOnce(int kind, int count)
    {
        var random = new CounterRandom(7, (ulong)kind);
        Span<float> a = stackalloc float[4], b = stackalloc float[4], c = stackalloc float[4];
        int differentByTwoRoundings = 0;
        for (int n = 0; n < count; n += 4)
        {
            for (int lane = 0; lane < 4; lane++)
            {
                ulong bits = random.Bits((ulong)(n + lane) * 2), more = random.Bits(((ulong)(n + lane) * 2) + 1);
                (a[lane], b[lane], c[lane]) = Operands(kind, bits, more);
            }

            Vector128<float> found = FusedVectors.InSoftware(Vector128.Create<float>(a), Vector128.Create<float>(b), Vector128.Create<float>(c));
            for (int lane = 0; lane < 4; lane++)
            {
                float expected = MathF.FusedMultiplyAdd(a[lane], b[lane], c[lane]);
                if (!Same(expected, found[lane]))
                {
                    Assert.Fail($"{a[lane]:R} · {b[lane]:R} + {c[lane]:R}: {found[lane]:R} found, {expected:R} expected");
                }

                differentByTwoRoundings += Same(expected, (float)(((double)a[lane] * b[lane]) + c[lane])) ? 0 : 1;
            }
        }

        Assert.True(kind < 2 || differentByTwoRoundings > count / 100, $"only {differentByTwoRoundings} sums need it");
    }

    [Fact]
    public void EveryWidthIsTheSame()
    {
        float[] numbers = [0, -0f, 1, -1, 1.5f, float.Epsilon, -float.Epsilon, 1.17549435E-38f, 1.1754942E-38f, 3.4028235E38f, -3.4028235E38f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 16777215, 5.9604645E-08f];
        foreach (float x in numbers)
        {
            foreach (float y in numbers)
            {
                Vector512<float> a = Vector512.Create<float>(numbers), b = Vector512.Create(x), c = Vector512.Create(y);
                for (int lane = 0; lane < 16; lane++)
                {
                    float expected = MathF.FusedMultiplyAdd(numbers[lane], x, y);
                    Assert.True(Same(expected, FusedVectors.InSoftware(Vector128.Create(numbers[lane]), b.GetLower().GetLower(), c.GetLower().GetLower())[0]));
                    Assert.True(Same(expected, FusedVectors.InSoftware(a, b, c)[lane]));
                    Assert.True(Same(expected, FusedVectors.InSoftware(lane < 8 ? a.GetLower() : a.GetUpper(), b.GetLower(), c.GetLower())[lane % 8]));
                }
            }
        }
    }

    /// <summary>A tile is one chain of such sums for each number, whatever its shape; sums lie halfway but for a last bit far away, among them such as are hardly normal.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(-63)]
    public unsafe void ATileIsRoundedOnceASum(int exponent)
    {
        const int Length = 40, RowStride = 401, SumStride = 9, BStride = 11, CStride = 13;
        var random = new CounterRandom(9, 1);
        float Number(int n, float one, int scale) => MathF.ScaleB((random.Bits((ulong)n) % 4) switch { 0 => 1 + 1 / 32768f, 1 => -1 - 1 / 32768f, 2 => 1 - 1 / 32768f, _ => one }, scale);
        float[] a = [.. Enumerable.Range(0, 12 * RowStride).Select(n => Number(n, -1, exponent - 24))], b = [.. Enumerable.Range(10_000, Length * BStride).Select(n => Number(n, 1, exponent))];
        float[] start = [.. Enumerable.Range(20_000, 12 * CStride).Select(n => MathF.ScaleB(1 + (float)random.Uniform((ulong)n), 2 * exponent))];
        for (int rows = 1; rows <= 12; rows++)
        {
            for (int shape = 0; shape < 4; shape++)
            {
                int vectors = 1 + (shape % 2), lanes = shape / 2;
                float[] c = new float[12 * CStride];
                fixed (float* pa = a, pb = b, ps = start, pc = c)
                {
                    if (lanes == 0)
                    {
                        SoftwareTile.Run<Constants.N0>(rows, vectors, Length, pa, RowStride, SumStride, pb, BStride, ps, CStride, pc, CStride);
                    }
                    else
                    {
                        SoftwareTile.Run<Constants.N1>(rows, vectors, Length, pa, RowStride, SumStride, pb, BStride, ps, CStride, pc, CStride);
                    }
                }

                for (int n = 0; n < c.Length; n++)
                {
                    (int row, int column) = (n / CStride, n % CStride);
                    float expected = 0;
                    for (int k = 0; k < Length && row < rows && column < 4 * vectors; k++)
                    {
                        float factor = a[(row * RowStride) + (k * SumStride) + (lanes * (column % 4))];
                        expected = MathF.FusedMultiplyAdd(factor, b[(k * BStride) + column], k == 0 ? start[n] : expected);
                    }

                    Assert.True(Same(expected, c[n]), $"{rows} rows, {vectors} vectors, {lanes}: {c[n]:R} found at {n}, {expected:R} expected");
                }
            }
        }
    }

    [Fact]
    public void WhatWasCompiledForOlderProcessorsIsSaid()
    {
        Assert.Contains("x86-64-v3", VectorPaths.WarningOf(justInTime: false, uses: false, has: true), StringComparison.Ordinal);
        Assert.Null(VectorPaths.WarningOf(justInTime: false, uses: true, has: true));
        Assert.Null(VectorPaths.WarningOf(justInTime: false, uses: false, has: false));
        Assert.Null(VectorPaths.Warning); // tests are compiled just in time
    }

    private static bool Same(float expected, float found) => float.IsNaN(expected) ? float.IsNaN(found) : BitConverter.SingleToUInt32Bits(expected) == BitConverter.SingleToUInt32Bits(found);

    private static (float A, float B, float C) Operands(int kind, ulong bits, ulong more)
    {
        float a = BitConverter.UInt32BitsToSingle((uint)bits), b = BitConverter.UInt32BitsToSingle((uint)(bits >> 32)), c = BitConverter.UInt32BitsToSingle((uint)more);
        if (kind == 0)
        {
            return (a, b, c);
        }

        float Mantissa(float x, int exponent) => MathF.ScaleB(BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(x) & 0x807FFFFF) | 0x3F800000), exponent);
        int choice = (int)(more >> 32) & 63;
        switch (kind)
        {
            case 1: // c is nearly −a·b
                a = Mantissa(a, (choice & 7) - 4);
                b = Mantissa(b, (choice >> 3) - 4);
                return (a, b, -(a * b) * (1 + (((int)(more >> 40) & 7) - 3) * 5.9604645E-08f));
            case 2: // a·b is half of c's last place, and a little: (1 ± 2⁻ᵏ)² or (1 + 2⁻ᵏ)(1 − 2⁻ᵏ)
                float little = MathF.ScaleB(1, -14 - (choice % 10));
                c = Mantissa(c, choice % 5);
                float half = MathF.ScaleB((more >> 62 & 1) == 0 ? 1 : -1, (choice % 5) - 24);
                return (half * (1 + little), (more >> 61 & 1) == 0 ? 1 - little : 1 + little, c);
            default: // as kind 2 where floats are 2⁻¹⁴⁹ apart
                little = MathF.ScaleB(1, -12 - (choice % 12));
                c = MathF.ScaleB(Mantissa(c, 0), -128 - (choice % 3));
                return (MathF.ScaleB(1 + little, -100), MathF.ScaleB((more >> 61 & 1) == 0 ? 1 - little : 1 + little, -50), c);
        }
    }
}
