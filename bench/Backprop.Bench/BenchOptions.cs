namespace Backprop.Bench;

/// <summary>What every bench is told.</summary>
internal sealed record BenchOptions
{
    /// <summary>The rows of the table to measure, counted from 1; empty: all.</summary>
    public int[] Rows { get; init; } = [];

    /// <summary>How often each contestant is measured.</summary>
    public int Rounds { get; init; } = 9;

    /// <summary>How long one measurement takes.</summary>
    public double Seconds { get; init; } = 0.3;

    /// <summary>How long each contestant runs before the first measurement, so that the JIT has seen its loops.</summary>
    public double WarmUp { get; init; } = 1.5;

    /// <summary>Whether peers run too.</summary>
    public bool Peers { get; init; } = true;

    /// <summary>Whether the report is written to bench/results.</summary>
    public bool Save { get; init; }

    public IEnumerable<(int Number, TCase Case)> Select<TCase>(IReadOnlyList<TCase> cases) =>
        cases.Select((one, index) => (index + 1, one)).Where(row => Rows.Length == 0 || Rows.Contains(row.Item1));
}
