namespace Backprop.Tables.Reading;

/// <summary>One file of cells in memory, cut into chunks.</summary>
/// <param name="Source">Its name for messages.</param>
/// <param name="Dialect">How it is written.</param>
/// <param name="Chunks">Its rows, without the header.</param>
internal sealed record CsvFile(string Source, CsvDialect Dialect, List<CsvChunk> Chunks)
{
    /// <summary>The column of the table that each cell of a row belongs to; −1: none.</summary>
    public int[] Columns { get; set; } = [];

    /// <summary>Whether every quote is where one belongs.</summary>
    public bool IsRewritten { get; private init; }

    /// <summary>Reads a file.</summary>
    /// <param name="stream">Its bytes.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="options">What is known of it.</param>
    /// <param name="notes">For what is in doubt.</param>
    /// <param name="most">The most bytes that there may be.</param>
    /// <param name="length">How many there are, as far as that is known.</param>
    /// <param name="file">Where they can be read again; null: nowhere.</param>
    /// <param name="chunkLength">The bytes of a chunk.</param>
    public static CsvFile Load(Stream stream, string source, ReadingOptions options, Notes? notes, long most, long? length, StoredFile? file, int chunkLength)
    {
        List<CsvChunk> chunks = CsvBytes.Read(stream, source, options.Encoding, most, length, file, chunkLength);
        if (chunks.Count == 0)
        {
            throw new DataException($"'{source}' is empty, a header and rows expected");
        }

        var dialect = CsvDialect.Find(FirstBytes(chunks), source, options, notes);
        chunks = Without(chunks, dialect.Start);
        var read = new CsvFile(source, dialect, chunks);
        return dialect.Separator == ' ' || chunks.Sum(chunk => (long)chunk.Quotes) % 2 != 0 ? read.Rewrite(chunkLength, notes) : read;
    }

    /// <summary>The same with quotes where they belong and one blank between cells.</summary>
    public CsvFile Rewrite(int chunkLength, Notes? notes) => this with { IsRewritten = true, Chunks = CsvRewriter.Rewrite(Chunks, Source, Dialect, chunkLength, notes) };

    /// <summary>The first lines in one piece, however short chunks are.</summary>
    private static ReadOnlySpan<byte> FirstBytes(List<CsvChunk> chunks)
    {
        int count = 0, length = 0;
        while (count < chunks.Count && length < CsvDialect.SampleBytes)
        {
            length += chunks[count++].Length;
        }

        byte[] bytes = new byte[length];
        int next = 0;
        foreach (CsvChunk chunk in chunks.Take(count))
        {
            using LoadedBytes lines = chunk.Load();
            lines.Span.CopyTo(bytes.AsSpan(next));
            next += chunk.Length;
        }

        return bytes;
    }

    private static List<CsvChunk> Without(List<CsvChunk> chunks, int start)
    {
        int first = 0;
        for (; first < chunks.Count && chunks[first].Length <= start; first++)
        {
            start -= chunks[first].Length;
        }

        return first == chunks.Count ? [] : [chunks[first].From(start), .. chunks.Skip(first + 1)];
    }
}
