using System.Diagnostics;

namespace Backprop.Tables.Tests;

public sealed class ColumnSummaryTests
{
    [Fact]
    public void NumbersAreCounted()
    {
        ColumnSummary summary = ColumnSummary.Of(new Column("x", ColumnType.Real, [2, double.NaN, 0.0, -0.0, 2, 2, 7, 1e300]));
        Assert.Equal((1, 4, 0.0, 1e300), (summary.Missing, summary.Distinct, summary.Minimum, summary.Maximum));
        Assert.Equal([new("2", 3), new("0", 2), new("7", 1), new("1E+300", 1)], summary.Counts);
        ColumnSummary empty = ColumnSummary.Of(new Column("x", ColumnType.Real, [double.NaN]));
        Assert.Equal((1, 0, double.NaN), (empty.Missing, empty.Distinct, empty.Mean));
        Assert.Equal([new("false", 1), new("true", 1)], ColumnSummary.Of(new Column("b", ColumnType.Boolean, [1, 0])).Counts);
    }

    /// <summary>Of wide tables: nobody has looked at the commonest values yet.</summary>
    [Fact]
    public void AShortColumnTakesLittleMemory()
    {
        var column = new Column("x", ColumnType.Real, [.. Enumerable.Range(0, 60).Select(n => n / 7.0)]);
        ColumnSummary.Of(column);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int n = 0; n < 100; n++)
        {
            ColumnSummary.Of(column);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 1, 1000);
    }

    [Fact]
    public void TextsAreCounted()
    {
        ColumnSummary summary = ColumnSummary.Of(new Column("x", ["b", "a", null, "b"]).Select([0, 1, 2]));
        Assert.Equal((1, 2, double.NaN), (summary.Missing, summary.Distinct, summary.Maximum));
        Assert.Equal([new("a", 1), new("b", 1)], summary.Counts);
    }

    [Fact]
    public void TheCommonestAreTheCommonest()
    {
        var random = new Random(7);
        for (int round = 0; round < 200; round++)
        {
            double[] numbers = [.. Enumerable.Range(0, random.Next(1, 500)).Select(_ => (double)random.Next(random.Next(1, 300)))];
            KeyValuePair<string, int>[] expected = [.. numbers.GroupBy(number => number).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).Take(20).Select(group => KeyValuePair.Create($"{group.Key}", group.Count()))];
            ColumnSummary summary = ColumnSummary.Of(new Column("x", ColumnType.Real, numbers));
            Assert.Equal(expected, summary.Counts);
            Assert.Equal(numbers.Distinct().Count(), summary.Distinct);
            Assert.Equal(numbers.Average(), summary.Mean, 10);
        }
    }

    [Fact]
    public void WideAndLongTablesCostByTheirCells()
    {
        var random = new Random(1);
        var wide = new Table("wide", [.. Enumerable.Range(0, 20_000).Select(c => new Column($"c{c}", ColumnType.Real, [.. Enumerable.Range(0, 60).Select(n => n + random.NextDouble())]))]);
        var tall = new Table("long", [.. Enumerable.Range(0, 2).Select(c => new Column($"c{c}", ColumnType.Real, [.. Enumerable.Range(0, 600_000).Select(n => n + random.NextDouble())]))]);
        foreach (Table table in (Table[])[wide, tall])
        {
            long start = Stopwatch.GetTimestamp();
            Assert.All(ColumnSummary.Of(table), summary => Assert.Equal(table.Rows, summary.Distinct));
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60), $"{table.Source}: {Stopwatch.GetElapsedTime(start)}");
        }
    }
}
