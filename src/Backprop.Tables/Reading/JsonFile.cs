using System.Text;
using Backprop.Data;

namespace Backprop.Tables.Reading;

/// <summary>A JSON file that can be read several times: again for columns that turn out to be text, and for numbers as they are written.</summary>
/// <param name="open">Opens it at its beginning, unpacked.</param>
/// <param name="source">Its name for messages.</param>
/// <param name="length">Its bytes.</param>
/// <param name="options">How it is read.</param>
/// <param name="notes">Takes what is in doubt.</param>
internal sealed class JsonFile(Func<Stream> open, string source, long length, ReadingOptions? options, Notes? notes) : WrittenCells
{
    private static readonly ColumnReading s_skip = new(ColumnReadingKind.Skip), s_text = new(ColumnReadingKind.Text), s_carried = new(ColumnReadingKind.Carried);
    private List<string> _names = [];

    /// <summary>The most bytes that it may have.</summary>
    public long MostUnpacked { get; init; } = long.MaxValue;

    /// <exception cref="DataException">Malformed.</exception>
    public Table Read()
    {
        JsonRows rows = Pass(name => options?.For([name]).Of(name));
        _names = [.. rows.Columns.Select(column => column.Name)];
        ReadingOptions? known = options?.For(_names);
        if (rows.Columns.Exists(column => column.IsSkipped && column.Odd is null && known?.Kind(column.Name) != ColumnReadingKind.Skip))
        {
            rows = Pass(name => known?.Of(name)); // which columns a list of names means, only all of the file's can tell
        }

        var mixed = rows.Columns.Where(column => column.IsMixed && !column.IsSkipped).Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        var texts = mixed.Count == 0 ? [] : Pass(name => mixed.Contains(name) ? s_text : s_skip).Columns.Where(column => !column.IsSkipped).ToDictionary(column => column.Name, StringComparer.Ordinal);
        var columns = new List<Column>();
        for (int index = 0; index < rows.Columns.Count; index++)
        {
            JsonColumn column = rows.Columns[index];
            if (!column.IsSkipped)
            {
                columns.Add(texts.GetValueOrDefault(column.Name, column).Finish(rows.Count, known?.Of(column.Name), (this, index), notes, source));
            }
            else if (column.Odd is { } odd)
            {
                notes?.Add(ReadingOptions.LeftOut(source, column.Name, odd));
            }
        }

        string[] skipped = [.. rows.Columns.Where(column => column.IsSkipped).Select(column => column.Name)];
        return columns.Count == 0 && options is { MayFindNothing: false } && skipped.Length > 0
            ? new JsonFile(open, source, length, options.OfAll(), notes) { MostUnpacked = MostUnpacked }.Read()
            : new(source, columns, columns.Count > 0 || options?.MayFindNothing == true ? rows.Count : 0) { Skipped = skipped, Places = new JsonPlaces(this), RowsNameCells = true, Again = Again };
    }

    /// <summary>Some columns as they are carried on.</summary>
    private Table Again(IReadOnlyCollection<string> names)
    {
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        JsonRows rows = Pass(name => wanted.Contains(name) ? s_carried : s_skip);
        return new(source, [.. rows.Columns.Where(column => !column.IsSkipped).Select(column => column.Finish(rows.Count, s_carried, null, null, source))]);
    }

    /// <inheritdoc/>
    public override Column[] Read(ReadOnlySpan<int> columns)
    {
        string[] names = new string[columns.Length];
        for (int n = 0; n < names.Length; n++)
        {
            names[n] = _names[columns[n]];
        }

        var wanted = names.ToHashSet(StringComparer.Ordinal);
        JsonRows rows = Pass(name => wanted.Contains(name) ? s_text : s_skip);
        var texts = rows.Columns.Where(column => !column.IsSkipped).ToDictionary(column => column.Name, column => column.Finish(rows.Count, s_text, null, null, source), StringComparer.Ordinal);
        return Array.ConvertAll(names, name => texts[name]);
    }

    /// <summary>Where a row stands.</summary>
    public string Place(int row) => $"'{source}', row {row} (line {Pass(_ => s_skip, row).Line})";

    private JsonRows Pass(Func<string, ColumnReading?> reading, int wanted = -1)
    {
        var rows = new JsonRows(source, options, reading, UnpackedSize.Limit(length), MostUnpacked, length + 1) { Wanted = wanted };
        try
        {
            using Stream stream = open();
            if (options?.Encoding is { } encoding && encoding.CodePage != Encoding.UTF8.CodePage)
            {
                using Stream text = Encoding.CreateTranscodingStream(stream, encoding, Encoding.UTF8);
                rows.Read(text);
            }
            else
            {
                rows.Read(stream);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DataException($"cannot read '{source}': {error.Message}", error);
        }

        return rows;
    }
}
