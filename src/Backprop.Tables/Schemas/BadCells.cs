namespace Backprop.Tables.Schemas;

/// <summary>What becomes of a cell that cannot be read as what its column is.</summary>
public enum BadCells
{
    /// <summary>It is an error, with its row and column.</summary>
    Refused,

    /// <summary>It is taken as missing, and counted.</summary>
    Missing,
}
