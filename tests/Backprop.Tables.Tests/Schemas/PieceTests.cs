using System.Globalization;
using Backprop.Data;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Tests.Schemas;

/// <summary>Columns of numbers cut into pieces: how far a number is through each is a feature beside it.</summary>
public sealed class PieceTests
{
    [Fact]
    public void ANumberFillsThePiecesBelowItAndItsOwnInPart()
    {
        TableSchema schema = Infer([.. Enumerable.Range(0, 41).Select(n => n * 0.25)], bins: 4);
        FeatureColumn column = schema.Columns[0];
        Assert.Equal([0, 2.5, 5, 7.5, 10], column.Edges);
        Assert.Equal((5, 0.0, 10.0, true), (column.FeatureCount, column.Minimum, column.Maximum, column.IsBounded));
        Assert.Equal(["x", "x from 0 to 2.5", "x from 2.5 to 5", "x from 5 to 7.5", "x from 7.5 to 10"], schema.FeatureNames);
        Assert.Equal([0, 0, 0, 0], Pieces(schema, 0));
        Assert.Equal([0.5, 0, 0, 0], Pieces(schema, 1.25));
        Assert.Equal([1, 1, 0, 0], Pieces(schema, 5));
        Assert.Equal([1, 1, 1, 0.2], Pieces(schema, 8));
        Assert.Equal([1, 1, 1, 1], Pieces(schema, 10));
    }

