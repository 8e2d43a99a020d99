namespace Backprop.Data;

/// <summary>Divides rows into folds of about equal size, class by class where there are classes. The same seed gives the same folds.</summary>
public static class StratifiedFolds
{
    /// <summary>The rows of each fold, in file order; every row is in one.</summary>
    /// <param name="classes">The class of each row, or empty: all rows count as one class.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="folds">How many folds, from 2 to the number of rows.</param>
    /// <param name="seed">What is drawn.</param>
    /// <exception cref="UsageException">Fewer than two folds.</exception>
    /// <exception cref="DataException">Fewer rows than folds.</exception>
    public static int[][] Split(ReadOnlySpan<int> classes, int rows, int folds, ulong seed)
    {
        if (folds < 2)
        {
            throw new UsageException($"at least 2 folds expected, {folds} found") { Settings = ["Folds"] };
        }

        if (rows < folds)
        {
            throw new DataException($"{folds} folds need at least as many rows, found {rows}") { Settings = ["Folds"] };
        }

        // Cards are dealt: all rows of a class one after the other, the next class from where the last one ended.
        var shuffle = new RowPermutation(rows, seed, epoch: -1);
        int[] order = [.. Enumerable.Range(0, rows).Select(position => shuffle[position])];
        if (!classes.IsEmpty)
        {
            int[] keys = classes.ToArray();
            order = [.. order.OrderBy(row => keys[row])]; // stable
        }

        return [.. Enumerable.Range(0, folds).Select(fold => order.Where((_, n) => n % folds == fold).Order().ToArray())];
    }
}
