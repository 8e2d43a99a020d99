using System.Buffers;
using System.Runtime.CompilerServices;

namespace Backprop.Tables.Schemas;

/// <summary>What is said of the numbers of some rows. Taken in row order, in double: the same on every machine.</summary>
/// <param name="Count">Cells that are there.</param>
/// <param name="Mean">NaN: there are none, or they are too large.</param>
/// <param name="Deviation">The population's standard deviation.</param>
/// <param name="Minimum">The least.</param>
/// <param name="Maximum">The greatest.</param>
internal readonly record struct NumberStatistics(int Count, double Mean, double Deviation, double Minimum, double Maximum)
{
    /// <summary>Of fewer numbers the median is looked for among all at once.</summary>
    private const int ManyNumbers = 1 << 16;

    /// <summary>By Welford's recurrence.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static NumberStatistics Of(NumberCells cells, ReadOnlySpan<int> rows)
    {
        double mean = 0, squares = 0, minimum = double.PositiveInfinity, maximum = double.NegativeInfinity;
        int count = 0;
        foreach (int row in rows)
        {
            double value = cells[row];
            if (!double.IsNaN(value))
            {
                double before = value - mean;
                mean += before / ++count;
                squares += before * (value - mean);
                minimum = Math.Min(minimum, value);
                maximum = Math.Max(maximum, value);
            }
        }

        return new(count, mean, count == 0 ? 0 : Math.Sqrt(squares / count), minimum, maximum);
    }

    /// <summary>Whether mean and deviation are numbers.</summary>
    public bool IsFinite => double.IsFinite(Mean) && double.IsFinite(Deviation);

    /// <summary>Whether there is one number, any times.</summary>
    public bool IsConstant => Count > 0 && Minimum == Maximum;

    /// <summary>The median of the cells that are there.</summary>
    public static double Median(NumberCells cells, ReadOnlySpan<int> rows, int count)
    {
        int middle = count / 2, below = 0, first = 0, last = (1 << 16) - 1, length = count;
        if (count > ManyNumbers)
        {
            // It is looked for within the bin of the middle, and of the number before it, alone.
            int[] bins = Bins(cells, rows);
            for (; below + bins[first] <= (count - 1) / 2; first++)
            {
                below += bins[first];
            }

            length = bins[first];
            for (last = first; below + length <= middle;)
            {
                length += bins[++last];
            }

            ArrayPool<int>.Shared.Return(bins);
        }

        double[] rented = ArrayPool<double>.Shared.Rent(length);
        Span<double> values = rented.AsSpan(0, length);
        Gather(cells, rows, first, last, values);
        double upper = Selection.Nth(values, middle - below);
        double median = count % 2 == 1 ? upper : (0.5 * Greatest(values[..(middle - below)])) + (0.5 * upper);
        ArrayPool<double>.Shared.Return(rented);
        return median;
    }

    /// <summary>The numbers of some bins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(NumberCells cells, ReadOnlySpan<int> rows, int first, int last, Span<double> values)
    {
        int found = 0;
        foreach (int row in rows)
        {
            double value = cells[row];
            if (!double.IsNaN(value) && Bin(value) is var bin && bin >= first && bin <= last)
            {
                values[found++] = value;
            }
        }
    }

    private static double Greatest(ReadOnlySpan<double> values)
    {
        double greatest = values[0];
        foreach (double value in values)
        {
            greatest = Math.Max(greatest, value);
        }

        return greatest;
    }

    /// <summary>How many numbers have each sign, exponent and first four binary digits; numbers of a bin are all less than those of a later one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int[] Bins(NumberCells cells, ReadOnlySpan<int> rows)
    {
        int[] bins = ArrayPool<int>.Shared.Rent(1 << 16);
        Array.Clear(bins);
        foreach (int row in rows)
        {
            double value = cells[row];
            if (!double.IsNaN(value))
            {
                bins[Bin(value)]++;
            }
        }

        return bins;
    }

    /// <summary>−0 counts as 0.</summary>
    private static int Bin(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        return (int)((ulong)(bits ^ ((bits >> 63) | long.MinValue)) >> 48);
    }
}
