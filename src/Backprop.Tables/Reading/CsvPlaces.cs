using nietras.SeparatedValues;

namespace Backprop.Tables.Reading;

/// <summary>The rows of files of cells, counted within each file.</summary>
internal sealed class CsvPlaces(CsvCells cells) : RowPlaces
{
    public override string Of(int row)
    {
        CsvPart part = cells.Parts.Last(part => part.FirstRow <= row && part.Rows > 0);
        int inPart = row - part.FirstRow, line = 0, nextLine = 0, n = 0;
        using LoadedBytes bytes = part.Chunk.Load();
        using SepReader reader = CsvChunk.Open(bytes.Memory, part.Chunk.Quotes > 0, part.File.Dialect.Separator);
        foreach (SepReader.Row found in reader)
        {
            (line, nextLine) = (nextLine, found.LineNumberToExcl - 1);
            if (!(found.ColCount == 1 && found.Span.IsWhiteSpace()) && n++ == inPart)
            {
                break;
            }
        }

        (int rows, int lines) = Before(part);
        return $"'{part.File.Source}', row {rows + inPart} (line {lines + line + 1})";
    }

    /// <summary>The error of the first part that has one.</summary>
    public DataException Error(CsvPart part)
    {
        (int rows, int lines) = Before(part);
        return part.Fault!.At(part.File.Source, rows + part.Fault.Row, lines + part.Fault.Line + 1);
    }

    /// <summary>The rows and lines of the same file before a part.</summary>
    private (int Rows, int Lines) Before(CsvPart part)
    {
        int rows = 0, lines = part.File.Dialect.Lines;
        foreach (CsvPart before in cells.Parts.TakeWhile(other => other != part).Where(other => other.File == part.File))
        {
            rows += before.Rows;
            lines += before.Chunk.LineBreaks;
        }

        return (rows, lines);
    }
}
