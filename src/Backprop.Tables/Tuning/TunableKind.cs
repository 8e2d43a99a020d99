namespace Backprop.Tables.Tuning;

/// <summary>What the values of an option are.</summary>
internal enum TunableKind
{
    /// <summary>A number.</summary>
    Real,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>A name or a description.</summary>
    Text,
}
