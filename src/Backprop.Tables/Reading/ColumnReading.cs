using Backprop.Tables.Cells;

namespace Backprop.Tables.Reading;

/// <summary>How the cells of one column are read.</summary>
/// <param name="Kind">As what.</param>
/// <param name="Format">Numbers: how they are written.</param>
public sealed record ColumnReading(ColumnReadingKind Kind, NumberFormat? Format = null);
