namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>What the values of a Parquet column mean.</summary>
internal enum CellKind
{
    /// <summary>Lists, structures, maps and bytes: no cell of a table.</summary>
    None,

    /// <summary>true and false.</summary>
    Boolean,

    /// <summary>Whole numbers.</summary>
    Integer,

    /// <summary>Whole numbers without a sign.</summary>
    Unsigned,

    /// <summary>Floating-point numbers of two, four or eight bytes.</summary>
    Real,

    /// <summary>Whole numbers times a power of ten.</summary>
    Decimal,

    /// <summary>Days since 1970-01-01.</summary>
    Date,

    /// <summary>Time of the day.</summary>
    Time,

    /// <summary>Time since 1970-01-01.</summary>
    Timestamp,

    /// <summary>Text in UTF-8.</summary>
    Text,

    /// <summary>A UUID.</summary>
    Identifier,

    /// <summary>Nothing but nulls.</summary>
    Empty,
}
