namespace Backprop.Data;

/// <summary>Divides rows into a training part and a validation part, class by class where there are classes. The same seed gives the same parts.</summary>
public static class StratifiedSplit
{
    /// <summary>The rows of both parts, each in file order.</summary>
    /// <param name="classes">The class of each row, or empty: all rows count as one class.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="fraction">The validation part, in (0, 1); rounded so that the parts' sizes fit the whole, at least one row each.</param>
    /// <param name="seed">What is drawn.</param>
    /// <exception cref="DataException">Fewer than two rows.</exception>
    public static (int[] Training, int[] Validation) Split(ReadOnlySpan<int> classes, int rows, double fraction, ulong seed)
    {
        if (!(fraction > 0 && fraction < 1))
        {
            throw new UsageException($"the validation fraction must be between 0 and 1, found {fraction}");
        }

        if (rows < 2)
        {
            throw new DataException($"a validation split needs at least 2 rows, found {rows}: train without validation, or on more");
        }

        var byClass = new SortedDictionary<int, List<int>>();
        var shuffle = new RowPermutation(rows, seed, epoch: -1);
        for (int position = 0; position < rows; position++)
        {
            int row = shuffle[position];
            int key = classes.IsEmpty ? 0 : classes[row];
            if (!byClass.TryGetValue(key, out List<int>? list))
            {
                byClass.Add(key, list = []);
            }

            list.Add(row);
        }

        // Shares are rounded so that the running total is right: no class is favoured, and the whole has the size asked for.
        var validation = new bool[rows];
        double owed = 0;
        int taken = 0;
        foreach (List<int> list in byClass.Values)
        {
            owed += fraction * list.Count;
            int count = Math.Clamp((int)Math.Round(owed, MidpointRounding.AwayFromZero) - taken, 0, list.Count - 1); // a class keeps a row to learn from
            taken += count;
            foreach (int row in list.Take(count))
            {
                validation[row] = true;
            }
        }

        if (taken == 0 || taken == rows)
        {
            validation[shuffle[0]] = taken == 0;
        }

        int[] all = [.. Enumerable.Range(0, rows)];
        return ([.. all.Where(row => !validation[row])], [.. all.Where(row => validation[row])]);
    }
}
