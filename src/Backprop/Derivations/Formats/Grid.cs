namespace Backprop.Derivations.Formats;

/// <summary>A matrix as it is shown: whole up to six rows and columns, else the first, the last and, where one is meant, the row and column of our entry.</summary>
internal static class Grid
{
    private const int Most = 6, Leading = 3, Trailing = 2;

    /// <summary>The lines of a matrix.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="value">Its entries; only those that are shown are asked for.</param>
    /// <param name="ours">The entry that everything is about; null: none.</param>
    public static Cell[][] Of(int rows, int columns, Func<int, int, double> value, (int Row, int Column)? ours = null)
    {
        int[] shownColumns = Shown(columns, ours?.Column);
        return [.. Shown(rows, ours?.Row).Select(r => Array.ConvertAll(shownColumns, c => (r, c) switch
        {
            (< 0, < 0) => new Cell(0, Gap.Both, false),
            (< 0, _) => new Cell(0, Gap.Rows, false),
            (_, < 0) => new Cell(0, Gap.Columns, false),
            _ => new Cell(value(r, c), Gap.None, (r, c) == ours),
        }))];
    }

    /// <summary>A vector, lying.</summary>
    public static Cell[][] Row(IReadOnlyList<double> values, int? ours = null) => Of(1, values.Count, (_, c) => values[c], ours is { } unit ? (0, unit) : null);

    /// <summary>A factor's matrix or lying vector; of several matrices one after the other, the first, the last and that of our unit, each with what it is of.</summary>
    /// <param name="factor">The factor.</param>
    /// <param name="unit">Ours.</param>
    public static IEnumerable<(string Of, Cell[][] Grid)> Of(DerivativeFactor factor, int unit)
    {
        if (factor.Shape is not [var count, var height, var breadth])
        {
            return [("", Of(factor.Values, factor.Shape))];
        }

        bool isOfUnits = factor.Role == "batch_jacobian";
        return Shown(count, isOfUnits && unit < count ? unit : null).Select(n => n < 0
            ? ("…", Array.Empty<Cell[]>())
            : ($"{(isOfUnits ? "unit" : "row")} {n}", Of(height, breadth, (r, c) => factor.Values[(((n * height) + r) * breadth) + c])));
    }

    /// <summary>Numbers of at most two dimensions.</summary>
    public static Cell[][] Of(double[] values, IReadOnlyList<int> shape) => shape is [var rows, var columns] ? Of(rows, columns, (r, c) => values[(r * columns) + c]) : Row(values);

    /// <summary>A tensor, its last dimension across.</summary>
    public static Cell[][] Of(IReadOnlyList<double> values, int columns, int ours) => Of(values.Count / columns, columns, (r, c) => values[(r * columns) + c], Math.DivRem(ours, columns));

    /// <summary>The indices that are shown; −1 for those left out between two of them.</summary>
    private static int[] Shown(int count, int? ours)
    {
        if (count <= Most)
        {
            return [.. Enumerable.Range(0, count)];
        }

        bool amid = ours >= Leading && ours < count - Trailing;
        int[] first = amid ? [0, 1] : [0, 1, 2], middle = amid ? [ours!.Value] : [], last = [count - 2, count - 1];
        var shown = new List<int>();
        foreach (int index in first.Concat(middle).Concat(last))
        {
            if (shown.Count > 0 && index > shown[^1] + 1)
            {
                shown.Add(-1);
            }

            shown.Add(index);
        }

        return [.. shown];
    }
}
