namespace Backprop.Tables.Schemas;

/// <summary>Whether a single target column is a class or a value.</summary>
public enum TableTask
{
    /// <summary>As its values look: text and booleans are classes; numbers are where all are whole, at most 20 are different and each is in 5 rows on average (0 and 1, or ±1, in any number of rows).</summary>
    Auto,

    /// <summary>A class.</summary>
    Classification,

    /// <summary>A value.</summary>
    Regression,
}
