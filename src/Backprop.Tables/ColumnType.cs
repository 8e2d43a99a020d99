namespace Backprop.Tables;

/// <summary>What the cells of a column are.</summary>
public enum ColumnType
{
    /// <summary>Numbers written without a decimal point.</summary>
    Integer,

    /// <summary>Numbers.</summary>
    Real,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>Anything else, dates included.</summary>
    Text,
}
