using Backprop.Networks;
using Backprop.Tables;

namespace Backprop.Interchange.Tests.CSharp;

/// <summary>The fused multiply-add that generated source has where the framework has none, beside the framework's: all exponents, results that are subnormal, cancel, overflow or lie halfway.</summary>
public sealed class FusedTests
{
    private delegate double Fused(double a, double b, double c);

    private delegate float SingleFused(float a, float b, float c);

    [Fact]
    public void DoublesAreRoundedOnce()
    {
        Fused fused = Generated().Delegate<Fused>("Fma");
        var random = new Random(1);
        double[] odd = [0, -0.0, 1, -1, double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 2.2250738585072014e-308, 2.2250738585072009e-308, 1 + 2.220446049250313e-16, 1 - 1.1102230246251565e-16];
        int subnormal = 0, other = 0;
        for (int n = 0; n < 200_000; n++)
        {
            double a = Draw(), b = Draw(), c = Draw();
            if (n % 2 == 0)
            {
                c = -(a * b) * (1 + (random.Next(-3, 4) * double.BitIncrement(0.5) / (1L << random.Next(60)))); // what is left is what rounding took
                c = n % 4 == 0 ? c : Math.ScaleB(c, random.Next(-130, 130));
            }

            if (n % 3 == 0)
            {
                b = Math.ScaleB(b, -1040 - Math.ILogB(a == 0 ? 1 : a) - Math.ILogB(b == 0 ? 1 : b) + random.Next(-60, 30));
                c = n % 6 == 0 ? Math.ScaleB(c, -1050 - Math.ILogB(c == 0 ? 1 : c) + random.Next(-30, 30)) : c;
            }

            double expected = Math.FusedMultiplyAdd(a, b, c), found = fused(a, b, c);
            if (double.IsNaN(expected) ? !double.IsNaN(found) : BitConverter.DoubleToInt64Bits(expected) != BitConverter.DoubleToInt64Bits(found))
            {
                Assert.Fail($"{a:R} · {b:R} + {c:R}: {found:R} found, {expected:R} expected");
            }

            subnormal += double.IsSubnormal(expected) ? 1 : 0;
            other += expected != (a * b) + c ? 1 : 0;
        }

        Assert.True(subnormal > 5_000 && other > 5_000, $"{subnormal} subnormal, {other} other than rounded twice");

        double Draw() => random.Next(20) == 0 ? odd[random.Next(odd.Length)]
            : random.Next(3) == 0 ? BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))
            : Math.ScaleB(random.NextDouble() - 0.5, random.Next(-40, 40));
    }

    [Fact]
    public void FloatsAreRoundedOnce()
    {
        SingleFused fused = Generated().Delegate<SingleFused>("Fma");
        var random = new Random(2);
        int other = 0;
        for (int n = 0; n < 200_000; n++)
        {
            float a = Draw(), b = Draw(), c = n % 2 == 0 ? Draw() : MathF.ScaleB(-a * b, random.Next(-30, 30));
            float expected = MathF.FusedMultiplyAdd(a, b, c), found = fused(a, b, c);
            if (float.IsNaN(expected) ? !float.IsNaN(found) : BitConverter.SingleToInt32Bits(expected) != BitConverter.SingleToInt32Bits(found))
            {
                Assert.Fail($"{a:R} · {b:R} + {c:R}: {found:R} found, {expected:R} expected");
            }

            other += expected != (float)(((double)a * b) + c) ? 1 : 0;
        }

        // halfway between two floats by so little that a double does not tell: 1 + 2⁻²⁴ + 2⁻⁷⁸
        Assert.Equal(MathF.BitIncrement(1), fused(MathF.ScaleB(1, -24) * (1 + MathF.ScaleB(1, -23)), 1 - MathF.ScaleB(1, -23) + MathF.ScaleB(1, -22), 1));
        Assert.True(other > 0);

        float Draw() => random.Next(3) == 0 ? BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)) : MathF.ScaleB(random.Next(-4096, 4096), random.Next(-30, 30));
    }

    private static GeneratedModel Generated()
    {
        string path = Path.GetTempFileName();
        new ModelFiles.ModelFile<float>(new Network<float>(NetworkDefinition.Parse("1-1:tanh"))).Write(path);
        var model = TabularModel.Load(path);
        File.Delete(path);
        return GeneratedModel.Of(model, Target.Standard);
    }
}
