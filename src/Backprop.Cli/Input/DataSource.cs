using Backprop.Cli.Output;
using Backprop.Data;
using Backprop.Tables;
using Backprop.Tables.Reading;

namespace Backprop.Cli.Input;

/// <summary>What DATA names: a table, or arrays of numbers.</summary>
internal sealed record DataSource
{
    private readonly NumericArray? _x;
    private bool _isDecided;

    /// <param name="name">For messages.</param>
    /// <param name="table">A table; null: arrays.</param>
    /// <param name="x">[Rows×Features], where there is no table, as the file has it.</param>
    /// <param name="y">The targets beside <paramref name="x"/>, or null.</param>
    /// <param name="defaultTargets">The target column of built-in data.</param>
    private DataSource(string name, Table? table, NumericArray? x, NumericArray? y, string[]? defaultTargets) =>
        (Name, Table, _x, Y, DefaultTargets, _isDecided) = (name, table, x, y, defaultTargets, x?.IsBytes != true);

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <summary>A table; null: arrays.</summary>
    public Table? Table { get; init; }

    /// <summary>[Rows×Features], where there is no table.</summary>
    /// <exception cref="InvalidOperationException">They are bytes, and neither <see cref="ForTraining"/> nor <see cref="For"/> has said what becomes of them.</exception>
    public NumericArray? X => _isDecided ? _x : throw new InvalidOperationException("nobody has said whether bytes are scaled");

    /// <summary>The targets beside <see cref="X"/>, or null.</summary>
    public NumericArray? Y { get; init; }

    /// <summary>The target column of built-in data.</summary>
    public string[]? DefaultTargets { get; init; }

    public int Rows => Table?.Rows ?? _x!.Rows;

    /// <summary>Whether the features are bytes, divided by 255; null: they are no bytes.</summary>
    public bool? AreScaledBytes { get; private init; }

    /// <summary>The same to be learned from: bytes are pixels, 0 … 1, unless they are to be taken as they are; those of IDX files always.</summary>
    public DataSource ForTraining(bool asTheyAre = false)
    {
        if (_x is { IsBytes: true, IsPixels: false } && !_isDecided && !asTheyAre)
        {
            Terminal.Warn($"'{_x.Source}' holds bytes: they are taken for pixels and scaled to 0 … 1, as those of IDX files are; --preprocess none takes them as they are");
        }

        return Decided(_x?.IsPixels == true || !asTheyAre);
    }

    /// <summary>The same for a model: bytes become what they became when it was trained, whatever file they stand in.</summary>
    public DataSource For<T>(Model<T> model) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => Decided(model.TakesScaledBytes ?? _x?.IsPixels == true);

    private DataSource Decided(bool scaled)
    {
        if (_isDecided)
        {
            return this;
        }

        for (int n = 0; scaled && n < _x!.Values.Length; n++)
        {
            _x.Values[n] /= 255; // in place: nobody else has the array, and it may be large
        }

        return this with { _isDecided = true, AreScaledBytes = scaled };
    }

    /// <summary>Reads DATA, or the rows of a query.</summary>
    public static DataSource Read(string? data, string? query, string? database)
    {
        if (query is not null)
        {
            return data is null ? new("query", TableReader.Query(query, database), null, null, null) : throw new UsageException("give DATA or --query, not both");
        }

        if (database is not null)
        {
            throw new UsageException("--database needs --query");
        }

        if (data is null)
        {
            throw new UsageException("DATA is missing: a file, builtin:digits, builtin:iris, or --query");
        }

        if (data.StartsWith("builtin:", StringComparison.Ordinal))
        {
            string name = data["builtin:".Length..];
            using Stream stream = EmbeddedData.OpenCsv(name);
            return new(data, TableReader.ReadCsv(stream, data), null, null, [EmbeddedData.Target(name)]);
        }

        if (data == "-")
        {
            return new("standard input", TableReader.ReadCsv(Session.Current.Input, "standard input"), null, null, null);
        }

        return TableReader.IsTable(data) ? new(data, TableReader.Read(data), null, null, null) : ReadArrays(data);
    }

    private static DataSource ReadArrays(string data)
    {
        if (data.EndsWith(".npz", StringComparison.OrdinalIgnoreCase))
        {
            IReadOnlyDictionary<string, NumericArray> arrays = NpyReader.ReadAll(data);
            NumericArray x = arrays.GetValueOrDefault("X") ?? throw new DataException($"'{data}' has no array X; found {string.Join(", ", arrays.Keys)}");
            return Fit(data, x, arrays.GetValueOrDefault("y"));
        }

        string[] parts = data.Split(',');
        if (parts.All(part => part.EndsWith(".npy", StringComparison.OrdinalIgnoreCase)) && parts.Length <= 2)
        {
            return Fit(data, NpyReader.Read(parts[0]), parts.Length == 2 ? NpyReader.Read(parts[1]) : null);
        }

        if (parts.Length <= 2 && File.Exists(WorkingFolder.Full(parts[0])))
        {
            return Fit(data, IdxReader.Read(parts[0]), parts.Length == 2 ? IdxReader.Read(parts[1]) : null);
        }

        if (Directory.Exists(WorkingFolder.Full(data)))
        {
            throw new DataException($"'{data}' is a folder, a file expected");
        }

        throw File.Exists(WorkingFolder.Full(parts[0])) || parts.Length > 2
            ? new DataException($"'{data}': expected a table (.csv, .tsv, .json, .jsonl, .parquet), .npz, X.npy,y.npy or IMAGES,LABELS")
            : new DataException($"'{parts[0]}' does not exist");
    }

    private static DataSource Fit(string data, NumericArray x, NumericArray? y)
    {
        if (x.Rows == 0 || x.Columns == 0)
        {
            throw new DataException($"'{x.Source}': shape ({string.Join(", ", x.Shape)}) found, rows of features expected");
        }

        x.RequireFinite();
        y?.RequireFinite();
        return y is null || y.Rows == x.Rows
            ? new(data, null, x, y, null)
            : throw new DataException($"'{data}': {x.Rows} rows of features, {y.Rows} rows of targets");
    }
}
