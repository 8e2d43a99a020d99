using System.Buffers.Binary;
using Backprop.Data;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Models;

/// <summary>
/// Where rows come from: a file, built-in data, a stream, a table or arrays. Nothing is read before it is needed, since how a file is read depends on
/// what is known of its columns.
/// </summary>
public sealed class DataSource
{
    private readonly Func<Func<ReadingOptions, ReadingOptions>, Notes?, SourceRows> _read;

    private DataSource(string name, Func<Func<ReadingOptions, ReadingOptions>, Notes?, SourceRows> read) => (Name, _read) = (name, read);

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <summary>
    /// What a text names: a table (.csv .tsv .txt .json .jsonl .ndjson .parquet; * stands for other characters), IMAGES,LABELS as IDX files, an .npz
    /// with arrays X and y, X.npy,y.npy, builtin:digits or builtin:iris.
    /// </summary>
    /// <param name="data">The text.</param>
    /// <param name="reading">How a table is read; null: as it looks.</param>
    public static DataSource Named(string data, ReadingOptions? reading = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.StartsWith("builtin:", StringComparison.Ordinal))
        {
            string name = data["builtin:".Length..];
            return new(data, (known, notes) =>
            {
                using Stream stream = EmbeddedData.OpenCsv(name);
                return new(data, TableReader.ReadCsv(stream, data, known(new()), notes), [EmbeddedData.Target(name)]);
            });
        }

