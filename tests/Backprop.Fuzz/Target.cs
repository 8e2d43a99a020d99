namespace Backprop.Fuzz;

/// <summary>One reader to be fuzzed.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Run">Reads an input; may throw what the reader documents, and nothing else.</param>
/// <param name="Seeds">Well-formed inputs to begin with.</param>
/// <param name="Words">What the format is made of, beside the seeds' own bytes.</param>
/// <param name="Repair">Makes lengths and checksums right again, so that what was mutated is reached; null: there are none.</param>
internal sealed record Target(string Name, Action<byte[]> Run, byte[][] Seeds, string[] Words, Func<byte[], byte[]>? Repair = null)
{
    /// <summary>Longer inputs are cut.</summary>
    public int MaxLength { get; init; } = 4096;

    /// <summary>The most bytes that may be allocated, beside a thousand for each of the input.</summary>
    public long MostMemory { get; init; } = 512L << 20;
}
