
namespace Backprop.Tables.Writing;

/// <summary>How the rows of a table are written as text.</summary>
internal abstract class RowFormat(IReadOnlyList<Column> columns)
{
    /// <summary>What is written.</summary>
    protected IReadOnlyList<Column> Columns { get; } = columns;

    /// <summary>What stands before the first row.</summary>
    protected abstract void WriteHead(ByteBuffer text);

    /// <summary>A row.</summary>
    protected abstract void WriteRow(ByteBuffer text, int row);

    /// <summary>What stands after the last row.</summary>
    protected virtual void WriteTail(ByteBuffer text)
    {
    }

    /// <summary>Writes all rows: blocks of them on all processors, one block after the other to the stream.</summary>
    public void Write(Stream stream)
    {
        const int CellsOfBlock = 1 << 14;
        int rows = Columns[0].Rows, block = Math.Max(1, CellsOfBlock / Columns.Count), blocks = (rows + block - 1) / block;
        var texts = new ByteBuffer[Math.Min(blocks, 4 * Environment.ProcessorCount)];
        for (int n = 0; n < texts.Length; n++)
        {
            texts[n] = new();
        }

        Flush(WriteHead);
        for (int first = 0; first < blocks; first += texts.Length)
        {
            int count = Math.Min(texts.Length, blocks - first);
            Workers.Run(count, n =>
            {
                for (int row = (first + n) * block; row < Math.Min(rows, (first + n + 1) * block); row++)
                {
                    WriteRow(texts[n], row);
                }
            });
            for (int n = 0; n < count; n++)
            {
                stream.Write(texts[n].Written);
                texts[n].Length = 0;
            }
        }

        Flush(WriteTail);

        void Flush(Action<ByteBuffer> write)
        {
            var text = new ByteBuffer();
            write(text);
            stream.Write(text.Written);
        }
    }
}
