namespace Backprop.Pages.Runs;

/// <summary>What a network is given of a point of the plane: its coordinates, and what can be made of them.</summary>
internal static class PlaneFeatures
{
    /// <summary>The coordinates alone.</summary>
    public const string Usual = "x1,x2";

    private static readonly (string Name, string Title, Func<double, double, double> Of)[] s_all =
    [
        ("x1", "x₁", (x, _) => x), ("x2", "x₂", (_, y) => y), ("x1x1", "x₁²", (x, _) => x * x), ("x2x2", "x₂²", (_, y) => y * y), ("x1x2", "x₁x₂", (x, y) => x * y),
        ("sin1", "sin x₁", (x, _) => Math.Sin(x)), ("sin2", "sin x₂", (_, y) => Math.Sin(y)),
    ];

    /// <summary>As an address says them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(feature => feature.Name)];

    /// <summary>As the page says them, in the same order.</summary>
    public static IReadOnlyList<string> Titles { get; } = [.. s_all.Select(feature => feature.Title)];

    /// <summary>The places in <see cref="Names"/> of some of them, at least one.</summary>
    /// <exception cref="UsageException">An unknown name, one that stands twice, or none.</exception>
    public static int[] Parse(string features)
    {
        int[] places = [.. features.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name =>
            Array.FindIndex(s_all, feature => feature.Name == name) is >= 0 and int place ? place : throw new UsageException(Suggestion.Unknown("features", name, Names)))];
        return places.Length > 0 && places.Distinct().Count() == places.Length
            ? places
            : throw new UsageException($"features: '{features}' found, one or more of {string.Join(", ", Names)}, each once, expected");
    }

    /// <summary>The same with one more or less, in the order of <see cref="Names"/>.</summary>
    public static string With(string features, string name, bool isOn)
    {
        string[] now = features.Split(',');
        return string.Join(',', Names.Where(known => known == name ? isOn : now.Contains(known)));
    }

    /// <summary>The features of a point. Rounded to float, so that training and derivations, which run in double, see the same.</summary>
    public static void Make(IReadOnlyList<int> places, double x, double y, Span<double> features)
    {
        for (int n = 0; n < places.Count; n++)
        {
            features[n] = (float)s_all[places[n]].Of(x, y);
        }
    }
}
