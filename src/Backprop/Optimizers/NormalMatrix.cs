using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Backprop.Optimizers;

/// <summary>
/// A symmetric matrix that squares are added to, and its Cholesky decomposition UᵀU, row by row above the diagonal. Lanes run across columns and every
/// element is one chain of fused multiply-adds in a fixed order: the same bits on any threads and vectors.
/// </summary>
internal sealed class NormalMatrix(int size, int threads)
{
    /// <summary>Rows of the decomposition that are made together, and columns that a thread takes at once.</summary>
    private const int Rows = 16, Columns = 256;

    /// <summary>Below this, threads cost more than they bring.</summary>
    private const int WorthThreads = 256;

    private static readonly int s_lanes = Vector512<double>.Count;

    private readonly int _stride = (size + s_lanes - 1) / s_lanes * s_lanes;
    private readonly ParallelOptions _threads = new() { MaxDegreeOfParallelism = size < WorthThreads ? 1 : threads == 0 ? Environment.ProcessorCount : threads };
    private readonly double[] _squares = new double[Length(size)], _upper = new double[Length(size)];

    public int Size => size;

    public void Clear() => Array.Clear(_squares);

    public void AddToDiagonal(int index, double value) => _squares[(index * _stride) + index] += value;

    public double GreatestOfDiagonal()
    {
        double greatest = 0;
        for (int n = 0; n < size; n++)
        {
            greatest = Math.Max(greatest, _squares[(n * _stride) + n]);
        }

        return greatest;
    }

    /// <summary>matrix += Σ v vᵀ over the first vectors of an array, each <see cref="Size"/> long.</summary>
    public void AddSquares(double[] vectors, int count)
    {
        if (_threads.MaxDegreeOfParallelism == 1)
        {
            for (int row = 0; row < size; row++)
            {
                AddSquares(vectors, count, row);
            }
        }
        else
        {
            Parallel.For(0, size, _threads, row => AddSquares(vectors, count, row));
        }
    }

    private void AddSquares(double[] vectors, int count, int row)
    {
        int column = row;
        for (; column + s_lanes <= size; column += s_lanes)
        {
            ref double to = ref _squares[(row * _stride) + column];
            Vector512<double> sum = Vector512.LoadUnsafe(ref to);
            for (int k = 0; k < count; k++)
            {
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(vectors[(k * size) + row]), Vector512.LoadUnsafe(ref vectors[(k * size) + column]), sum);
            }

            sum.StoreUnsafe(ref to);
        }

        for (; column < size; column++)
        {
            for (int k = 0; k < count; k++)
            {
                ref double to = ref _squares[(row * _stride) + column];
                to = Math.FusedMultiplyAdd(vectors[(k * size) + row], vectors[(k * size) + column], to);
            }
        }
    }

    /// <summary>solution ← (matrix + damping · I)⁻¹ right. False: that is not positive definite.</summary>
    public bool Solve(double damping, ReadOnlySpan<double> right, Span<double> solution)
    {
        if (!Decompose(damping))
        {
            return false;
        }

        right.CopyTo(solution);
        for (int k = 0; k < size; k++) // Uᵀ z = right
        {
            ReadOnlySpan<double> row = _upper.AsSpan(k * _stride, size);
            solution[k] /= row[k];
            for (int j = k + 1; j < size; j++)
            {
                solution[j] = Math.FusedMultiplyAdd(-row[j], solution[k], solution[j]);
            }
        }

        for (int k = size - 1; k >= 0; k--) // U solution = z
        {
            ReadOnlySpan<double> row = _upper.AsSpan(k * _stride, size);
            double rest = solution[k];
            for (int j = k + 1; j < size; j++)
            {
                rest = Math.FusedMultiplyAdd(-row[j], solution[j], rest);
            }

            solution[k] = rest / row[k];
        }

        return true;
    }

    /// <summary>Some rows at once: what earlier rows take from them is read once for all of them, and while it is in the cache.</summary>
    private bool Decompose(double damping)
    {
        for (int n = 0; n < size; n++)
        {
            _squares.AsSpan((n * _stride) + n, size - n).CopyTo(_upper.AsSpan((n * _stride) + n));
            _upper[(n * _stride) + n] += damping;
        }

        for (int first = 0; first < size; first += Rows)
        {
            int begin = first, end = Math.Min(size, first + Rows), strips = (_stride - (begin / s_lanes * s_lanes) + Columns - 1) / Columns;
            if (_threads.MaxDegreeOfParallelism == 1 || begin < WorthThreads)
            {
                for (int strip = 0; strip < strips; strip++)
                {
                    TakeEarlier(begin, end, strip);
                }
            }
            else
            {
                Parallel.For(0, strips, _threads, strip => TakeEarlier(begin, end, strip));
            }

            for (int row = begin; row < end; row++)
            {
                Span<double> own = _upper.AsSpan(row * _stride, size)[row..];
                for (int k = begin; k < row; k++)
                {
                    ReadOnlySpan<double> earlier = _upper.AsSpan(k * _stride, size)[row..];
                    double factor = -earlier[0];
                    for (int n = 0; n < own.Length; n++)
                    {
                        own[n] = Math.FusedMultiplyAdd(factor, earlier[n], own[n]);
                    }
                }

                if (!(own[0] > 0) || !double.IsFinite(own[0]))
                {
                    return false;
                }

                double root = Math.Sqrt(own[0]);
                own[0] = root;
                for (int n = 1; n < own.Length; n++)
                {
                    own[n] /= root;
                }
            }
        }

        return true;
    }

    /// <summary>Rows begin … end − 1 less what the rows before begin take from them, in a strip of columns; left of the diagonal it is of no use, and of no harm.</summary>
    private void TakeEarlier(int begin, int end, int strip)
    {
        int from = (begin / s_lanes * s_lanes) + (strip * Columns), to = Math.Min(_stride, from + Columns);
        for (int row = begin; row < end; row++)
        {
            for (int column = from; column < to; column += s_lanes)
            {
                ref double own = ref _upper[(row * _stride) + column];
                Vector512<double> value = Vector512.LoadUnsafe(ref own);
                for (int k = 0; k < begin; k++)
                {
                    ref double earlier = ref MemoryMarshal.GetArrayDataReference(_upper);
                    value = Vector512.FusedMultiplyAdd(Vector512.Create(-_upper[(k * _stride) + row]), Vector512.LoadUnsafe(ref earlier, (nuint)((k * _stride) + column)), value);
                }

                value.StoreUnsafe(ref own);
            }
        }
    }

    private static int Length(int size) => checked(size * ((size + s_lanes - 1) / s_lanes * s_lanes));
}
