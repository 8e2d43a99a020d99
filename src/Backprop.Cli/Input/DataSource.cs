using Backprop.Data;
using Backprop.Tables;

namespace Backprop.Cli.Input;

/// <summary>What DATA names: a table, or arrays of numbers.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Table">A table; null: arrays.</param>
/// <param name="X">[Rows×Features], where there is no table.</param>
/// <param name="Y">The targets beside <paramref name="X"/>, or null.</param>
/// <param name="DefaultTargets">The target column of built-in data.</param>
internal sealed record DataSource(string Name, Table? Table, NumericArray? X, NumericArray? Y, string[]? DefaultTargets)
{
    public int Rows => Table?.Rows ?? X!.Rows;

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
            using Stream input = Console.OpenStandardInput();
            return new("standard input", TableReader.ReadCsv(input, "standard input"), null, null, null);
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

        if (parts.Length <= 2 && File.Exists(parts[0]))
        {
            return Fit(data, Pixels(IdxReader.Read(parts[0])), parts.Length == 2 ? IdxReader.Read(parts[1]) : null);
        }

        if (Directory.Exists(data))
        {
            throw new DataException($"'{data}' is a folder, a file expected");
        }

        throw File.Exists(parts[0]) || parts.Length > 2
            ? new DataException($"'{data}': expected a table (.csv, .tsv, .json, .jsonl, .parquet), .npz, X.npy,y.npy or IMAGES,LABELS")
            : new DataException($"'{parts[0]}' does not exist");
    }

    /// <summary>The pixels of images are scaled to 0 … 1.</summary>
    private static NumericArray Pixels(NumericArray x)
    {
        for (int n = 0; x.IsPixels && n < x.Values.Length; n++)
        {
            x.Values[n] /= 255; // in place: nobody else has the array, and it may be large
        }

        return x;
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
