namespace Backprop.Tables.Schemas;

/// <summary>How often each text of a column is there, in all rows and in those of training.</summary>
internal sealed class TextCounts
{
    public TextCounts(Column column, ReadOnlySpan<int> training)
    {
        ReadOnlySpan<int> codes = column.Codes;
        int[] all = new int[column.Values.Count], first = new int[all.Length], trained = new int[all.Length];
        for (int row = 0; row < codes.Length; row++)
        {
            int code = codes[row];
            if (code >= 0)
            {
                first[code] = all[code]++ == 0 ? row : first[code];
                Present++;
            }
        }

        foreach (int row in training)
        {
            int code = codes[row];
            if (code >= 0)
            {
                trained[code]++;
                PresentInTraining++;
            }
        }

        (All, Training, FirstRow) = (all, trained, first);
        Codes = [.. Enumerable.Range(0, all.Length).Where(code => all[code] > 0)];
    }

    /// <summary>Cells that are there, in all rows.</summary>
    public int Present { get; }

    /// <summary>Cells that are there, in the rows of training.</summary>
    public int PresentInTraining { get; }

    /// <summary>By code: the rows that have it.</summary>
    public int[] All { get; }

    /// <summary>By code: the rows of training that have it.</summary>
    public int[] Training { get; }

    /// <summary>By code: the first row that has it.</summary>
    public int[] FirstRow { get; }

    /// <summary>The codes that are there, in order of their first appearance.</summary>
    public int[] Codes { get; }

    /// <summary>The share of the cells that are one of some texts, and the first cell that is not.</summary>
    public (double Share, int FirstOther) Share(Func<int, bool> isOne)
    {
        long found = 0;
        int firstOther = int.MaxValue;
        foreach (int code in Codes)
        {
            if (isOne(code))
            {
                found += All[code];
            }
            else
            {
                firstOther = Math.Min(firstOther, FirstRow[code]);
            }
        }

        return (Present == 0 ? 0 : (double)found / Present, firstOther);
    }
}
