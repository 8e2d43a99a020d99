using Backprop.Cli.Output;

namespace Backprop.Cli.Tests;

/// <summary>What is drawn fits the window, from 20 columns to 300.</summary>
public class WindowWidthTests
{
    [Theory]
    [InlineData("trial 1: loss 0.5", 80, "trial 1: loss 0.5")]
    [InlineData("trial 1: loss 0.5", 17, "trial 1: loss 0…")]
    [InlineData("日本語の列", 8, "日本語…")]
    public void ALineIsCutWhereTheWindowEnds(string text, int width, string shown)
    {
        Assert.Equal(shown, LiveLine.Fit(text, width));
        Assert.True(LiveLine.Columns(shown) < width);
    }

    [Theory]
    [InlineData(0, 0.5, 10, "0:10 left")]
    [InlineData(0, 0.1, 433.4, "1:05:00 left")]
    [InlineData(0.5, 0.75, 30, "0:30 left")] // half was done by an earlier process
    [InlineData(0.5, 0.5, 30, "0:00 left")]
    public void WhatIsLeftIsReckonedByWhatThisProcessDid(double begun, double part, double seconds, string said) => Assert.Equal(said, LiveLine.Left(begun, part, seconds));

    [Fact]
    public void TheLiveLineIsNeverLongerThanTheWindow()
    {
        (int, string)[] parts = [(0, "epoch 10000/10000"), (2, "loss 1.234E-05"), (3, "validation 1.234 calibration_error 100.00 %"), (4, "12,345,678 rows/s"), (1, "59:59 left")];
        string before = "";
        for (int width = 1; width <= 300; width++)
        {
            string line = LiveLine.Of(width, 0.5, parts);
            Assert.True(line.Length < width, $"{width}: '{line}'");
            Assert.True(line.Trim('━', '─', ' ').Length >= before.Trim('━', '─', ' ').Length, $"{width}: '{line}' says less than '{before}'");
            before = line;
        }

        Assert.Equal("━━━━━━━━━━────────── epoch 10000/10000  loss 1.234E-05  validation 1.234 calibration_error 100.00 %  12,345,678 rows/s  59:59 left", before);
        Assert.Equal("━━━━─── epoch 10000/10000  59:59 left", LiveLine.Of(38, 0.6, parts));
        Assert.Equal("epoch 10000/10000", LiveLine.Of(18, 0.5, parts));
    }

    [Fact]
    public void ColumnsAreThoseOfATerminal()
    {
        Assert.Equal(10, LiveLine.Columns("recall süß"));
        Assert.Equal(4, LiveLine.Columns("日本"));
        Assert.Equal(2, LiveLine.Columns("🙂"));
        Assert.Equal(1, LiveLine.Columns("e\u0301"));
        Assert.Equal("日本", LiveLine.Of(5, 0.5, (0, "日本"), (1, "x")));
        Assert.Equal("", LiveLine.Of(4, 0.5, (0, "日本")));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    [InlineData(36)]
    public void TheCurveIsAsWideAsTheWindow(int window)
    {
        foreach (int epochs in new[] { 2, 30, 100_000 })
        {
            double[] losses = [.. Enumerable.Range(0, epochs).Select(n => 1.0 / (n + 1))];
            string[] lines = LossCurve.Draw(window, losses, losses).Split('\n');
            Assert.All(lines, line => Assert.True(line.TrimEnd('\r').Length < window, $"{line.Length}: {line}"));
            Assert.Contains(lines, line => line.Contains('┤', StringComparison.Ordinal));
        }

        string[] whole = LossCurve.Draw(window, [1, 0.5, 0.1], []).Split('\n');
        Assert.Equal(window - 1, whole[0].TrimEnd('\r').Length);
        Assert.All(whole, line => Assert.True(line.TrimEnd('\r').Length < window, line));
    }
}
