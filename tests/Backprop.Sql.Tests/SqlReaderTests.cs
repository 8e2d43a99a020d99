using System.Data.Common;
using Backprop.Tables;
using Backprop.Tables.Reading;
using Backprop.Tables.Writing;
using DuckDB.NET.Data;

namespace Backprop.Sql.Tests;

public sealed class SqlReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("SELECT * FROM read_text('/etc/passwd')", "a query reads its --database")]
    [InlineData("SELECT Delimiter FROM sniff_csv('/etc/passwd')", "a query reads its --database")]
    [InlineData("SELECT * FROM 'http://127.0.0.1:9/a.csv'", "a query reads its --database")]
    [InlineData("COPY (SELECT 1) TO 'x.csv'", "one SELECT statement")]
    [InlineData("ATTACH 'x.db'", "one SELECT statement")]
    [InlineData("INSTALL httpfs", "one SELECT statement")]
    [InlineData("SELECT 1; SELECT 2", "one SELECT statement")]
    [InlineData("SELECT 1) ; COPY (SELECT 1) TO 'x.csv'; SELECT * FROM (SELECT 1", "syntax error")]
    [InlineData("SELECT * FROM nowhere", "nowhere does not exist")]
    [InlineData("SELECT [1, 2] AS a, 1 AS y", "column 'a': INTEGER[] found, numbers or text expected")]
    [InlineData("SELECT 1.5 AS y, CAST('inf' AS DOUBLE) AS x", "row 0, column 'x': inf found")]
    [InlineData("SELECT 1 AS y WHERE y = 2", "has no rows")]
    public void QueriesReachNothingElse(string sql, string part) =>
        Assert.Contains(part, Assert.Throws<DataException>(() => SqlReader.Read(sql, null)).Message);

    [Fact]
    public void AViewInADatabaseReachesNothingElse()
    {
        string secret = Path.Combine(_folder, "secret.csv"), database = Path.Combine(_folder, "d;ACCESS_MODE=READ_WRITE.db");
        File.WriteAllText(secret, "y\n1\n");
        Execute(database, $"CREATE TABLE t AS SELECT 1.5 AS y; CREATE VIEW v AS SELECT * FROM read_csv('{secret}')");
        Assert.Equal(1.5, SqlReader.Read("SELECT * FROM t;", database).Columns[0].Number(0));
        Assert.Contains("a query reads its --database", Assert.Throws<DataException>(() => SqlReader.Read("SELECT * FROM v", database)).Message);
        Assert.Contains("a query reads its --database", Assert.Throws<DataException>(() => SqlReader.Read($"SELECT * FROM '{secret}'", database)).Message);
    }

    [Fact]
    public void ColumnsThatAModelDoesNotKnowAreLeftOut()
    {
        var options = new ReadingOptions { Columns = new Dictionary<string, ColumnReading> { ["x"] = new(ColumnReadingKind.Number) }, Others = ColumnReadingKind.Skip };
        Table table = SqlReader.Read("SELECT 1.5 AS x, [1, 2] AS l, 'a' AS c", null, options: options);
        Assert.Equal(["x"], table.Names);
        Assert.Equal(["l", "c"], table.Skipped);
        Assert.Equal(["c"], SqlReader.Read("SELECT 'a' AS c", null, options: options).Names); // for the schema to say what is missing
    }

    [Fact]
    public void ACategoryOfFloatsIsSpelledAlikeInTrainingAndPrediction()
    {
        var asText = new ReadingOptions { Columns = new Dictionary<string, ColumnReading> { ["x"] = new(ColumnReadingKind.Text) } };
        string sql = "SELECT 0.1::FLOAT AS x";
        Assert.Equal(SqlReader.Read(sql, null).AsWritten(["x"]).Columns[0].Text(0), SqlReader.Read(sql, null, options: asText).Columns[0].Text(0));
    }

    [Fact]
    public void AMarkerThatIsANumberLeavesTruthValuesAlone() =>
        Assert.False(SqlReader.Read("SELECT false AS b, 0 AS x", null, options: new() { Missing = ["0"] }).Columns[0].IsMissing(0));

    [Fact]
    public void TypesBecomeNumbersAndTexts()
    {
        Table table = SqlReader.Read(
            """
            SELECT 7::TINYINT AS tiny, 9007199254740993::BIGINT AS big, 18446744073709551615::UBIGINT AS unsigned, 1.50::DECIMAL(5, 2) AS amount, 0.1::FLOAT AS single, 0.1::DOUBLE AS double,
                true AS yes, ' a ' AS text, 'NA' AS none, '5.2' AS digits, DATE '2024-01-31' AS day, TIMESTAMP '2024-01-31 12:34:56.5' AS time, TIMESTAMP '2024-01-31' AS midnight,
                TIMESTAMP_NS '2024-01-31 12:34:56.123456789' AS fine, TIMESTAMPTZ '2024-01-31 12:34:56+02' AS zoned, TIME '01:02:03' AS clock, NULL AS empty, 'x'::ENUM ('x', 'y') AS kind
            """,
            null);
        Assert.Equal(
            ["7", "9007199254740993", "18446744073709551615", "1.50", "0.10000000149011612", "0.1", "true", "a", null, "5.2", "2024-01-31", "2024-01-31T12:34:56.5", "2024-01-31", "2024-01-31T12:34:56.123456789", "2024-01-31T10:34:56Z", "01:02:03", null, "x"],
            table.AsWritten(table.Names.ToArray()).Columns.Select(column => column.Text(0)));
        Assert.Equal([7, 9007199254740992, 18446744073709551615, 1.5, 0.1f, 0.1, 1], new[] { "tiny", "big", "unsigned", "amount", "single", "double", "yes" }.Select(name => table.Find(name)!.Numbers[0]));
        Assert.Equal(ColumnType.Boolean, table.Find("yes")!.Type);
        Assert.Equal(5.2, table.Find("digits")!.Numbers[0]);
    }

    [Fact]
    public void TextsOfJsonHaveNoQuotes()
    {
        Table table = SqlReader.Read("SELECT * FROM (VALUES ('\"B1\"'::JSON), ('7'::JSON), (NULL)) t(a)", null);
        Assert.Equal(["B1", "7", null], Enumerable.Range(0, 3).Select(table.Columns[0].Text));
    }

    [Fact]
    public void WhatASchemaDoesNotWantIsNotRead()
    {
        var options = new ReadingOptions { Columns = new Dictionary<string, ColumnReading> { ["a"] = new(ColumnReadingKind.Skip), ["b"] = new(ColumnReadingKind.Text) }, Missing = ["-"] };
        Table table = SqlReader.Read("SELECT [1] AS a, 2 AS b, '-' AS c, 'NA' AS d", null, options: options);
        Assert.Equal(["b", "c", "d"], table.Names);
        Assert.Equal(["2", null, "NA"], table.Columns.Select(column => column.Text(0)));
        Assert.True(table.Columns[0].IsText);
    }

    /// <summary>The same rows by way of Parquet, in every version, packing and kind of encoding that DuckDB writes.</summary>
    [Theory]
    [InlineData("V1", "uncompressed")]
    [InlineData("V1", "snappy")]
    [InlineData("V1", "gzip")]
    [InlineData("V1", "zstd")]
    [InlineData("V1", "brotli")]
    [InlineData("V1", "lz4_raw")]
    [InlineData("V2", "uncompressed")]
    [InlineData("V2", "snappy")]
    [InlineData("V2", "zstd")]
    public void ParquetIsReadAsItWasWritten(string version, string codec)
    {
        foreach (string filter in new[] { "true", "i % 3 <> 0", "i % 7 = 0", "false" })
        {
            string path = Path.Combine(_folder, $"{version}-{codec}.parquet");
            string sql =
                $"""
                SELECT i AS key, CASE WHEN {filter} THEN i * 3 - 5000 END::INTEGER AS whole, CASE WHEN {filter} THEN i * 900719925474 END::BIGINT AS big, CASE WHEN {filter} THEN i % 5 END::UTINYINT AS few,
                    CASE WHEN {filter} THEN sin(i) END AS real, CASE WHEN {filter} THEN sin(i)::FLOAT END AS single, CASE WHEN {filter} THEN i % 4 / 4 END AS quarter, CASE WHEN {filter} THEN i % 2 = 0 END AS yes,
                    CASE WHEN {filter} THEN i % 40 > 20 END AS runs, CASE WHEN {filter} THEN (i / 8)::DECIMAL(9, 3) END AS small, CASE WHEN {filter} THEN (i / 8)::DECIMAL(30, 3) END AS large,
                    CASE WHEN {filter} THEN 'text ' || (i % 11) END AS text, CASE WHEN {filter} THEN repeat('ä', (i % 5)::INTEGER) || i END AS ids, CASE WHEN {filter} THEN DATE '1969-12-01' + i::INTEGER END AS day,
                    CASE WHEN {filter} THEN TIMESTAMP '1969-12-31 23:59:50' + to_microseconds(i * 500001) END AS moment, CASE WHEN {filter} THEN TIME '00:00:00' + to_seconds(i) END AS clock
                FROM range(5000) t(i)
                """;
            Execute(":memory:", $"COPY ({sql}) TO '{path}' (FORMAT parquet, PARQUET_VERSION {version}, CODEC {codec}, ROW_GROUP_SIZE 2048, DICTIONARY_SIZE_LIMIT 64)");
            Table expected = SqlReader.Read(sql, null), found = ParquetReader.Read(path);
            AssertSame(expected, found);
        }
    }

    /// <summary>Another program reads what is written here.</summary>
    [Fact]
    public void ParquetThatIsWrittenIsReadByDuckDb()
    {
        Column[] columns =
        [
            new("repeats", [.. Enumerable.Range(0, 1000).Select(n => n % 9 == 0 ? null : $"ä {n % 7}")]), new("differs", [.. Enumerable.Range(0, 1000).Select(n => n % 5 == 0 ? null : $"text {n}")]),
            new("one", [.. Enumerable.Repeat("x", 1000)]), new("none", new string?[1000]), new("real", ColumnType.Real, [.. Enumerable.Range(0, 1000).Select(n => n % 4 == 0 ? double.NaN : n / 7.0)]),
            new("whole", ColumnType.Integer, [.. Enumerable.Range(0, 1000).Select(n => n * 9007199254.0)]), new("yes", ColumnType.Boolean, [.. Enumerable.Range(0, 1000).Select(n => n % 6 == 0 ? double.NaN : n & 1)]),
        ];
        string file = $"{Guid.NewGuid():N}.parquet";
        PredictionWriter.Write(file, columns);
        Table found = SqlReader.Read($"SELECT * FROM '{file}'", null);
        File.Delete(file);
        Assert.Equal(columns.Select(column => column.Name), found.Names);
        for (int c = 0; c < columns.Length; c++)
        {
            Assert.Equal(Enumerable.Range(0, 1000).Select(columns[c].Text), Enumerable.Range(0, 1000).Select(found.Columns[c].Text));
        }
    }

    private static void AssertSame(Table expected, Table found)
    {
        Assert.Equal(expected.Names, found.Names);
        Table expectedTexts = expected.AsWritten([.. expected.Names]), foundTexts = found.AsWritten([.. found.Names]);
        for (int c = 0; c < expected.Columns.Count; c++)
        {
            Column a = expected.Columns[c], b = found.Columns[c];
            bool isEmpty = Enumerable.Range(0, a.Rows).All(a.IsMissing);
            Assert.True(isEmpty || a.IsText == b.IsText, a.Name);
            if (!isEmpty && !a.IsText)
            {
                Assert.Equal(a.Numbers.ToArray(), b.Numbers.ToArray());
                Assert.Equal(a.Type, b.Type);
            }

            for (int row = 0; row < a.Rows && a.Name != "single"; row++)
            {
                string? x = expectedTexts.Columns[c].Text(row), y = foundTexts.Columns[c].Text(row);
                if (x != y)
                {
                    Assert.Fail($"{a.Name}, row {row}: {x} expected, {y} found");
                }
            }

            if (!isEmpty && a.IsText)
            {
                Assert.Equal(a.Values, b.Values);
            }
        }
    }

    private static void Execute(string database, string sql)
    {
        using var connection = new DuckDBConnection(new DbConnectionStringBuilder { ["DataSource"] = database }.ConnectionString);
        connection.Open();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
