using System.Numerics;

namespace Backprop.Kernels.Reference;

/// <summary>The plain loops: the specification of the matrix products, and the oracle of their tests. They stay for ever.</summary>
internal static class ReferenceMatrixProduct
{
    /// <summary>C[row, column] = bias[column] + Σ_k A[row, k] B[k, column], row-major, one chain of fused multiply-adds in the order of k.</summary>
    public static T[] Multiply<T>(int rows, int columns, int length, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var c = new T[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                T sum = bias.IsEmpty ? T.Zero : bias[column];
                for (int k = 0; k < length; k++)
                {
                    sum = T.FusedMultiplyAdd(a[(row * length) + k], b[(k * columns) + column], sum);
                }

                c[(row * columns) + column] = sum;
            }
        }

        return c;
    }
}
