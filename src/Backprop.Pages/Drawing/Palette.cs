namespace Backprop.Pages.Drawing;

/// <summary>
/// Colours that colour-blind readers can tell apart. Signs are orange (below 0) and blue (above), strength is opacity, so that the same
/// picture stands on a light and on a dark page.
/// </summary>
internal static class Palette
{
    /// <summary>Levels of strength of each class's colour.</summary>
    private const int ClassLevels = 24;

    private static readonly (byte R, byte G, byte B) s_below = (0xE0, 0x7A, 0x10), s_above = (0x1F, 0x77, 0xC8);

    /// <summary>Okabe and Ito's colours, the first two being those of the signs, and four more for as many classes as digits.</summary>
    private static readonly (byte R, byte G, byte B)[] s_classes =
    [
        s_below, s_above, (0x00, 0x9E, 0x73), (0xCC, 0x79, 0xA7), (0xB8, 0xA4, 0x00),
        (0x56, 0xB4, 0xE9), (0xD5, 0x5E, 0x00), (0x7A, 0x5A, 0xC8), (0x8C, 0x6D, 0x46), (0x70, 0x80, 0x90),
    ];

    /// <summary>Index 0 is −1, 127 is 0, 254 is 1.</summary>
    public static IReadOnlyList<(byte R, byte G, byte B, byte A)> Signed { get; } = [.. Enumerable.Range(0, 255).Select(n =>
    {
        (byte r, byte g, byte b) = n < 127 ? s_below : s_above;
        return (r, g, b, (byte)Math.Round(255 * Math.Abs(n - 127) / 127.0));
    })];

    /// <summary>Grey ink, from none to full.</summary>
    public static IReadOnlyList<(byte R, byte G, byte B, byte A)> Ink { get; } = [.. Enumerable.Range(0, 256).Select(n => ((byte)0x80, (byte)0x88, (byte)0x98, (byte)n))];

    /// <summary>Each class in <see cref="ClassLevels"/> strengths.</summary>
    public static IReadOnlyList<(byte R, byte G, byte B, byte A)> Classes { get; } =
        [.. s_classes.SelectMany(colour => Enumerable.Range(0, ClassLevels).Select(level => (colour.R, colour.G, colour.B, (byte)(190 * level / (ClassLevels - 1)))))];

    /// <summary>The index into <see cref="Signed"/> of a value between −1 and 1.</summary>
    public static byte SignedIndex(double value) => double.IsNaN(value) ? (byte)127 : (byte)Math.Round(127 + (127 * Math.Clamp(value, -1, 1)));

    /// <summary>The index into <see cref="Classes"/>.</summary>
    /// <param name="c">The class.</param>
    /// <param name="strength">0 to 1.</param>
    public static byte ClassIndex(int c, double strength) => (byte)((c % s_classes.Length * ClassLevels) + (int)Math.Round((ClassLevels - 1) * Math.Clamp(strength, 0, 1)));

    /// <summary>A value's colour for style sheets, from −1 to 1; paler towards 0, where it is grey.</summary>
    public static string OfSigned(double value)
    {
        (byte r, byte g, byte b) = value < 0 ? s_below : s_above;
        double part = double.IsNaN(value) ? 0 : Math.Sqrt(Math.Min(1, Math.Abs(value)));
        byte Mixed(byte colour) => (byte)Math.Round((part * colour) + ((1 - part) * 0xD0));
        return $"#{Mixed(r):x2}{Mixed(g):x2}{Mixed(b):x2}";
    }

    /// <summary>A class's colour for style sheets.</summary>
    public static string OfClass(int c)
    {
        (byte r, byte g, byte b) = s_classes[c % s_classes.Length];
        return $"#{r:x2}{g:x2}{b:x2}";
    }
}