        return TableReader.IsTable(data)
            ? new(data, (known, notes) => new(data, TableReader.Read(data, known(reading ?? new()), notes), null))
            : new(data, (known, _) => Arrays(data, known(reading ?? new()).Missing?.Contains("nan", StringComparer.OrdinalIgnoreCase) == true));
    }

    /// <summary>CSV from a stream, such as standard input, which is read once.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">For messages.</param>
    /// <param name="reading">How it is read; null: as it looks.</param>
    public static DataSource Csv(Stream stream, string name, ReadingOptions? reading = null) =>
        new(name, (known, notes) => new(name, TableReader.ReadCsv(stream, name, known(reading ?? new()), notes), null));

    /// <summary>A table that somebody else reads: a query's rows, say.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="read">Reads it, with what is known of its columns.</param>
    /// <param name="reading">How it is read; null: as it looks.</param>
    public static DataSource Of(string name, Func<ReadingOptions, Notes?, Table> read, ReadingOptions? reading = null)
    {
        ArgumentNullException.ThrowIfNull(read);
        return new(name, (known, notes) => new(name, read(known(reading ?? new()), notes), null));
    }

    /// <summary>A table. Numbers that its reader took by their looks are read again where a schema knows them to be written otherwise.</summary>
    public static DataSource Of(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new(table.Source, (known, _) => new(table.Source, ByFormats(table, known(new())), null));
    }

    private static Table ByFormats(Table table, ReadingOptions known)
    {
        string[] others = [.. table.Columns
            .Where(column => column is { IsText: false, DecimalMark: null, Written: not null, Format: { } format } && known.Of(column.Name) is { Kind: ColumnReadingKind.Number, Format: { } other } && other != format)
            .Select(column => column.Name)];
        return others.Length == 0 ? table : table.AsWritten(others);
    }

    /// <summary>Rows that have been read.</summary>
    public static DataSource Of(SourceRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new(rows.Name, (_, _) => rows);
    }

    /// <summary>Arrays of numbers.</summary>
    /// <param name="x">[Rows×Features].</param>
    /// <param name="y">A target, or several, for each row; null: none.</param>
    /// <exception cref="DataException">No rows, or not as many targets as rows; a number that is not finite.</exception>
    public static DataSource Of(NumericArray x, NumericArray? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        return new(x.Source, (_, _) => Fit(x.Source, x, y));
    }

    /// <summary>The same, with what becomes of a list or an object in the place of a cell.</summary>
    internal DataSource Taking(BadCells? badCells) => badCells == BadCells.Missing ? new(Name, (known, notes) => _read(dialect => known(dialect) with { OddIsMissing = true }, notes)) : this;

    /// <summary>Reads it.</summary>
    /// <param name="known">Adds what is known of the columns to how they are read; null: nothing is.</param>
    /// <param name="notes">Where to say what was guessed.</param>
    /// <exception cref="DataException">Missing, unreadable or malformed: which file, row and column.</exception>
    internal SourceRows Read(Func<ReadingOptions, ReadingOptions>? known, Notes? notes) => _read(known ?? (dialect => dialect), notes);

    /// <summary>Reads it to be trained on: what the options say is not used is not read where columns can be read one by one.</summary>
    /// <param name="options">How it is trained on.</param>
    /// <param name="notes">Where to say what was guessed.</param>
    /// <exception cref="DataException">Missing, unreadable or malformed: which file, row and column.</exception>
    public SourceRows Read(TrainingOptions options, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Taking(options.BadCells).Read(options.Read, notes).ForTraining(!options.Columns.Preprocess, notes);
    }

    /// <summary>Reads it as it looks.</summary>
    /// <param name="notes">Where to say what was guessed.</param>
    /// <exception cref="DataException">Missing, unreadable or malformed: which file, row and column.</exception>
    public SourceRows Read(Notes? notes = null) => Read((Func<ReadingOptions, ReadingOptions>?)null, notes);

    private static SourceRows Arrays(string data, bool isNaNMissing)
    {
        if (data.EndsWith(".npz", StringComparison.OrdinalIgnoreCase))
        {
            IReadOnlyDictionary<string, NumericArray> arrays = NpyReader.ReadAll(data);
            NumericArray x = arrays.GetValueOrDefault("X") ?? throw new DataException($"'{data}' has no array X; found {string.Join(", ", arrays.Keys)}");
            return Fit(data, x, arrays.GetValueOrDefault("y"), isNaNMissing);
        }

        string[] parts = File.Exists(WorkingFolder.Full(data)) ? [data] : data.Split(','); // a name may have commas
        if (parts.All(part => part.EndsWith(".npy", StringComparison.OrdinalIgnoreCase)) && parts.Length <= 2)
        {
            return Fit(data, NpyReader.Read(parts[0]), parts.Length == 2 ? NpyReader.Read(parts[1]) : null, isNaNMissing);
        }

        if (parts.Length <= 2 && File.Exists(WorkingFolder.Full(parts[0])))
        {
            NumericArray Read(string part) => IdxReader.TryRead(part) ?? throw NoData(data, $"; '{part}' is {(IsModel(part) ? "a model" : "not an IDX file")}");
            return Fit(data, Read(parts[0]), parts.Length == 2 ? Read(parts[1]) : null, isNaNMissing);
        }

        if (Directory.Exists(WorkingFolder.Full(data)))
        {
            throw new DataException($"'{data}' is a folder, a file expected");
        }

        throw File.Exists(WorkingFolder.Full(parts[0])) || parts.Length > 2
            ? NoData(data)
            : new DataException($"'{parts[0]}' does not exist");
    }

    private static DataException NoData(string data, string found = "") => new($"'{data}': expected a table (.csv, .tsv, .txt, .json, .jsonl, .ndjson, .parquet), .npz, X.npy,y.npy or IMAGES,LABELS{found}");

    /// <summary>A model in the place of data: ONNX by its name, safetensors by its first bytes too, the length of a header within the file and a brace.</summary>
    private static bool IsModel(string path)
    {
        if (Path.GetExtension(path).ToUpperInvariant() is ".ONNX" or ".SAFETENSORS")
        {
            return true;
        }

        using FileStream file = File.OpenRead(WorkingFolder.Full(path));
        byte[] start = new byte[9];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && BinaryPrimitives.ReadUInt64LittleEndian(start) <= (ulong)file.Length - 8 && start[8] == '{';
    }

    private static SourceRows Fit(string data, NumericArray x, NumericArray? y, bool isNaNMissing = false)
    {
        if (x.Rows == 0 || x.Columns == 0)
        {
            throw new DataException($"'{x.Source}': shape ({string.Join(", ", x.Shape)}) found, rows of features expected");
        }

        x.RequireFinite(isNaNMissing);
        y?.RequireFinite(isNaNMissing);
        return y is null || y.Rows == x.Rows
            ? new(data, x, y)
            : throw new DataException($"'{data}': {x.Rows} rows of features, {y.Rows} rows of targets");
    }
}
