namespace Backprop.Tables.Schemas;

/// <summary>What is odd about the cells of one column: how many, and the first.</summary>
internal sealed class CellFindings
{
    /// <summary>The first cell that cannot be used, with the message.</summary>
    public (int Row, DataException Error)? Error { get; set; }

    /// <summary>Missing where training had none missing.</summary>
    public Finding Missing { get; } = new();

    /// <summary>Cells that cannot be read and are taken as missing.</summary>
    public Finding Bad { get; } = new();

    /// <summary>Texts that no category is.</summary>
    public Finding Unseen { get; } = new();

    /// <summary>Texts taken for the category of the same number.</summary>
    public Finding SameNumber { get; } = new();

    /// <summary>Numbers farther outside the range of training than that is wide.</summary>
    public Finding Outside { get; } = new();

    /// <summary>Whether a row stands before the first cell that cannot be used, as far as one is known.</summary>
    public bool IsFirst(int row) => Error is not { } known || row < known.Row;

    /// <summary>Some cells of a sort.</summary>
    public sealed class Finding
    {
        /// <summary>How many.</summary>
        public long Count { get; private set; }

        /// <summary>The row of the first.</summary>
        public int Row { get; private set; } = int.MaxValue;

        /// <summary>More of them.</summary>
        public void Add(int row, long count)
        {
            Count += count;
            Row = Math.Min(Row, row);
        }
    }
}
