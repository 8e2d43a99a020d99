using Backprop.Tables.Schemas;

namespace Backprop.Tables.Models;

/// <summary>The target columns that a text names.</summary>
internal static class TargetNames
{
    /// <summary>A column's exact name, even one with commas; else a list split at commas. null: nothing is named.</summary>
    /// <exception cref="UsageException">A column that does not exist, no column, or one named twice.</exception>
    public static IReadOnlyList<string>? Of(Table table, string? text)
    {
        if (text is null)
        {
            return null;
        }

        string[] names = table.Find(text) is not null ? [text] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length == 0 ? throw new UsageException("the target names no column") { Settings = ["Target"] } : SchemaInference.Targets(table, names);
    }

    /// <summary>Whether a column of this name is the target unless it is said otherwise.</summary>
    public static bool IsUsual(string column) => column is "y" or "target" or "label" or "class";
}
