using Backprop.Tables.Schemas;

namespace Backprop.Tables.Tests.Schemas;

public sealed class NumberStatisticsTests
{
    /// <summary>Few numbers and many are looked through in different ways.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(100_000)]
    [InlineData(200_001)]
    public void TheMedianIsThatOfSortedNumbers(int rows)
    {
        var random = new Random(rows);
        foreach (Func<int, double> make in new Func<int, double>[]
        {
            n => random.NextDouble() - 0.5,
            n => Math.Exp(40 * (random.NextDouble() - 0.5)) * (n % 3 - 1),
            n => random.Next(3) - 1,
            n => n % 2 == 0 ? 1e300 : -1e-300,
            n => n % 7 == 0 ? double.NaN : random.Next(1000),
        })
        {
            double[] numbers = [.. Enumerable.Range(0, rows).Select(make)];
            double[] sorted = [.. numbers.Where(number => !double.IsNaN(number)).Order()];
            if (sorted.Length == 0)
            {
                continue;
            }

            double expected = sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (0.5 * sorted[(sorted.Length / 2) - 1]) + (0.5 * sorted[sorted.Length / 2]);
            int[] all = [.. Enumerable.Range(0, rows)];
            Assert.Equal(expected, NumberStatistics.Median(new(new Column("a", ColumnType.Real, numbers), null), all, sorted.Length));
        }
    }
}
