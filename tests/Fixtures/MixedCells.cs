using System.Globalization;

namespace Backprop.Tests.Fixtures;

/// <summary>Tables of columns of every kind, and targets of every kind that go with them.</summary>
internal static class MixedCells
{
    /// <summary>Columns of every kind, with gaps.</summary>
    public static Cells Draw(int rows, int seed) => Cells.Draw(rows, seed, random =>
    {
        double size = (20 * random.NextDouble()) + 5, weight = 1 + random.NextDouble();
        int town = random.Next(40) switch { < 36 and var n => n % 12, _ => 100 + random.Next(60) };
        bool isOpen = random.Next(3) == 0;
        var day = new DateOnly(2020 + random.Next(4), random.Next(1, 13), random.Next(1, 28));
        return new()
        {
            ["id"] = string.Create(CultureInfo.InvariantCulture, $"row {seed} {random.Next()}"),
            ["size"] = random.Next(9) == 0 ? "" : Cells.Number(size),
            ["weight"] = Cells.Number(weight),
            ["rooms"] = random.Next(1, 8).ToString(CultureInfo.InvariantCulture),
            ["gap"] = random.Next(2) == 0 ? "NA" : "1",
            ["town"] = random.Next(15) == 0 ? "?" : $"town, {town}",
            ["code"] = random.Next(3).ToString(CultureInfo.InvariantCulture),
            ["colour"] = (new[] { "red", "green", "blue" })[random.Next(3)],
            ["open"] = isOpen ? "yes" : "no",
            ["day"] = random.Next(20) == 0 ? "" : day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["left"] = random.Next(4) == 0 ? "1" : "0",
            ["right"] = size + random.Next(9) > 22 ? "1" : "0",
            ["count"] = ((int)(weight * size / 6)).ToString(CultureInfo.InvariantCulture),
            ["kind"] = (size + (isOpen ? 5 : 0) + random.Next(6)) switch { < 16 => "small", < 23 => "middle", _ => "large" },
            ["cost"] = Cells.Number((100 * size) + (isOpen ? 300 : 0) + random.Next(400)),
        };
    });

    /// <summary>The same with what training never had: towns, numbers far outside, other spellings, days long before and after, gaps where there were none.</summary>
    public static Cells Odd(Cells cells) => cells
        .With("town", (row, text) => row % 6 == 0 ? $"nowhere {row}" : text)
        .With("size", (row, text) => row % 11 == 0 ? "1000" : row % 11 == 1 ? "-40" : text)
        .With("rooms", (row, text) => row % 8 == 0 ? "" : text)
        .With("code", (row, text) => row % 4 == 0 ? "1.0" : row % 4 == 1 ? "7" : row % 9 == 0 ? "" : text)
        .With("colour", (row, text) => row % 7 == 0 ? "Red" : row % 7 == 1 ? "" : text)
        .With("open", (row, text) => row % 5 == 0 ? "TRUE" : row % 5 == 1 ? "off" : row % 5 == 2 ? "1" : row % 10 == 3 ? "" : text)
        .With("day", (row, text) => row % 9 == 0 ? "1931-02-28" : row % 9 == 1 ? "2096-02-29" : text);
}
