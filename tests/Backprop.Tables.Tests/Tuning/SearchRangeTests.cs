using System.Globalization;
using Backprop.Tables.Tuning;

namespace Backprop.Tables.Tests.Tuning;

/// <summary>Ranges: how they are read, what is drawn from them, where their edges are.</summary>
public sealed class SearchRangeTests
{
    [Theory]
    [InlineData("learning-rate=1e-4..1e-1:log", 1e-4, 1e-1, true)]
    [InlineData("dropout=0..0.3", 0, 0.3, false)]
    [InlineData(" batch-size = 16..256:log", 16, 256, true)]
    public void NumbersHaveEnds(string text, double low, double high, bool isLogarithmic)
    {
        var range = SearchRange.Parse(text);
        Assert.Equal(((low, high), isLogarithmic), (range.Ends!.Value, range.IsLogarithmic));
        Assert.Equal(range.ToString(), SearchRange.Parse(range.ToString()).ToString());
    }

    [Theory]
    [InlineData("network=32:relu,64:relu,layer_norm,dropout(0.1)-32:relu,16:tanh", new[] { "32:relu", "64:relu,layer_norm,dropout(0.1)-32:relu", "16:tanh" })]
    [InlineData("schedule=cosine,step(10,0.5),constant", new[] { "cosine", "step(10,0.5)", "constant" })]
    [InlineData("class-weights=p=5,q=1,p=2,q=1,balanced", new[] { "p=5,q=1", "p=2,q=1", "balanced" })]
    [InlineData("bins=0,8,1e1", new[] { "0", "8", "10" })]
    public void ListsAreDividedBetweenValuesOnly(string text, string[] values) => Assert.Equal(values, SearchRange.Parse(text).Values);

    [Theory]
    [InlineData("learning-rate", "no name with values found")]
    [InlineData("learning-rate=", "no name with values found")]
    [InlineData("lerning-rate=1..2", "did you mean 'learning-rate'?")]
    [InlineData("seed=1..2", "unknown option to give a range 'seed'")]
    [InlineData("dropout=0..x", "'x' found, a number expected")]
    [InlineData("dropout=0,3..0,5", "'0,3' found, a number expected")]
    [InlineData("bins=1..2.5", "'2.5' found, a whole number expected")]
    [InlineData("dropout=0.3..0.1", "0.3 is not less than 0.1")]
    [InlineData("dropout=0..0.3:log", "0 has no logarithm")]
    [InlineData("dropout=0.1..0.3:ln", "':ln' found")]
    [InlineData("bins=0,8,8", "one value found twice")]
    [InlineData("optimizer=adam,,sgd", "'' found, a value expected")]
    public void WhatIsWrongIsSaid(string text, string message)
    {
        UsageException error = Assert.Throws<UsageException>(() => SearchRange.Parse(text));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DrawsAreEvenInTheLogarithmAndRounded()
    {
        var range = SearchRange.Parse("learning-rate=1e-4..1e-1:log");
        Assert.Equal("0.0001", range.At(0));
        Assert.Equal("0.00316", range.At(0.5)); // √(1e-4 · 1e-1) = 0.0031622…
        Assert.Equal(0.5, range.PlaceOf("0.0031622776601683795")!.Value, 1e-12);
        Assert.Equal("91", SearchRange.Parse("batch-size=64..128:log").At(0.5)); // 64 √2 = 90.5
        Assert.Null(range.PlaceOf("0.2"));
    }

    /// <summary>Three digits are two values of 0.9991 to 0.9999.</summary>
    [Theory]
    [InlineData("beta2=0.9991..0.9999")]
    [InlineData("dropout=0.1001..0.1004")]
    [InlineData("learning-rate=1..1.001:log")]
    public void NarrowRangesHaveManyDraws(string text) => Assert.Equal(50, Enumerable.Range(0, 50).Select(n => SearchRange.Parse(text).At((n + 0.5) / 50)).Distinct().Count());

    [Theory]
    [InlineData("learning-rate=1e-4..1e-1:log", "0.095", true)]
    [InlineData("learning-rate=1e-4..1e-1:log", "0.05", false)]
    [InlineData("dropout=0..0.3", "0", false)] // there is nothing beyond
    [InlineData("dropout=0..0.3", "0.01", true)]
    [InlineData("batch-size=8,16,32", "32", true)]
    [InlineData("batch-size=8,16,32", "16", false)]
    [InlineData("batch-size=8,16", "16", false)] // all of two are ends
    [InlineData("network=8:relu,16:relu,32:relu", "32:relu", false)] // no order
    public void EdgesAreThoseThatCouldBeMoved(string text, string value, bool isEdge) => Assert.Equal(isEdge, SearchRange.Parse(text).IsAtEdge(value));

    /// <summary>Each of the four quarters of each range has its share of 40 draws, whatever the seed.</summary>
    [Fact]
    public void DrawsFillTheSpace()
    {
        SearchRange[] ranges = [SearchRange.Parse("learning-rate=1e-4..1e-1:log"), SearchRange.Parse("dropout=0..0.4"), SearchRange.Parse("weight-decay=0..1")];
        for (ulong seed = 0; seed < 20; seed++)
        {
            IReadOnlyList<Candidate> candidates = new SearchSpace(new() { Network = "4:relu" }, ranges, 100, 3, classes: true).Draw(40, seed);
            Assert.Equal(40, candidates.Count);
            foreach (SearchRange range in ranges)
            {
                int[] quarters = new int[4];
                foreach (Candidate candidate in candidates)
                {
                    quarters[Math.Min(3, (int)(4 * range.PlaceOf(candidate.Values.First(value => value.Key == range.Name).Value)!.Value))]++;
                }

                Assert.All(quarters, count => Assert.InRange(count, 6, 14)); // of independent draws, deviation 2.7, one in ten is outside
            }

            Assert.All(candidates, candidate => Assert.Equal(candidate.Values.First(value => value.Key == "dropout").Value, candidate.Options.Dropout!.Value.ToString("R", CultureInfo.InvariantCulture)));
        }
    }
}
