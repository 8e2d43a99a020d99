namespace Backprop.Tables.Schemas;

/// <summary>How a column is encoded.</summary>
public enum FeatureKind
{
    /// <summary>(x − mean) / scale.</summary>
    Numeric,

    /// <summary>One-hot.</summary>
    Categorical,

    /// <summary>Not at all.</summary>
    Ignored,
}
