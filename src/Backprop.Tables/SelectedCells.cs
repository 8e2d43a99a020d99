namespace Backprop.Tables;

/// <summary>Some of the rows.</summary>
internal sealed class SelectedCells(WrittenCells all, int[] rows) : WrittenCells
{
    public override Column[] Read(ReadOnlySpan<int> columns) => Array.ConvertAll(all.Read(columns), column => column.Select(rows));
}
