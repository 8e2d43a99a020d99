using Backprop.Tables.Cells;

namespace Backprop.Tables.Reading;

/// <summary>What is to be read of each row.</summary>
/// <param name="Cell">The cell in the row.</param>
/// <param name="Column">The column of the table.</param>
/// <param name="Format">How its numbers are written; null: it is read as text.</param>
internal readonly record struct CellTask(int Cell, int Column, NumberFormat? Format);
