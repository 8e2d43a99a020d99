using System.Globalization;

namespace Backprop.Pages.Drawing;

/// <summary>Numbers for people.</summary>
internal static class Figures
{
    /// <summary>Four digits, with a true minus sign.</summary>
    public static string Signed(double value) => Format(value, "G4");

    /// <summary>Seven digits: what a float holds.</summary>
    public static string Exact(double value) => Format(value, "G7");

    /// <summary>Two digits: what differences and small labels are worth.</summary>
    public static string Rough(double value) => Format(value, "G2");

    /// <summary>Two places after the point.</summary>
    public static string Short(double value) => Format(value, Math.Abs(value) < 10 ? "0.00" : "0.0");

    /// <summary>Values along an axis, with as many digits as tell neighbours apart.</summary>
    public static IReadOnlyList<string> Axis(IReadOnlyList<double> values)
    {
        for (int digits = 2; digits < 9; digits++)
        {
            string[] labels = [.. values.Select(value => Format(double.Parse(value.ToString("G10", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), $"G{digits}"))];
            if (labels.Distinct(StringComparer.Ordinal).Count() == labels.Length && values.Zip(labels, (value, label) => Math.Abs(value - double.Parse(label.Replace('−', '-'), CultureInfo.InvariantCulture)) <= 1e-3 * Spread(values)).All(near => near))
            {
                return labels;
            }
        }

        return [.. values.Select(Signed)];
    }

    private static double Spread(IReadOnlyList<double> values) => values.Count < 2 ? Math.Abs(values[0]) + 1 : values.Max() - values.Min();

    private static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');
}
