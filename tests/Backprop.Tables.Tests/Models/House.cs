namespace Backprop.Tables.Tests.Models;

/// <summary>A row as a program has it: text, numbers that may be missing, dates, truth values.</summary>
public sealed record House(string Town, double? Size, int Rooms, bool Garden, DateOnly Built, Heating? Heating, double Price)
{
    /// <summary>Houses whose price follows from size, town and garden.</summary>
    public static IReadOnlyList<House> Some(int count, int seed = 1)
    {
        var random = new Random(seed);
        string[] towns = ["Ulm", "Bonn", "Köln, Altstadt"];
        return
        [
            .. Enumerable.Range(0, count).Select(n =>
            {
                (int town, double size, bool garden) = (random.Next(3), 40 + (160 * random.NextDouble()), random.Next(2) == 0);
                double price = (size * (2000 + (500 * town))) + (garden ? 20_000 : 0);
                return new House(towns[town], n % 7 == 3 ? null : size, 1 + random.Next(6), garden, new(1950 + random.Next(70), 1 + random.Next(12), 1), n % 5 == 0 ? null : (Heating)random.Next(2), price);
            }),
        ];
    }
}
