namespace Backprop.Tables.Models;

/// <summary>The arithmetic of a network.</summary>
public enum Precision
{
    /// <summary>32 bits.</summary>
    Float,

    /// <summary>64 bits.</summary>
    Double,
}
