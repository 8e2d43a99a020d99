namespace Backprop.Tables.Schemas;

/// <summary>What a column is, and so how it is encoded.</summary>
public enum FeatureKind
{
    /// <summary>A number x: (x − mean) / scale.</summary>
    Numeric,

    /// <summary>true or false, however they are spelled: 1 or −1, and 0 where the cell is missing.</summary>
    Boolean,

    /// <summary>A date or a time: its days as a number, and where it stands in the year, the week and the day.</summary>
    Date,

    /// <summary>One of some texts: one-hot.</summary>
    Categorical,

    /// <summary>Not encoded.</summary>
    Ignored,

    /// <summary>Not encoded, but carried into predictions.</summary>
    Id,
}
