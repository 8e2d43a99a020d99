using Backprop.Tables.Cells;

namespace Backprop.Tables.Tests.Schemas;

public sealed class DateFormTests
{
    [Theory]
    [InlineData("y-m-d", "1970-01-01", 0)]
    [InlineData("y-m-d", "1969-12-31", -1)]
    [InlineData("y-m-d", "2025-12-31", 20453)]
    [InlineData("y-m-d", "2024-02-29", 19782)]
    [InlineData("y-m-d", "0001-01-01", -719162)]
    [InlineData("y-m-d", "2025-12-31T12:00", 20453.5)]
    [InlineData("y-m-d", "2025-12-31 12:00:00", 20453.5)]
    [InlineData("y-m-d", "2025-12-31T12:00:00.000Z", 20453.5)]
    [InlineData("y-m-d", "2025-12-31T12:00:00+06:00", 20453.25)]
    [InlineData("y-m-d", "2025-12-31T12:00:00-0600", 20453.75)]
    [InlineData("y-m-d", "2025-12-31T20:00-06", 20454 + (2 / 24.0))]
    [InlineData("y-m-d", "2025-12-31 00:00:43.2", 20453.0005)]
    [InlineData("d.m.y", "31.12.2025", 20453)]
    [InlineData("d.m.y", "1.2.2025", 20120)]
    [InlineData("d.m.y", "31.12.2025 18:00", 20453.75)]
    [InlineData("m/d/y", "12/31/2025", 20453)]
    [InlineData("m/d/y", "12/31/2025 6:00 PM", 20453.75)]
    [InlineData("m/d/y", "12/31/2025 12:00:00 AM", 20453)]
    [InlineData("d/m/y", "01/02/2025", 20120)]
    [InlineData("m/d/y", "01/02/2025", 20090)]
    [InlineData("y/m/d", "2025/12/31", 20453)]
    [InlineData("d-m-y", "31-12-2025", 20453)]
    [InlineData("ymd", "20251231", 20453)]
    [InlineData("d.m.yy", "31.12.25", 20453)]
    [InlineData("d.m.yy", "1.1.00 6:00", 10957.25)]
    [InlineData("m/d/yy", "01/01/69", -365)]
    [InlineData("yymd", "251231", 20453)]
    [InlineData("d.m.yy", "2025-12-31", 20453)]
    [InlineData("ymdTHM", "20251231T1200", 20453.5)]
    [InlineData("d/m/y H:M", "31/12/2025 6:00", 20453.25)]
    [InlineData("d.m.y", "2025-12-31", 20453)]
    [InlineData("d.m.y", "2025-12-31T12:00", 20453.5)]
    public void DatesAreDays(string form, string text, double days)
    {
        Assert.True(DateForm.Parse(form).TryParse(text, out double found));
        Assert.Equal(days, found);
    }

    [Theory]
    [InlineData("y-m-d", "")]
    [InlineData("y-m-d", "2025-02-29")]
    [InlineData("y-m-d", "2025-13-01")]
    [InlineData("y-m-d", "2025-12-32")]
    [InlineData("y-m-d", "2025-00-10")]
    [InlineData("y-m-d", "0000-01-01")]
    [InlineData("y-m-d", "25-12-31")]
    [InlineData("y-m-d", "2025-12-31x")]
    [InlineData("y-m-d", "2025-12-31T")]
    [InlineData("y-m-d", "2025-12-31T24:00")]
    [InlineData("y-m-d", "2025-12-31T12:60")]
    [InlineData("y-m-d", "2025-12-31T12:00:60")]
    [InlineData("y-m-d", "2025-12-31T12:00+")]
    [InlineData("y-m-d", "2025-12-31T12:00+06:")]
    [InlineData("y-m-d", "2025-12-31 13:00 PM")]
    [InlineData("y-m-d", "2025-12-3112:00")]
    [InlineData("y-m-d", "20251231")]
    [InlineData("d.m.y", "31.12.25")]
    [InlineData("d.m.yy", "31.12.2025")]
    [InlineData("d.m.yy", "31.12.5")]
    [InlineData("d.m.y", "12/31/2025")]
    [InlineData("m/d/y", "31/12/2025")]
    [InlineData("ymd", "2025123")]
    public void WhatIsNoDateIsNone(string form, string text) => Assert.False(DateForm.Parse(form).TryParse(text, out _));

    [Theory]
    [InlineData("")]
    [InlineData("d/m")]
    [InlineData("d/m/y/d")]
    [InlineData("d/m/yyyy")]
    [InlineData("x/m/d/y")]
    [InlineData("d1m2y")]
    public void FormsThatMeanNothingAreRefused(string pattern) => Assert.Throws<UsageException>(() => DateForm.Parse(pattern));

    [Theory]
    [InlineData("True", true)]
    [InlineData("FALSE", false)]
    [InlineData("Yes", true)]
    [InlineData("no", false)]
    [InlineData("t", true)]
    [InlineData("N", false)]
    [InlineData("on", true)]
    [InlineData("Off", false)]
    [InlineData("1", true)]
    [InlineData("0.0", false)]
    public void BooleansHaveManySpellings(string text, bool value)
    {
        Assert.True(BooleanText.TryParse(text, out bool found));
        Assert.Equal(value, found);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("maybe")]
    [InlineData("")]
    public void WhatIsNoBooleanIsNone(string text) => Assert.False(BooleanText.TryParse(text, out _));

    [Fact]
    public void APairIsBothSpellingsOfOneKind()
    {
        Assert.True(BooleanText.ArePair(["Yes", "no", "NO"]));
        Assert.False(BooleanText.ArePair(["yes"]));
        Assert.False(BooleanText.ArePair(["yes", "false"]));
        Assert.False(BooleanText.ArePair(["yes", "no", "maybe"]));
        Assert.False(BooleanText.ArePair(["1", "0"]));
    }
}
