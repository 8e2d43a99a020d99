namespace Backprop.Tables.Schemas;

/// <summary>How a schema is applied to a table.</summary>
public sealed record PredictionOptions
{
    /// <summary>What becomes of a feature cell that cannot be read as what its column is. A target is never guessed.</summary>
    public BadCells BadCells { get; init; }
}
