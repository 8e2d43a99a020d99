using Backprop.Data;
using Backprop.Kernels;

namespace Backprop.Pages.Runs;

/// <summary>Points of the plane within about ±3, of two classes or with a value from −1 to 1. The same seed gives the same points.</summary>
internal static class PlaneData
{
    /// <summary>Points of two classes.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = ["circles", "xor", "gauss", "spiral"];

    /// <summary>Points with a value.</summary>
    public static IReadOnlyList<string> ValueNames { get; } = ["slope", "hills"];

    public static IReadOnlyList<string> Names { get; } = [.. ClassNames, .. ValueNames];

    /// <summary>Half the side of the square that the points are drawn in.</summary>
    public const double Extent = 3.6;

    /// <summary>The hills' tops and hollows.</summary>
    private static readonly (double X, double Y, double Sign)[] s_hills = [(-2, 1.25, 1), (0, 1.25, -1), (2, 1.25, 1), (-2, -1.25, -1), (0, -1.25, 1), (2, -1.25, -1)];

    /// <summary>Makes points; classes alternate from row to row. Values are those of the points before they are shaken.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="rows">How many.</param>
    /// <param name="noise">The standard deviation of what is added to each coordinate, in a tenth of the picture: 0 to 1.</param>
    /// <param name="seed">What is drawn.</param>
    /// <exception cref="UsageException">Unknown name.</exception>
    public static Dataset<double> Make(string name, int rows, double noise, ulong seed)
    {
        Func<int, double, double, (double X, double Y)> point = name switch
        {
            "circles" => Circles,
            "xor" => Xor,
            "gauss" => Gauss,
            "spiral" => Spiral,
            "slope" or "hills" => (_, along, across) => ((6 * along) - 3, (6 * across) - 3),
            _ => throw new UsageException(Suggestion.Unknown("data", name, Names)),
        };
        CounterRandom along = new(seed, 101), across = new(seed, 102), shake = new(seed, 103);
        double[] features = new double[2 * rows];
        int[] classes = new int[rows];
        double[] values = new double[rows];
        for (int row = 0; row < rows; row++)
        {
            ulong n = (ulong)row;
            classes[row] = row % 2;
            (double x, double y) = point(classes[row], along.Uniform(n), across.Uniform(n));
            values[row] = name switch { "slope" => (float)((x + y) / 5), "hills" => (float)Hills(x, y), _ => 0 };
            // Rounded to float, so that training and derivations, which run in double, see the same points.
            features[2 * row] = (float)(x + (0.6 * noise * shake.Normal(2 * n)));
            features[(2 * row) + 1] = (float)(y + (0.6 * noise * shake.Normal((2 * n) + 1)));
        }

        return new(rows, 2, features, ValueNames.Contains(name) ? Targets<double>.Values(values, 1) : Targets<double>.Classes(classes, 2));
    }

    /// <summary>±1 on the nearest top or hollow, falling to 0 at a distance of 1.</summary>
    private static double Hills(double x, double y) =>
        s_hills.Select(hill => hill.Sign * Math.Max(0, 1 - Math.Sqrt(((x - hill.X) * (x - hill.X)) + ((y - hill.Y) * (y - hill.Y))))).MaxBy(Math.Abs);

    /// <summary>A disc, and a ring around it.</summary>
    private static (double X, double Y) Circles(int c, double along, double across)
    {
        double radius = c == 0 ? 1.3 * Math.Sqrt(across) : 2.2 + (0.8 * across), angle = 2 * Math.PI * along;
        return (radius * Math.Cos(angle), radius * Math.Sin(angle));
    }

    /// <summary>Opposite quadrants belong together; a gap lies along the axes.</summary>
    private static (double X, double Y) Xor(int c, double along, double across)
    {
        bool right = along >= 0.5;
        double x = 0.2 + (2.8 * (right ? (2 * along) - 1 : 2 * along)), y = 0.2 + (2.8 * across);
        return (right ? x : -x, right == (c == 0) ? y : -y);
    }

    /// <summary>Two hills of normally distributed points.</summary>
    private static (double X, double Y) Gauss(int c, double along, double across)
    {
        double radius = 0.55 * Math.Sqrt(-2 * Math.Log(1 - across)), angle = 2 * Math.PI * along, centre = c == 0 ? -1.4 : 1.4;
        return (centre + (radius * Math.Cos(angle)), centre + (radius * Math.Sin(angle)));
    }

    /// <summary>Two arms, one and three quarters of a turn each.</summary>
    private static (double X, double Y) Spiral(int c, double along, double across)
    {
        double t = Math.Sqrt(0.01 + (0.99 * along)), radius = 3 * t, angle = (3.5 * Math.PI * t) + (c * Math.PI);
        return (radius * Math.Sin(angle), radius * Math.Cos(angle));
    }
}
