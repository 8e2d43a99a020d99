using Backprop.Tables.Models;

namespace Backprop.Tables.Tuning;

/// <summary>How a race goes.</summary>
public sealed record RaceOptions
{
    /// <summary>The best 1 / Factor of the candidates, rounded up, go on from each rung to the next, which has Factor times the epochs: at least 2.</summary>
    public int Factor { get; init; } = 3;

    /// <summary>How many rungs; at the last one candidates have all epochs of their own options. null: as many as leave two or more candidates at the last one.</summary>
    public int? Rungs { get; init; }

    /// <summary>Threads at most, each of which trains one network at a time; 0: one for each processor. The result is the same.</summary>
    public int Threads { get; init; }

    /// <summary>Seconds after which the race ends, shared out evenly to the rungs: candidates that have not come to a rung in its time are out. The one thing that a machine's speed decides. null: no limit.</summary>
    public double? MaxSeconds { get; init; }

    /// <summary>Where it is written down, so that a race that was killed goes on; null: nowhere.</summary>
    public RaceJournal? Journal { get; init; }

    /// <summary>Rows that no candidate sees: a journal is gone on with where they are the same too.</summary>
    internal SourceRows? HeldOut { get; init; }

    /// <summary>The rungs of so many candidates.</summary>
    internal int RungsOf(int candidates)
    {
        if (Rungs is { } said)
        {
            return said;
        }

        int rungs = 1;
        for (int left = Next(candidates); left >= 2 && left < candidates; (candidates, left) = (left, Next(left)))
        {
            rungs++;
        }

        return rungs;
    }

    /// <summary>How many of so many go on.</summary>
    internal int Next(int candidates) => (candidates + Factor - 1) / Factor;

    /// <summary>The epochs of a rung for a candidate that has so many in all: E / Factor^(rungs still to come), rounded up.</summary>
    internal int Epochs(int all, int rung, int rungs)
    {
        double epochs = all;
        for (int n = rung; n < rungs - 1; n++)
        {
            epochs /= Factor;
        }

        return Math.Max(1, (int)Math.Ceiling(epochs - 1e-9));
    }

    internal void Validate()
    {
        if (Factor < 2)
        {
            throw new UsageException($"at least every second candidate must be left behind at a rung, a factor of at least 2 expected, {Factor} found") { Settings = ["Factor"] };
        }

        if (Rungs < 1)
        {
            throw new UsageException($"at least 1 rung expected, {Rungs} found") { Settings = ["Rungs"] };
        }

        if (MaxSeconds is { } seconds && !(seconds > 0))
        {
            throw new UsageException($"a race needs more than 0 seconds, {seconds} found") { Settings = ["MaxSeconds"] };
        }

        if (Threads < 0)
        {
            throw new UsageException($"at least 0 threads expected, {Threads} found") { Settings = ["Threads"] };
        }
    }
}
