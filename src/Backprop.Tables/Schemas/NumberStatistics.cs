namespace Backprop.Tables.Schemas;

/// <summary>What is said of the numbers of some rows. Taken in row order, in double: the same on every machine.</summary>
/// <param name="Count">Cells that are there.</param>
/// <param name="Mean">NaN: there are none, or they are too large.</param>
/// <param name="Deviation">The population's standard deviation.</param>
/// <param name="Minimum">The least.</param>
/// <param name="Maximum">The greatest.</param>
internal readonly record struct NumberStatistics(int Count, double Mean, double Deviation, double Minimum, double Maximum)
{
    /// <summary>By Welford's recurrence.</summary>
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
        double[] values = new double[count];
        int n = 0;
        foreach (int row in rows)
        {
            double value = cells[row];
            if (!double.IsNaN(value))
            {
                values[n++] = value;
            }
        }

        int middle = count / 2;
        double upper = Selection.Nth(values, middle);
        if (count % 2 == 1)
        {
            return upper;
        }

        double lower = double.NegativeInfinity; // the greatest of those before it
        for (int m = 0; m < middle; m++)
        {
            lower = Math.Max(lower, values[m]);
        }

        return (0.5 * lower) + (0.5 * upper);
    }
}
