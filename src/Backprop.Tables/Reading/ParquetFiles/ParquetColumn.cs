namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>A column of a Parquet file, as its schema has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Leaf">Which of the stored columns it is; of a list or a structure the first.</param>
internal sealed record ParquetColumn(string Name, int Leaf)
{
    /// <summary>How its values are stored.</summary>
    public PhysicalType Type { get; init; }

    /// <summary>The bytes of a value, where they are fixed.</summary>
    public int Width { get; init; }

    /// <summary>Whether cells may be missing.</summary>
    public bool IsOptional { get; init; }

    /// <summary>What its values mean.</summary>
    public CellKind Kind { get; init; }

    /// <summary>Of what cannot be a cell: what it is.</summary>
    public string What { get; init; } = "";

    /// <summary>Decimals: the digits after the point.</summary>
    public int Scale { get; init; }

    /// <summary>Times: units in a second.</summary>
    public long PerSecond { get; init; } = 1;

    /// <summary>Times: whether they are said to be in UTC.</summary>
    public bool IsUtc { get; init; }
}
