namespace Backprop.Tables.Reading;

/// <summary>Texts that turned out to be numbers: kept as they are written.</summary>
internal sealed class KeptCells(Column text) : WrittenCells
{
    public override Column[] Read(ReadOnlySpan<int> columns) => [.. Enumerable.Repeat(text, columns.Length)];
}
