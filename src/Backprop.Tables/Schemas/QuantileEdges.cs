using System.Buffers;
using Backprop.Kernels;

namespace Backprop.Tables.Schemas;

/// <summary>
/// Where a column of numbers is cut so that each piece has about as many rows as the others: a piecewise linear encoding of it (Gorishniy, Rubachev
/// and Babenko 2022) lets the first layer bend at these places, which a single scaled number does not.
/// </summary>
internal static class QuantileEdges
{
    /// <summary>A column of so few different numbers has levels.</summary>
    public const int FewNumbers = 12;

    /// <summary>In a table of more columns than this levels, and whole numbers that lie close together, are those of pixels, which no line must be bent for.</summary>
    public const int FewColumns = 48;

    /// <summary>How close.</summary>
    private const int Levels = 20;

    /// <summary>Of more rows, one of each few in a row is enough to say where quantiles lie: which is drawn, since a column may have a period.</summary>
    private const int ManyRows = 1 << 16;

    private static readonly CounterRandom s_draws = new(0x51554E54494C4553, 0);

    /// <summary>The ends of the pieces, from the least number to the greatest: quantiles, or where there are no more different numbers than that, those; null: fewer than two pieces.</summary>
    /// <param name="cells">The numbers.</param>
    /// <param name="rows">The rows of training.</param>
    /// <param name="statistics">Theirs.</param>
    /// <param name="pieces">How many, at most; equal quantiles make fewer.</param>
    /// <param name="takesLevels">Whether levels are cut too.</param>
    public static double[]? Of(NumberCells cells, ReadOnlySpan<int> rows, NumberStatistics statistics, int pieces, bool takesLevels)
    {
        int step = (rows.Length + ManyRows - 1) / ManyRows, count = 0;
        double[] rented = ArrayPool<double>.Shared.Rent((rows.Length + step - 1) / step);
        try
        {
            for (int n = 0; n < rows.Length; n += step)
            {
                double value = cells[rows[step == 1 ? n : Math.Min(rows.Length - 1, n + (int)(s_draws.Bits((ulong)n) % (ulong)step))]];
                if (!double.IsNaN(value))
                {
                    rented[count++] = value;
                }
            }

            Span<double> values = rented.AsSpan(0, count);
            values.Sort();
            int different = Different(values, Math.Max(FewNumbers, pieces + 1));
            if (!takesLevels && (different <= FewNumbers || AreLevels(values)))
            {
                return null;
            }

            different += count > 0 && values[0] > statistics.Minimum ? 1 : 0; // not all rows were looked at
            different += count > 0 && values[^1] < statistics.Maximum ? 1 : 0;
            int ends = different <= pieces + 1 ? count - 1 : pieces; // each number that there is, or quantiles
            var edges = new List<double>(pieces + 1) { statistics.Minimum };
            for (int n = 1; n <= ends; n++)
            {
                double edge = n == ends ? statistics.Maximum : values[(int)Math.Round((double)n / ends * (count - 1))];
                if (edge > edges[^1] && double.IsFinite(1 / (edge - edges[^1])))
                {
                    edges.Add(edge);
                }
            }

            return edges.Count > 2 ? [.. edges] : null;
        }
        finally
        {
            ArrayPool<double>.Shared.Return(rented);
        }
    }

    /// <summary>How many different numbers there are, or one more than is asked for.</summary>
    private static int Different(ReadOnlySpan<double> sorted, int atMost)
    {
        int different = sorted.IsEmpty ? 0 : 1;
        for (int n = 1; n < sorted.Length && different <= atMost; n++)
        {
            different += sorted[n] != sorted[n - 1] ? 1 : 0;
        }

        return different;
    }

    private static bool AreLevels(ReadOnlySpan<double> sorted)
    {
        if (sorted[^1] - sorted[0] > Levels)
        {
            return false;
        }

        foreach (double value in sorted)
        {
            if (!double.IsInteger(value))
            {
                return false;
            }
        }

        return true;
    }
}
