using Backprop.Tables.Models;

namespace Backprop.Tables.Schemas;

/// <summary>How a schema is applied to a table.</summary>
public sealed record PredictionOptions
{
    /// <summary>What becomes of a feature cell that cannot be read as what its column is. A target is never guessed: one that is no number is missing only where rows without are left out.</summary>
    public BadCells BadCells { get; init; }

    /// <summary>The part of new rows, above 0 and below 1, whose value is to lie between two others, or whose class in a set; null: neither is asked for.</summary>
    /// <exception cref="UsageException">Not between 0 and 1.</exception>
    public double? Coverage
    {
        get;
        init => field = value is { } coverage ? ConformalScores.InRange(coverage) : null;
    }

    /// <summary>Whether rows without a target are left out where targets are needed; otherwise they are an error.</summary>
    public bool DropMissingTargets { get; init; }

    /// <summary>Columns that are carried into predictions as they stand, beside those that training was told to carry; * stands for any characters.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>Whether all columns are carried into predictions.</summary>
    public bool KeepAll { get; init; }
}
