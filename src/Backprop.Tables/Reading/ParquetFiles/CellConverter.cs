namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>Makes cells of stored values.</summary>
/// <typeparam name="T">Numbers, or codes of texts.</typeparam>
/// <param name="missing">The cell of a value that is missing.</param>
internal abstract class CellConverter<T>(T missing)
{
    /// <summary>The cell of a value that is missing.</summary>
    public T Missing { get; } = missing;

    /// <summary>Makes a cell of each value.</summary>
    public abstract void Convert(PageValues values, Span<T> cells);

    /// <summary>Takes a dictionary, which the values that follow point into.</summary>
    public abstract void TakeDictionary(PageValues values);

    /// <summary>Makes a cell of each index into the dictionary.</summary>
    /// <exception cref="InvalidDataException">An index that the dictionary does not have.</exception>
    public abstract void Look(ReadOnlySpan<int> indices, Span<T> cells);

    /// <summary>What is thrown where there is no such entry.</summary>
    protected static InvalidDataException NoEntry() => new("a value that is not in the page's dictionary");
}
