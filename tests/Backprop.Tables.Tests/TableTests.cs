using Backprop.Data;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;
using Backprop.Tables.Writing;

namespace Backprop.Tables.Tests;

public sealed class TableTests : IDisposable
{
    private const string Csv = """
        size,colour,label,note
        1.5,red,yes,a
        ,blue,no,b
        2.5,red,yes,c
        4.0,,no,d
        3.0,green,yes,e
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TablesBecomeNumbers()
    {
        TableSchema schema = SchemaInference.Infer(TableReader.Read(File("a.csv", Csv)), new());
        Assert.Equal(["size", "size is missing", "colour=blue", "colour=green", "colour=red", "colour is missing", "note=a", "note=b", "note=c", "note=d", "note=e"], schema.FeatureNames);
        Assert.Equal(["no", "yes"], schema.Target.Labels);
        Dataset<double> data = schema.Transform<double>(TableReader.Read(File("a.csv", Csv)), needTargets: true);
        Assert.Equal([1, 0, 1, 0, 1], data.Targets.ClassIndices.ToArray());
        Assert.Equal((2.75 - 2.75) / 0.9013878188659973, data.Row(1)[0], 12); // the median of 1.5, 2.5, 3, 4, which is also their mean
        Assert.Equal([1, 0, 0, 1], new[] { data.Row(1)[1], data.Row(0)[1], data.Row(3)[2], data.Row(3)[5] });
    }

    [Fact]
    public void ColumnsAreBoundByName()
    {
        Table table = TableReader.Read(File("a.csv", Csv));
        TableSchema schema = SchemaInference.Infer(table, new());
        string[] lines = Csv.Split('\n', StringSplitOptions.TrimEntries);
        string other = string.Join('\n', lines.Select((line, n) => $"{(n == 0 ? "more" : "7")},{string.Join(',', line.Split(',').Reverse())}"));
        Dataset<float> a = schema.Transform<float>(table, needTargets: false), b = schema.Transform<float>(TableReader.Read(File("b.csv", other)), needTargets: false);
        Assert.Equal(a.Features.ToArray(), b.Features.ToArray());
    }

    [Fact]
    public void SchemasComeBackTheSame()
    {
        Table table = TableReader.Read(File("a.csv", "x,z,t\n0.1,1,2.5\n0.7,1,0.1\n1e-17,1,9.25\n"));
        TableSchema schema = SchemaInference.Infer(table, new() { Targets = ["t"], ScaleTargets = true });
        TableSchema back = SchemaJson.Read(SchemaJson.Write(schema));
        Assert.Equal(schema.Columns.Select(c => (c.Name, c.Kind, c.Mean, c.Scale, c.Imputed)), back.Columns.Select(c => (c.Name, c.Kind, c.Mean, c.Scale, c.Imputed)));
        Assert.Equal(schema.Target.Means, back.Target.Means);
        Assert.Equal(2.5, back.Target.Unscale(0, schema.Transform<double>(table, true).Targets[0, 0]), 14);
        Assert.Throws<ModelException>(() => SchemaJson.Read("{\"columns\":[]}"));
    }

    [Theory]
    [InlineData("label,x\n1,a\n2,b", "values")]
    [InlineData("label,x\n1,a\n0,b", "class")]
    [InlineData("label,x\n1.0,1\n2.5,2", "values")]
    [InlineData("label,x\ntrue,1\nfalse,2", "class")]
    public void TheTargetIsAClassOrAValue(string csv, string kind) =>
        Assert.Equal(kind, SchemaInference.Infer(TableReader.Read(File("t.csv", csv)), new()).Target.Kind.ToString().ToLowerInvariant());

    [Fact]
    public void IntegersOfManyValuesAreValuesAndSeveralColumnsAVector()
    {
        string many = "y,x\n" + string.Join('\n', Enumerable.Range(0, 30).Select(n => $"{n},{n}"));
        Assert.Equal(TargetKind.Values, SchemaInference.Infer(TableReader.Read(File("m.csv", many)), new()).Target.Kind);
        Assert.Equal(TargetKind.Class, SchemaInference.Infer(TableReader.Read(File("m.csv", many)), new() { Task = TableTask.Classification }).Target.Kind);
        Assert.Equal(TargetKind.Flags, SchemaInference.Infer(TableReader.Read(File("f.csv", "a,b,x\n0,1,3\n1,0,4")), new() { Targets = ["a", "b"] }).Target.Kind);
    }

    [Theory]
    [InlineData("a,b\n1,2\n3\n4,5,6\n", "bad.csv")]
    [InlineData("a,y,a\n1,1,3\n", "two columns named 'a'")]
    [InlineData("#x\na,y\n1,1\n#2,3\n", "row 0 (line 2): 2 cells found")]
    [InlineData("a,y\n1,1\n\0,2\n", "row 1 (line 3), column 'a': a zero byte")]
    [InlineData("y\n", "no rows")]
    public void MalformedTablesAreRefused(string csv, string part) =>
        Assert.Contains(part, Assert.Throws<DataException>(() => TableReader.Read(File("bad.csv", csv))).Message);

    [Fact]
    public void MessagesNameWhatIsWrong()
    {
        Table table = TableReader.Read(File("a.csv", Csv));
        Assert.Contains("did you mean 'label'", Assert.Throws<UsageException>(() => SchemaInference.Infer(table, new() { Targets = ["lable"] })).Message);
        Assert.Contains("row 0 (line 2), column 'colour': 'red' found", Assert.Throws<DataException>(() => SchemaInference.Infer(table, new() { Preprocess = false })).Message);
        TableSchema schema = SchemaInference.Infer(table, new());
        Assert.Contains("missing column 'colour'", Assert.Throws<DataException>(() => schema.Transform<double>(TableReader.Read(File("c.csv", "size,note\n1,a")), false)).Message);
        Assert.Contains("row 0 (line 2), column 'size': 'huge' found", Assert.Throws<DataException>(() => schema.Transform<double>(TableReader.Read(File("d.csv", "size,note,colour\nhuge,a,red")), false)).Message);
        Assert.Contains("unknown class 'maybe'", Assert.Throws<DataException>(() => schema.Transform<double>(TableReader.Read(File("e.csv", Csv.Replace("red,yes,a", "red,maybe,a"))), true)).Message);
        Assert.Contains("does not exist", Assert.Throws<DataException>(() => TableReader.Read("nowhere.csv")).Message);
    }

    [Fact]
    public void NamesCannotInject()
    {
        string path = File("it's'; DROP TABLE x; --.csv", "\"a\"\"; DROP\",y\n1.5,2.5\n3.5,4.5\n");
        Table table = TableReader.Read(path);
        Assert.Equal(["a\"; DROP", "y"], table.Names);
        Assert.Equal(3.5, table.Columns[0].Number(1));
    }

    [Fact]
    public void NamesOfFilesAreNeitherPatternsNorValues()
    {
        File("x1.csv", "a,y\n9,9\n");
        Assert.Equal(1, TableReader.Read(File("x[1].csv", "a,y\n1,2\n")).Columns[0].Number(0));
        Assert.Equal(3, TableReader.Read(File("x*.csv", "a,y\n3,4\n")).Columns[0].Number(0));
        Directory.CreateDirectory(Path.Combine(_folder, "y=7"));
        Assert.Equal(2, TableReader.Read(File("y=7/t.csv", "a,y\n1,2\n")).Columns[1].Number(0));
    }

    [Fact]
    public void NamesThatDifferInCaseStayAsTheyAre() =>
        Assert.Equal(["A", "a", "column 2", "y"], TableReader.Read(File("a.csv", "A,a,,y\n1,2,3,4\n")).Names);

    [Theory]
    [InlineData("{\"name\":\"b\",\"kind\":\"7\"}")]
    [InlineData("{\"name\":\"b\",\"kind\":\"numeric,ignored\"}")]
    [InlineData("{\"name\":null,\"kind\":\"numeric\"}")]
    [InlineData("{\"name\":\"b\",\"kind\":\"numeric\",\"scale\":-1}")]
    [InlineData("{\"name\":\"b\",\"kind\":\"numeric\",\"imputed\":1e400}")]
    [InlineData("{\"name\":\"b\",\"kind\":\"categorical\",\"categories\":[\"x\",\"x\"]}")]
    [InlineData("{\"name\":\"b\",\"kind\":\"categorical\",\"categories\":[null]}")]
    public void SchemasThatMeanNothingAreRefused(string column) =>
        Assert.Throws<ModelException>(() => SchemaJson.Read($"{{\"columns\":[{column}],\"target\":{{\"names\":[\"y\"],\"kind\":\"values\"}}}}"));

    [Theory]
    [InlineData(".csv")]
    [InlineData(".tsv")]
    [InlineData(".json")]
    [InlineData(".jsonl")]
    [InlineData(".parquet")]
    public void PredictionsAreWrittenInEveryFormatAndReadAgain(string extension)
    {
        string path = Path.Combine(_folder, $"p{extension}");
        PredictionWriter.Write(path, [new("prediction", ["a,\"b", "c"]), new("p_x", ColumnType.Real, [0.1, 1e-17])]);
        Table back = TableReader.Read(path);
        Assert.Equal(["a,\"b", "c"], new[] { back.Columns[0].Text(0), back.Columns[0].Text(1) });
        Assert.Equal([0.1, 1e-17], new[] { back.Columns[1].Number(0), back.Columns[1].Number(1) });
    }

    [Fact]
    public void GlobsAndEmbeddedDataAreRead()
    {
        File("g1.csv", "x,y\n1,2\n");
        File("g2.csv", "x,y\n3,4\n");
        Assert.Equal([1, 3], Enumerable.Range(0, 2).Select(TableReader.Read(Path.Combine(_folder, "g*.csv")).Columns[0].Number));
        using Stream digits = EmbeddedData.OpenCsv("digits"), iris = EmbeddedData.OpenCsv("iris");
        Assert.Equal(1797, TableReader.ReadCsv(digits, "digits").Rows);
        Assert.Equal(150, TableReader.ReadCsv(iris, "iris").Rows);
    }

    private string File(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
