using System.Buffers;
using System.Globalization;
using Backprop.Tables.Reading;

namespace Backprop.Tables;

/// <summary>What a column holds, for a person to read.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">What its cells are.</param>
/// <param name="Missing">Empty cells.</param>
/// <param name="Distinct">Different values.</param>
/// <param name="Minimum">Of numbers; else NaN.</param>
/// <param name="Maximum">Of numbers; else NaN.</param>
/// <param name="Mean">Of numbers; else NaN.</param>
/// <param name="Counts">The most frequent values, at most 20; of those that are as frequent, the least numbers and the first texts.</param>
public sealed record ColumnSummary(string Name, ColumnType Type, int Missing, int Distinct, double Minimum, double Maximum, double Mean, IReadOnlyList<KeyValuePair<string, int>> Counts)
{
    private const int MostCounts = 20;

    /// <summary>Looks at all columns of a table, on all processors.</summary>
    public static IReadOnlyList<ColumnSummary> Of(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var summaries = new ColumnSummary[table.Columns.Count];
        Workers.Run(summaries.Length, n => summaries[n] = Of(table.Columns[n]));
        return summaries;
    }

    /// <summary>Looks at a column.</summary>
    public static ColumnSummary Of(Column column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return column.IsText ? OfText(column) : OfNumbers(column);
    }

    private static ColumnSummary OfText(Column column)
    {
        int[] counts = new int[column.Values.Count];
        int missing = 0;
        foreach (int code in column.Codes)
        {
            if (code < 0)
            {
                missing++;
            }
            else
            {
                counts[code]++;
            }
        }

        // Some of the rows need not have all of the values.
        KeyValuePair<string, int>[] found = [.. column.Values.Select((value, code) => KeyValuePair.Create(value, counts[code])).Where(pair => pair.Value > 0)];
        return new(column.Name, column.Type, missing, found.Length, double.NaN, double.NaN, double.NaN,
            [.. found.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(MostCounts)]);
    }

    private static ColumnSummary OfNumbers(Column column)
    {
        ulong[] bits = ArrayPool<ulong>.Shared.Rent(column.Rows);
        int present = 0;
        double minimum = double.PositiveInfinity, maximum = double.NegativeInfinity, mean = 0;
        foreach (double number in column.Numbers)
        {
            if (!double.IsNaN(number))
            {
                bits[present++] = number == 0 ? 0 : BitConverter.DoubleToUInt64Bits(number);
                minimum = Math.Min(minimum, number);
                maximum = Math.Max(maximum, number);
                mean += (number - mean) / present;
            }
        }

        var most = new PriorityQueue<double, (int Count, double Less)>(MostCounts + 1);
        int distinct = CountEach(bits.AsSpan(0, present), most);
        ArrayPool<ulong>.Shared.Return(bits);
        var counts = new KeyValuePair<string, int>[most.Count];
        for (int n = counts.Length - 1; n >= 0 && most.TryDequeue(out double number, out (int Count, double Less) rank); n--)
        {
            string text = column.Type == ColumnType.Boolean ? (number != 0 ? "true" : "false") : number.ToString("R", CultureInfo.InvariantCulture);
            counts[n] = KeyValuePair.Create(text, rank.Count);
        }

        return present == 0
            ? new(column.Name, column.Type, column.Rows, 0, double.NaN, double.NaN, double.NaN, [])
            : new(column.Name, column.Type, column.Rows - present, distinct, minimum, maximum, mean, counts);
    }

    /// <summary>How many values there are, and the most frequent. They are dealt into groups first, so that each group's table stays in the cache.</summary>
    private static int CountEach(ReadOnlySpan<ulong> values, PriorityQueue<double, (int Count, double Less)> most)
    {
        const int Groups = 512;
        Span<int> ends = stackalloc int[Groups];
        ends.Clear();
        foreach (ulong value in values)
        {
            ends[GroupOf(value)]++;
        }

        for (int n = 0, place = 0; n < Groups; n++)
        {
            (ends[n], place) = (place, place + ends[n]);
        }

        ulong[] dealt = ArrayPool<ulong>.Shared.Rent(values.Length);
        foreach (ulong value in values)
        {
            dealt[ends[GroupOf(value)]++] = value;
        }

        int distinct = 0;
        var counts = new (ulong Value, int Count)[64];
        for (int n = 0, start = 0; n < Groups; start = ends[n++])
        {
            int found = 0;
            foreach (ulong value in dealt.AsSpan(start, ends[n] - start))
            {
                ref (ulong Value, int Count) place = ref Find(counts, value);
                if (place.Count++ == 0)
                {
                    place.Value = value;
                    if (++found > counts.Length / 2)
                    {
                        counts = Grown(counts);
                    }
                }
            }

            distinct += found;
            foreach ((ulong value, int count) in counts)
            {
                if (count > 0)
                {
                    Offer(most, BitConverter.UInt64BitsToDouble(value), count);
                }
            }

            Array.Clear(counts);
        }

        ArrayPool<ulong>.Shared.Return(dealt);
        return distinct;
    }

    private static int GroupOf(ulong value) => (int)((value * 0x9E3779B97F4A7C15) >> 55);

    private static ref (ulong Value, int Count) Find((ulong Value, int Count)[] counts, ulong value)
    {
        int mask = counts.Length - 1, place = (int)((value * 0x9E3779B97F4A7C15) >> 32) & mask;
        while (counts[place].Count > 0 && counts[place].Value != value)
        {
            place = (place + 1) & mask;
        }

        return ref counts[place];
    }

    private static (ulong Value, int Count)[] Grown((ulong Value, int Count)[] counts)
    {
        var grown = new (ulong Value, int Count)[2 * counts.Length];
        foreach ((ulong Value, int Count) one in counts)
        {
            if (one.Count > 0)
            {
                Find(grown, one.Value) = one;
            }
        }

        return grown;
    }

    private static void Offer(PriorityQueue<double, (int Count, double Less)> most, double number, int count)
    {
        if (most.Count < MostCounts)
        {
            most.Enqueue(number, (count, -number));
        }
        else if (most.TryPeek(out double least, out (int Count, double Less) rank) && (count > rank.Count || (count == rank.Count && number < least)))
        {
            most.DequeueEnqueue(number, (count, -number));
        }
    }
}
