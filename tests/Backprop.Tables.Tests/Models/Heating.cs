namespace Backprop.Tables.Tests.Models;

/// <summary>An enumeration among a row's properties.</summary>
public enum Heating
{
    /// <summary>By gas.</summary>
    Gas,

    /// <summary>By wood.</summary>
    Wood,
}
