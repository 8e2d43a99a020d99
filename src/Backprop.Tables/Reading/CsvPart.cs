namespace Backprop.Tables.Reading;

/// <summary>One chunk of a file, and what has been read of it.</summary>
/// <param name="file">The file.</param>
/// <param name="chunk">Its lines.</param>
/// <param name="firstRow">Where its rows begin in the table's columns.</param>
internal sealed class CsvPart(CsvFile file, CsvChunk chunk, int firstRow)
{
    public CsvFile File { get; } = file;

    public CsvChunk Chunk { get; } = chunk;

    /// <summary>Where its rows begin in the table's columns.</summary>
    public int FirstRow { get; set; } = firstRow;

    /// <summary>How many rows there are.</summary>
    public int Rows { get; set; }

    /// <summary>Lines without anything, before the last row and after it.</summary>
    public (int Before, int After) BlankLines { get; set; }

    /// <summary>The columns of the table that are text here.</summary>
    public bool[] IsText { get; set; } = [];

    /// <summary>The columns of numbers that are not all whole.</summary>
    public bool[] IsReal { get; set; } = [];

    /// <summary>The different texts.</summary>
    public TextPool Pool { get; set; } = new();

    /// <summary>What is wrong; null: nothing.</summary>
    public CsvFault? Fault { get; set; }

    /// <summary>Whether a quote stands where none may be, so that lines and cells may be torn apart wrongly.</summary>
    public bool HasStrayQuotes { get; set; }
}
