namespace Backprop.Tables.Inspection;

/// <summary>How permutation importance is measured.</summary>
public sealed record ImportanceOptions
{
    /// <summary>The figure: loss, or a metric that the rows have. null: log_loss of classes and flags, accuracy where there are no probabilities, r2 of values.</summary>
    public string? Metric { get; init; }

    /// <summary>How often each column is permuted, at least 1.</summary>
    public int Repeats { get; init; } = 5;

    /// <summary>What the permutations, and the rows where there are too many, are drawn by.</summary>
    public ulong Seed { get; init; }

    /// <summary>The most rows that are measured; where there are more, so many are drawn. 0: all.</summary>
    public int Rows { get; init; } = 10_000;

    internal void Validate()
    {
        if (Repeats < 1)
        {
            throw new UsageException($"{Repeats} repeats found, at least 1 expected") { Settings = ["Repeats"] };
        }

        if (Rows < 0)
        {
            throw new UsageException($"{Rows} rows found, 0 for all or more expected") { Settings = ["Rows"] };
        }
    }
}
