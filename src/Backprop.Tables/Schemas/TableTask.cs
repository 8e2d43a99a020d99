namespace Backprop.Tables.Schemas;

/// <summary>Whether a single target column is a class or a value.</summary>
public enum TableTask
{
    /// <summary>As the column looks: text, booleans and integers of at most 20 different values are classes.</summary>
    Auto,

    /// <summary>A class.</summary>
    Classification,

    /// <summary>A value.</summary>
    Regression,
}
