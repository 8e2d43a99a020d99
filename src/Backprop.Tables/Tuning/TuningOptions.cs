namespace Backprop.Tables.Tuning;

/// <summary>What is searched, and how long.</summary>
public sealed record TuningOptions
{
    /// <summary>What options may be; none: learning rate, network, dropout, weight decay, rows of a batch and pieces of numbers, in ranges for so many rows, as far as they are not fixed.</summary>
    public IReadOnlyList<SearchRange> Ranges { get; init; } = [];

    /// <summary>How many candidates race, at least 1.</summary>
    public int Trials { get; init; } = 24;

    /// <summary>The part of the rows that no candidate sees, by which the best is measured in the end; 0: none; null: a fifth where there are 500 rows or more.</summary>
    public double? Holdout { get; init; }

    /// <summary>Seconds for all of it, of which the race has at most half; null: no limit.</summary>
    public double? MaxSeconds { get; init; }

    /// <summary>Where the race is written down, so that one that was killed goes on; null: nowhere.</summary>
    public RaceJournal? Journal { get; init; }
}
