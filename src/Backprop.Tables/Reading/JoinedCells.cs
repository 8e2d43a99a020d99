namespace Backprop.Tables.Reading;

/// <summary>The spelling of numbers that several files have.</summary>
internal sealed class JoinedCells(Column[] parts) : WrittenCells
{
    public override Column[] Read(ReadOnlySpan<int> columns)
    {
        Column text = TypedFiles.JoinTexts(Array.ConvertAll(parts, part => new Table("", [part]).AsWritten([part.Name]).Columns[0]));
        return [.. Enumerable.Repeat(text, columns.Length)];
    }
}
