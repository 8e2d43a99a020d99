using CsCheck;

namespace Backprop.Tables.Tests;

public sealed class ColumnSummaryTests
{
    [Fact]
    public void SummariesAreThoseOfCounting() =>
        Gen.Select(Gen.OneOf(Gen.Double[-3, 3], Gen.Int[-5, 5].Select(n => (double)n), Gen.Const(double.NaN), Gen.Const(-0.0), Gen.Double.Where(double.IsFinite)).Array[1, 200], Gen.Int[1, 50]).Sample((some, times) =>
        {
            double[] numbers = [.. Enumerable.Repeat(some, times).SelectMany(n => n)];
            var found = ColumnSummary.Of(new Column("x", ColumnType.Real, numbers));
            double[] present = [.. numbers.Where(n => !double.IsNaN(n))];
            Assert.Equal((numbers.Length - present.Length, present.Distinct().Count()), (found.Missing, found.Distinct));
            Assert.Equal(present.Length == 0 ? double.NaN : present.Min(), found.Minimum);
            Assert.Equal(present.Length == 0 ? double.NaN : present.Max(), found.Maximum);
            Assert.Equal(
                present.Select(n => n == 0 ? 0 : n).GroupBy(n => n).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Take(20).Select(g => (g.Key, g.Count())),
                found.Counts.Select(pair => (double.Parse(pair.Key, System.Globalization.CultureInfo.InvariantCulture), pair.Value)));
        }, iter: 300);

    [Fact]
    public void TextsAreCounted()
    {
        var table = new Table("t", [new Column("a", ["x", null, "y", "y"]).Select([1, 2, 3])]);
        ColumnSummary summary = ColumnSummary.Of(table)[0];
        Assert.Equal((1, 1, 2), (summary.Missing, summary.Distinct, Assert.Single(summary.Counts).Value));
    }
}
