namespace Backprop.Tables;

/// <summary>Where the cells of number columns can be read again as they are written: 1.10, 007, 1E3.</summary>
internal abstract class WrittenCells
{
    /// <summary>Some columns as text. All at once: each call may go through the whole file.</summary>
    /// <param name="columns">Which, as the file counts them.</param>
    public abstract Column[] Read(ReadOnlySpan<int> columns);
}
