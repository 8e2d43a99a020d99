namespace Backprop.Derivations.Formats;

/// <summary>What stands in a cell of a <see cref="Grid"/> in the place of a number.</summary>
internal enum Gap
{
    /// <summary>Nothing: the number is shown.</summary>
    None,

    /// <summary>Columns are left out.</summary>
    Columns,

    /// <summary>Rows are left out.</summary>
    Rows,

    /// <summary>Rows and columns are left out.</summary>
    Both,
}
