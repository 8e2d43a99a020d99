using System.Globalization;
using System.Text;
using System.Text.Json;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;
using Backprop.Tables.Writing;
using CsCheck;

namespace Backprop.Tables.Tests.Schemas;

/// <summary>A row means the same alone and in company, from every kind of file, with its columns in any order.</summary>
public sealed class SameRowTests
{
    private static readonly string[] s_codes = ["007", "010", "7", "1.10", "1.1", "A10", "B7", "042", "yes", "2025-01-01"];

    private static readonly Gen<double> s_number = Gen.OneOf(Gen.Int[-2000, 2000].Select(n => (double)n), Gen.Double[-1e6, 1e6].Select(x => Math.Round(x, 2)), Gen.Double[-1e-3, 1e3]);

    /// <summary>The cells of a column by its kind; null: missing.</summary>
    private static readonly (string Kind, Gen<string?> Cell)[] s_kinds =
    [
        ("number", s_number.Select(x => (string?)x.ToString("R", CultureInfo.InvariantCulture))),
        ("gaps", s_number.Select(Gen.Int[0, 3], (x, gap) => gap == 0 ? null : x.ToString("R", CultureInfo.InvariantCulture))),
        ("thousands", Gen.Int[-9_999_999, 9_999_999].Select(n => (string?)(n / 100.0).ToString("N2", CultureInfo.InvariantCulture))),
        ("percent", Gen.Int[0, 1000].Select(n => (string?)$"{(n / 10.0).ToString("0.0", CultureInfo.InvariantCulture)}%")),
        ("category", Gen.Int[0, 10].Select(n => n == 10 ? null : s_codes[n])),
        ("text", Gen.Int[0, 30].Select(n => n < 3 ? null : $"word {n % 7}")),
        ("boolean", Gen.Int[0, 5].Select(n => n switch { 0 => null, 1 or 2 => "Yes", _ => "no" })),
        ("truth", Gen.Bool.Select(value => (string?)(value ? "true" : "false"))),
        ("date", Gen.Int[0, 900].Select(n => n < 30 ? null : new DateTime(2023, 1, 1).AddDays(n).ToString("dd.MM.yyyy", CultureInfo.InvariantCulture))),
        ("time", Gen.Int[0, 90_000].Select(n => (string?)new DateTime(2024, 1, 1).AddMinutes(n * 11).ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture))),
    ];

    private static readonly Gen<(string[] Kinds, string?[][] Learned, string?[][] Other)> s_tables =
        Gen.Int[0, s_kinds.Length - 1].Array[1, 8].SelectMany(kinds =>
        {
            Gen<string?[]> row = kinds.Select(kind => s_kinds[kind].Cell).Aggregate(
                Gen.Const(Array.Empty<string?>()), (all, cell) => all.Select(cell, (cells, next) => (string?[])[.. cells, next]));
            return Gen.Select(row.Array[40, 90], row.Array[1, 12], (learned, other) => (kinds.Select(kind => s_kinds[kind].Kind).ToArray(), learned, other));
        });

    [Fact]
    public void ARowMeansTheSameEverywhere() => s_tables.Sample(tables =>
    {
        string[] names = [.. tables.Kinds.Select((kind, c) => $"{kind} {c}")];
        TableSchema? schema = Learn(names, tables.Kinds, tables.Learned);
        if (schema is null)
        {
            return; // no column is left, or nobody can tell what one is: that is said, and not what is asked here
        }

        string?[][] rows = Unseen(tables.Kinds, tables.Other);
        double[] expected = Features(schema, Csv(names, rows, ','));
        foreach (string text in (string[])[Csv(Permuted(names), [.. rows.Select(Permuted)], ','), Csv(names, rows, '\t'), Csv(["more", .. names], [.. rows.Select(row => (string?[])["x", .. row])], ';')])
        {
            Assert.Equal(expected, Features(schema, text));
        }

        int width = schema.FeatureCount;
        for (int row = 0; row < rows.Length; row++)
        {
            double[] alone = expected[(row * width)..((row + 1) * width)];
            Assert.Equal(alone, Features(schema, Csv(names, [rows[row]], ',')));
            Assert.Equal(alone, Features(schema, Csv(names, [rows[row], rows[0]], ','))[..width]);
            Assert.Equal(alone, schema.Transform<double>(Typed(names, tables.Kinds, [rows[row]]), false).Features.ToArray());
        }

        Assert.Equal(expected, schema.Transform<double>(Typed(names, tables.Kinds, rows), false).Features.ToArray());
        Assert.Equal(expected, SchemaJson.Read(SchemaJson.Write(schema)).Transform<double>(Typed(Permuted(names), Permuted(tables.Kinds), [.. rows.Select(Permuted)]), false).Features.ToArray());
    }, iter: Count);

    [Fact]
    public void ARowOfEveryKindOfFileMeansTheSame() => s_tables.Sample(tables =>
    {
        string[] names = [.. tables.Kinds.Select((kind, c) => $"{kind} {c}")];
        if (Learn(names, tables.Kinds, tables.Learned) is not { } schema)
        {
            return;
        }

        string?[][] rows = Unseen(tables.Kinds, tables.Other);
        double[] expected = Features(schema, Csv(names, rows, ','));
        string folder = Directory.CreateTempSubdirectory("backprop-test").FullName;
        try
        {
            string path = Path.Combine(folder, "a.json");
            File.WriteAllText(path, Json(names, tables.Kinds, rows));
            Require(path);
            foreach (string extension in (string[])[".parquet", ".jsonl", ".tsv", ".csv"])
            {
                path = Path.Combine(folder, $"b{extension}");
                PredictionWriter.Write(path, [.. Typed(Permuted(names), Permuted(tables.Kinds), [.. rows.Select(Permuted)]).Columns]);
                Require(path);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        // The separator is given: a file of one column has none to be found.
        void Require(string path) => Assert.Equal(expected, schema.Transform<double>(TableReader.Read(path, schema.Reading(new() { Separator = path.EndsWith(".tsv", StringComparison.Ordinal) ? '\t' : ',' }, needTargets: false)), false).Features.ToArray());
    }, iter: Count / 5);

    /// <summary>More in the long tests.</summary>
    private static long Count => long.TryParse(Environment.GetEnvironmentVariable("BACKPROP_TABLES"), CultureInfo.InvariantCulture, out long count) ? count : 100;

    private static TableSchema? Learn(string[] names, string[] kinds, string?[][] rows)
    {
        string text = Csv([.. names, "y"], [.. rows.Select((row, n) => (string?[])[.. row, $"{n}.5"])], ',');
        Table table = TableReader.ReadCsv(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t.csv");
        TableSchema schema = SchemaInference.Infer(table, new() { Categorical = [.. names.Where((_, c) => kinds[c] == "category")] });
        return schema.FeatureCount == 0 ? null : schema;
    }

    private static double[] Features(TableSchema schema, string text) =>
        schema.Transform<double>(TableReader.ReadCsv(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t.csv", schema.Reading(new() { Header = true }, needTargets: false)), false).Features.ToArray();

    /// <summary>Values that training cannot have had.</summary>
    private static string?[][] Unseen(string[] kinds, string?[][] rows) =>
        [.. rows.Select((row, n) => row.Select((cell, c) => n % 3 > 0 ? cell : kinds[c] switch { "category" or "text" => n % 2 == 0 ? "never" : "7.0", "number" => n % 2 == 0 ? "1e9" : null, _ => cell }).ToArray())];

    private static T[] Permuted<T>(T[] items) => [.. items.Reverse()];

    private static string Csv(string[] names, string?[][] rows, char separator)
    {
        static string Quoted(string? cell) => cell is null ? "\"\"" : $"\"{cell}\"";
        return string.Join('\n', ((string?[][])[names, .. rows]).Select(row => string.Join(separator, row.Select(Quoted)))) + "\n";
    }

    private static bool IsTyped(string kind) => kind is "number" or "gaps";

    private static Table Typed(string[] names, string[] kinds, string?[][] rows) => new("t.parquet",
    [
        .. names.Select((name, c) => IsTyped(kinds[c]) ? new Column(name, ColumnType.Real, [.. rows.Select(row => row[c] is { } cell ? double.Parse(cell, CultureInfo.InvariantCulture) : double.NaN)])
            : kinds[c] == "truth" ? new Column(name, ColumnType.Boolean, [.. rows.Select(row => row[c] == "true" ? 1.0 : 0)])
            : new Column(name, [.. rows.Select(row => row[c])])),
    ]);

    private static string Json(string[] names, string[] kinds, string?[][] rows) => "[" + string.Join(",\n", rows.Select(row => "{" + string.Join(", ", names.Select((name, c) =>
        $"\"{name}\": {(row[c] is not { } cell ? "null" : IsTyped(kinds[c]) || kinds[c] == "truth" ? cell.Replace("E+", "e", StringComparison.Ordinal) : JsonSerializer.Serialize(cell))}")) + "}")) + "]";
}
