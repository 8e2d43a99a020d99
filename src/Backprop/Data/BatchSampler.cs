namespace Backprop.Data;

/// <summary>Divides an epoch into batches; the short last one is kept.</summary>
/// <param name="Rows">The rows of an epoch.</param>
/// <param name="BatchSize">The rows of a batch.</param>
public readonly record struct BatchSampler(int Rows, int BatchSize)
{
    /// <summary>The batches of an epoch.</summary>
    public int Count => (int)(((long)Rows + BatchSize - 1) / BatchSize);

    /// <summary>The first position of a batch, and its rows.</summary>
    public (int Start, int Samples) this[int batch] => (batch * BatchSize, Math.Min(BatchSize, Rows - (batch * BatchSize)));
}
