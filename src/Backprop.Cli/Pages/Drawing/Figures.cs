using System.Globalization;

namespace Backprop.Cli.Pages.Drawing;

/// <summary>Numbers for people.</summary>
internal static class Figures
{
    /// <summary>Four digits, with a true minus sign.</summary>
    public static string Signed(double value) => Format(value, "G4");

    /// <summary>Two digits: what differences and small labels are worth.</summary>
    public static string Rough(double value) => Format(value, "G2");

    /// <summary>Two places after the point.</summary>
    public static string Short(double value) => Format(value, Math.Abs(value) < 10 ? "0.00" : "0.0");

    private static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');
}
