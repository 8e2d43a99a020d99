using System.Globalization;
using System.Text;

namespace Backprop.Interchange.PyTorch;

/// <summary>Numbers and texts as Python writes them.</summary>
internal static class PythonText
{
    public static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>In double quotes; what is no ASCII letter by its number, so that no text ends the string or the line.</summary>
    public static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (Rune rune in text.EnumerateRunes())
        {
            _ = rune.Value is '"' or '\\' ? quoted.Append('\\').Append((char)rune.Value)
                : rune.Value is >= ' ' and < 127 ? quoted.Append((char)rune.Value)
                : quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
        }

        return quoted.Append('"').ToString();
    }
}
