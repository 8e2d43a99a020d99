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

        GC.KeepAlive(panels);

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
}
