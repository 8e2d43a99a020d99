using System.Globalization;

namespace Backprop.Pages.Components;

/// <summary>Reads what was written in a field: a browser may send anything, whatever the field says that it takes.</summary>
internal static class FieldValue
{
    /// <summary>Reads a number; what is wrong with it, in words, or null where nothing is.</summary>
    public static string? Read(string? text, double low, double high, bool isWhole, out double value)
    {
        bool isRead = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value >= low && value <= high && (!isWhole || double.IsInteger(value));
        string range = high == double.MaxValue ? $"of at least {low:#,0.##}" : $"from {low:#,0.##} to {high:#,0.##}";
        return isRead ? null : string.Create(CultureInfo.InvariantCulture, $"'{text}' found, a {(isWhole ? "whole number" : "number")} {range} expected; nothing was changed");
    }
}
