using System.Numerics;
using Backprop.Kernels;
using Backprop.Kernels.Reference;
using CsCheck;

namespace Backprop.Tests;

public unsafe class KernelTests
{
    [Fact]
    public void ProductsAreTheReferencesBits()
    {
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 70], Gen.Int[1, 90], Gen.Bool, Gen.Int[0, 1000]).Sample((rows, columns, length, bias, seed) =>
        {
            Check<float, Lanes512Single>(rows, columns, length, bias, seed);
            Check<float, Lanes256Single>(rows, columns, length, bias, seed);
            Check<float, Lanes128Single>(rows, columns, length, bias, seed);
            Check<float, Lane<float>>(rows, columns, length, bias, seed);
            Check<double, Lanes512Double>(rows, columns, length, bias, seed);
            Check<double, Lanes256Double>(rows, columns, length, bias, seed);
            Check<double, Lane<double>>(rows, columns, length, bias, seed);
        }, iter: 150);
        Check<float, Lanes512Single>(7, 33, 2500, true, 1); // sums that go on from C
    }

    [Fact]
    public void TranspositionMovesEveryNumber()
    {
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[0, 5], Gen.Int[0, 5]).Sample((rows, columns, more, beyond) =>
        {
            CheckTransposition<float>(rows, columns, columns + more, rows + beyond);
            CheckTransposition<double>(rows, columns, columns + more, rows + beyond);
        }, iter: 300);
    }

    private static void CheckTransposition<T>(int rows, int columns, int fromStride, int toStride) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] from = Numbers<T>(new CounterRandom(1, 1), 4, rows * fromStride), to = new T[columns * toStride];
        T guard = T.CreateTruncating(12345);
        Array.Fill(to, guard);
        fixed (T* source = from, target = to)
        {
            Transposition.Run(source, fromStride, rows, columns, target, toStride);
        }

        for (int column = 0; column < columns; column++)
        {
            for (int row = 0; row < toStride; row++)
            {
                Assert.Equal(row < rows ? from[(row * fromStride) + column] : guard, to[(column * toStride) + row]);
            }
        }
    }

    private static void Check<T, V>(int rows, int columns, int length, bool withBias, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        var random = new CounterRandom((ulong)seed, 3);
        T[] a = Numbers<T>(random, 0, rows * length), b = Numbers<T>(random, 1, length * columns), bias = withBias ? Numbers<T>(random, 2, columns) : [];
        T[] expected = ReferenceMatrixProduct.Multiply<T>(rows, columns, length, a, b, bias);
        int stride = Layout.RowStride<T>(columns);
        int panelRows = withBias ? length + 1 : length;
        var panels = new AlignedBuffer<T>(Layout.PanelSize<T>(panelRows, columns));
        for (int k = 0; k < length; k++)
        {
            for (int c = 0; c < columns; c++)
            {
                panels.Pointer[Layout.PanelIndex<T>(k, c, panelRows, columns)] = b[(k * columns) + c];
            }
        }

        for (int c = 0; c < bias.Length; c++)
        {
            panels.Pointer[Layout.PanelIndex<T>(length, c, panelRows, columns)] = bias[c];
        }

        var result = new AlignedBuffer<T>((rows + 1) * stride);
        T guard = T.CreateTruncating(12345);
        result.Span[(rows * stride)..].Fill(guard);
        fixed (T* left = a)
        {
            MatrixProduct<T, V>.Run(rows, columns, 0, columns, length, left, length, panels.Pointer, withBias, result.Pointer, stride, new NoTail());
        }

        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                Assert.Equal(expected[(r * columns) + c], result.Pointer[(r * stride) + c]);
            }

            for (int c = columns; c < Layout.Pad<T>(columns); c++)
            {
                Assert.Equal(T.Zero, result.Pointer[(r * stride) + c]);
            }
        }

        Assert.All(result.Span[(rows * stride)..].ToArray(), value => Assert.Equal(guard, value));
    }

    private static T[] Numbers<T>(CounterRandom random, ulong stream, int count) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. Enumerable.Range(0, count).Select(n => T.CreateTruncating(random.Normal((stream << 32) + (ulong)n)))];

    [Theory]
    [InlineData("exp", -700, 700, 3)]
    [InlineData("expm1", -40, 40, 4)]
    [InlineData("log", 1e-300, 1e300, 3)]
    [InlineData("log1p", -0.9, 100, 4)]
    [InlineData("tanh", -25, 25, 5)]
    [InlineData("sin", -100, 100, 4)]
    [InlineData("cos", -100, 100, 4)]
    public void ElementFunctionsAreAccurate(string name, double low, double high, double ulps)
    {
        var random = new CounterRandom(1, 1);
        for (ulong n = 0; n < 20_000; n++)
        {
            double x = name == "log" ? Math.Exp(Math.Log(low) + ((Math.Log(high) - Math.Log(low)) * random.Uniform(n))) : low + ((high - low) * random.Uniform(n));
            var lane = new Lane<double>(x);
            (double actual, double expected, double scale) = name switch
            {
                "exp" => (Lane<double>.Exp(lane).Value, Math.Exp(x), 0.0),
                "expm1" => (Lane<double>.ExpM1(lane).Value, 2 * Math.Sinh(x / 2) * Math.Exp(x / 2), 0),
                "log" => (Lane<double>.Log(lane).Value, Math.Log(x), 0),
                "log1p" => (Lane<double>.LogP1(lane).Value, Math.Abs(x) < 1e-5 ? x - (x * x / 2) : Math.Log(1 + x), 1),
                "tanh" => (Lane<double>.Tanh(lane).Value, Math.Tanh(x), 0),
                "sin" => (Lane<double>.Sin(lane).Value, Math.Sin(x), 1e-2),
                _ => (Lane<double>.Cos(lane).Value, Math.Cos(x), 1e-2),
            };
            double unit = Math.BitIncrement(Math.Max(Math.Abs(expected), scale)) - Math.Max(Math.Abs(expected), scale);
            Assert.True(Math.Abs(actual - expected) <= ulps * unit, $"{name}({x:R}): {actual:R} found, {expected:R} expected");
        }
    }

    [Fact]
    public void ElementFunctionsKeepTheirSpecialValues()
    {
        double inf = double.PositiveInfinity, nan = double.NaN;
        (Func<Lane<double>, Lane<double>> F, double X, double Y)[] cases =
        [
            (Lane<double>.Exp, inf, inf), (Lane<double>.Exp, -inf, 0), (Lane<double>.Exp, nan, nan), (Lane<double>.Exp, 0, 1), (Lane<double>.Exp, 1e4, inf), (Lane<double>.Exp, -1e4, 0),
            (Lane<double>.Log, 0, -inf), (Lane<double>.Log, -1, nan), (Lane<double>.Log, inf, inf), (Lane<double>.Log, nan, nan), (Lane<double>.Log, 1, 0), (Lane<double>.Log, double.Epsilon, Math.Log(double.Epsilon)),
            (Lane<double>.Tanh, inf, 1), (Lane<double>.Tanh, -inf, -1), (Lane<double>.Tanh, nan, nan), (Lane<double>.Tanh, 0, 0),
            (Lane<double>.Sigmoid, 1e4, 1), (Lane<double>.Sigmoid, -1e4, 0), (Lane<double>.Sigmoid, nan, nan), (Lane<double>.Sigmoid, 0, 0.5),
            (Lane<double>.Softplus, 1e4, 1e4), (Lane<double>.Softplus, -1e4, 0), (Lane<double>.Softplus, nan, nan),
            (Lane<double>.Erf, inf, 1), (Lane<double>.Erf, -inf, -1), (Lane<double>.Erf, nan, nan), (Lane<double>.NormalCdf, 40, 1), (Lane<double>.NormalCdf, -40, 0), (Lane<double>.NormalCdf, nan, nan),
        ];
        foreach ((Func<Lane<double>, Lane<double>> f, double x, double y) in cases)
        {
            Assert.Equal(y, f(new(x)).Value);
        }

        Assert.True(float.IsNaN(Lane<float>.Exp(new(float.NaN)).Value));
        Assert.Equal(0.8427007929497149, Lane<double>.Erf(new(1)).Value, 15);
        Assert.Equal(0.15865525393145705, Lane<double>.NormalCdf(new(-1)).Value, 15);
    }
}