    [Fact]
    public void OutsideOfTrainingANumberIsTakenAsTheNearerEndAndThatIsSaid()
    {
        TableSchema schema = Infer([.. Enumerable.Range(0, 41).Select(n => n * 0.25)], bins: 4);
        var notes = new Notes();
        Dataset<double> data = schema.Transform<double>(Cells.Column("x", ["1e300", "10", "-1e300", "0", "11", "10"]), needTargets: false, notes: notes);
        Assert.Equal(data.Row(1).ToArray(), data.Row(0).ToArray());
        Assert.Equal(data.Row(3).ToArray(), data.Row(2).ToArray());
        Assert.Equal(data.Row(5).ToArray(), data.Row(4).ToArray());
        Assert.Contains("2 cells lie far outside what training had (0 … 10) and are taken as its nearer end", Assert.Single(notes.All).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void InfinityIsNoNumberThereEither(double infinity)
    {
        TableSchema schema = Infer([.. Enumerable.Range(0, 41).Select(n => n * 0.25)], bins: 4);
        Assert.Contains("a finite number expected", Assert.Throws<DataException>(() => schema.Transform<float>(new("t", [new("x", ColumnType.Real, [1, infinity])]), needTargets: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AGapIsTheMedianWithItsPiecesAndAFlag()
    {
        TableSchema schema = Infer([.. Enumerable.Range(0, 41).Select(n => n == 7 ? double.NaN : n * 0.25)], bins: 4);
        FeatureColumn column = schema.Columns[0];
        Assert.True(column.FlagsMissing);
        Dataset<double> data = schema.Transform<double>(new("t", [new("x", ColumnType.Real, [double.NaN, column.Imputed])]), needTargets: false);
        Assert.Equal(data.Row(1)[..^1].ToArray(), data.Row(0)[..^1].ToArray());
        Assert.Equal((1.0, 0.0), (data.Row(0)[^1], data.Row(1)[^1]));
    }

    [Fact]
    public void LevelsAreCutAtEachUnlessTheyArePixelsAndEqualQuantilesAreOnePlace()
    {
        Assert.NotNull(Infer([.. Enumerable.Range(0, 400).Select(n => (double)(n % 17))], bins: 8).Columns[0].Edges);
        Assert.Null(Infer([.. Enumerable.Range(0, 400).Select(n => (double)(n % 17))], bins: 8, others: 47).Columns[0].Edges); // levels of pixels
        Assert.NotNull(Infer([.. Enumerable.Range(0, 400).Select(n => (double)(n % 17))], bins: 8, others: 46).Columns[0].Edges);
        Assert.NotNull(Infer([.. Enumerable.Range(0, 400).Select(n => (double)(n % 23))], bins: 8, others: 47).Columns[0].Edges);
        double[] fifths = [.. Enumerable.Range(0, 400).Select(n => n % 399 == 0 ? 3 : n % 4 * 0.75)]; // 3 is there twice
        Assert.Equal([0, 0.75, 1.5, 2.25, 3], Infer(fifths, bins: 8).Columns[0].Edges);
        Assert.Equal([0, 0.75, 1.5, 2.25, 3], Infer(fifths, bins: 4).Columns[0].Edges);
        Assert.Equal([0, 0.75, 1.5, 3], Infer(fifths, bins: 3).Columns[0].Edges); // quantiles
        Assert.Null(Infer(fifths, bins: 8, others: 47).Columns[0].Edges);
        Assert.Null(Infer([.. Enumerable.Range(0, 400).Select(n => n % 2 * 0.75)], bins: 8).Columns[0].Edges);
        Assert.Equal(9, Infer([.. Enumerable.Range(0, 400).Select(n => n % 12 * 0.75)], bins: 8).Columns[0].Edges!.Count);
        Assert.Null(Infer([.. Enumerable.Range(0, 400).Select(n => n % 12 * 0.75)], bins: 8, others: 47).Columns[0].Edges);
        Assert.NotNull(Infer([.. Enumerable.Range(0, 400).Select(n => n % 13 * 0.75)], bins: 8, others: 47).Columns[0].Edges);
        Assert.NotNull(Infer([.. Enumerable.Range(0, 400).Select(n => n % 17 * 2.0)], bins: 8).Columns[0].Edges);
        Assert.Null(Infer([.. Enumerable.Range(0, 400).Select(n => n * 0.5)], bins: 0).Columns[0].Edges);
        double[] mostlyZero = [.. Enumerable.Range(0, 400).Select(n => n < 300 ? 0.0 : n)];
        Assert.Equal([0, 349, 399], Infer(mostlyZero, bins: 8).Columns[0].Edges);
    }

    [Fact]
    public void TheQuantilesOfManyRowsCutThemEvenly()
    {
        double[] numbers = [.. Enumerable.Range(0, 300_000).Select(n => Math.Pow(n * 7919L % 300_000, 2))];
        IReadOnlyList<double> edges = Infer(numbers, bins: 8).Columns[0].Edges!;
        Assert.Equal(9, edges.Count);
        for (int n = 0; n < 8; n++)
        {
            Assert.InRange(numbers.Count(number => number >= edges[n] && number < edges[n + 1]), 37_000, 38_000);
        }
    }

    /// <summary>Not all of so many rows are looked at; a period in them hides nothing.</summary>
    [Fact]
    public void AColumnMayHaveAPeriod()
    {
        IReadOnlyList<double> edges = Infer([.. Enumerable.Range(0, 150_000).Select(n => n % 3 == 0 ? 0 : Math.Sqrt(n))], bins: 8).Columns[0].Edges!;
        Assert.InRange(edges.Count, 6, 9); // a third is 0: of eight quantiles two or three are one
        Assert.InRange(edges[^2], 340, 375); // 7/8 of all: √(150,000 · 13/16) = 349
    }

    [Fact]
    public void TheSchemaKeepsThem()
    {
        TableSchema schema = Infer([.. Enumerable.Range(0, 50).Select(n => Math.Sqrt(n))], bins: 8), read = SchemaJson.Read(SchemaJson.Write(schema));
        Assert.Equal(schema.Columns[0].Edges, read.Columns[0].Edges);
        Assert.True(read.Columns[0].IsBounded);
        Assert.Equal(Pieces(schema, 3.3), Pieces(read, 3.3));
    }

    [Theory]
    [InlineData("\"edges\":[1,1,2]")]
    [InlineData("\"edges\":[1]")]
    [InlineData("\"edges\":[2,1]")]
    [InlineData("\"edges\":[0,1],\"kind\":\"boolean\"")]
    [InlineData("\"bounded\":true")]
    [InlineData("\"edges\":[0,1],\"flag_only\":true,\"flags_missing\":true")]
    public void EdgesThatCannotBeAreRefused(string part)
    {
        string kind = part.Contains("kind", StringComparison.Ordinal) ? "" : "\"kind\":\"numeric\",";
        Assert.Contains("column 'x'", Assert.Throws<ModelException>(() => SchemaJson.Read("{\"version\":2,\"columns\":[{\"name\":\"x\"," + kind + part + "}],\"target\":{\"names\":[\"y\"],\"kind\":\"values\"}}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheRecipeCutsAndAChosenNetworkDoesNotUnlessTold()
    {
        string text = "x,y\n" + string.Concat(Enumerable.Range(0, 60).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n * 0.5 * n},{n * 1.5}\n")));
        FeatureColumn Of(TrainingOptions options) => PreparedData<float>.Prepare(DataSource.Of(Cells.Csv(text)), options with { Target = "y" }).Schema!.Columns[0];
        Assert.Equal(25, Of(new()).FeatureCount);
        Assert.Equal(9, PreparedData<float>.Prepare(DataSource.Of(Cells.Csv(string.Join('\n', text.Split('\n').Select((line, n) => line == "" ? "" : $"{line},{(n == 0 ? "c" : n % 2 == 0 ? "even" : "odd")}")))), new() { Target = "c", Columns = new() { Ignore = ["y"] } }).Schema!.Columns[0].FeatureCount);
        Assert.Equal(1, Of(new() { Network = "8:relu" }).FeatureCount);
        Assert.Equal(1, Of(new() { Columns = new() { Bins = 0 } }).FeatureCount);
        Assert.Equal(5, Of(new() { Network = "8:relu", Columns = new() { Bins = 4 } }).FeatureCount);
        Assert.Contains("Bins", Assert.Throws<UsageException>(() => Of(new() { Columns = new() { Bins = 4, Preprocess = false } })).Settings);
        Assert.Contains("Bins", Assert.Throws<UsageException>(() => Of(new() { Columns = new() { Bins = -1 } })).Settings);
    }

    private static TableSchema Infer(double[] x, int bins, int others = 0) => SchemaInference.Infer(
        new("t", [new("x", ColumnType.Real, x), .. Enumerable.Range(0, others).Select(n => new Column($"x{n}", ColumnType.Real, [.. x.Select(value => value + (n * 0.5))])), new("y", ColumnType.Real, [.. x.Select((_, n) => n * 0.5)])]),
        new() { Bins = bins, Numeric = ["x"] });

    private static double[] Pieces(TableSchema schema, double number) => schema.Transform<double>(new("t", [new("x", ColumnType.Real, [number])]), needTargets: false).Row(0)[1..].ToArray();
}
