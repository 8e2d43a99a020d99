using System.Globalization;
using System.Reflection;
using System.Text;
using Backprop.Interchange.CSharp;
using Backprop.Tables;
using Backprop.Tables.Models;
using Backprop.Tables.Writing;
using Backprop.Tests.Fixtures;

namespace Backprop.Interchange.Tests.CSharp;

/// <summary>The entry point of generated source: rows of TSV in, and out the bytes that predict writes as TSV below its head.</summary>
public sealed class ProgramTests : IDisposable
{
    private static readonly string[] s_towns = ["Ulm", "Bo\"nn", "Köln, Süd", "two\nlines", "a\tb", "\"", "☃ 😀"];

    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-program").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("classes", "kind", "", Target.Current)]
    [InlineData("classes for C# 9", "kind", "", Target.Standard)]
    [InlineData("two targets in their own units", "price,weight", "", Target.Current)]
    [InlineData("flags", "left,right", "", Target.Current)]
    [InlineData("flags with thresholds", "left,right", "f1", Target.Current)]
    [InlineData("flags with thresholds for C# 9", "left,right", "f1", Target.Standard)]
    [InlineData("deviations", "weight", "gaussian_nll", Target.Current)]
    public void AProgramPrintsWhatPredictWrites(string what, string target, string with, Target language)
    {
        Cells cells = Draw(150, 1);
        string train = Write("train.tsv", cells, hasHead: true), rows = Write("rows.tsv", Draw(60, 2), hasHead: true);
        TrainingOptions options = new() { Epochs = target == "kind" ? 100 : 3, OptimizerOptions = target == "kind" ? new() { LearningRate = 0.05 } : new(), Threads = 1, Network = "8:relu", Threshold = with == "f1" ? with : null, Loss = with == "gaussian_nll" ? with : null, Columns = new() { Ignore = [.. ((string[])["kind", "price", "weight", "left", "right"]).Except(target.Split(','))] } };
        TabularModel.Train(train, target, options).Save(At("m.safetensors"));
        var model = TabularModel.Load(At("m.safetensors"));
        Predictions predictions = model.PredictAll(rows);
        PredictionWriter.Write(At("expected.tsv"), predictions.Columns);
        string head = string.Join('\t', predictions.Columns.Select(column => Quoted(column.Name))) + "\n";

        string source = CSharpExport.Source(model, new() { HasMain = true, Language = language == Target.Standard ? 9 : CSharpOptions.NewestLanguage });
        Assembly program = GeneratedModel.Compile([source], language, isProgram: true);
        string[] columns = [.. model.Schema!.Columns.Where(column => column.IsFeature).Select(column => column.Name)];
        Cells given = Draw(60, 2);
        Cells chosen = [];
        Array.ForEach(columns, column => chosen[column] = given[column]);
        string found = AnswerAll(program, File.ReadAllText(Write("cells.tsv", chosen, hasHead: false)));
        Assert.True(predictions.Count == 60 && found.Length > 60, what);
        Assert.Equal(File.ReadAllText(At("expected.tsv")), head + found);
        if (target == "kind")
        {
            Assert.Contains("\"two\nlines\"\t", found, StringComparison.Ordinal);
        }
    }

    /// <summary>As arguments have it: one row.</summary>
    [Theory]
    [InlineData("1\tUlm\n2\tUlm\n", 2)]
    [InlineData("1\tUlm\r\n\r\n  \n2\tUlm", 2)]
    [InlineData("1\tUlm\r2\t\n\n", 2)]
    [InlineData("\"1\"\t \"two\nlines\" \n", 1)]
    [InlineData("\t\n", 1)]
    [InlineData("", 0)]
    [InlineData("\n \n", 0)]
    [InlineData("1\tUlm\n1\n", -2)]
    [InlineData("1\tUlm\n2\tUlm\n\"1\tUlm\n", -3)]
    [InlineData("one\tUlm\n", -1)]
    public void RowsAreReadAsTsvHasThem(string text, int rows)
    {
        File.WriteAllText(At("t.tsv"), $"size\ttown\ty\n{string.Concat(Enumerable.Range(0, 40).Select(n => $"{n % 7}.5\t{(n % 3 == 0 ? "Ulm" : "\"two\nlines\"")}\t{(n % 2 == 0 ? "a" : "b")}\n"))}");
        TabularModel model = TabularModel.Train(At("t.tsv"), "y", new() { Epochs = 1, Threads = 1, Network = "3:relu" });
        Assembly program = GeneratedModel.Compile([CSharpExport.Source(model, new() { HasMain = true })], Target.Current, isProgram: true);
        if (rows >= 0)
        {
            Assert.Equal(rows, AnswerAll(program, text).Count(c => c == '\n'));
        }
        else
        {
            string message = Assert.IsType<ArgumentException>(Assert.Throws<TargetInvocationException>(() => AnswerAll(program, text)).InnerException).Message;
            Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"row {-rows}: "), message, StringComparison.Ordinal);
        }
    }

    private static string AnswerAll(Assembly program, string text)
    {
        using var writer = new StringWriter();
        program.GetType("Model")!.GetMethod("AnswerAll", BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, [new StringReader(text), writer]);
        return writer.ToString();
    }

    private static Cells Draw(int rows, int seed) => Cells.Draw(rows, seed, random =>
    {
        double size = 20 * random.NextDouble();
        string town = s_towns[random.Next(s_towns.Length)];
        return new()
        {
            ["size"] = random.Next(9) == 0 ? "" : Cells.Number(size),
            ["fee"] = string.Create(CultureInfo.InvariantCulture, $"{1000 * size:N2} €"),
            ["town"] = town,
            ["kind"] = random.Next(20) == 0 ? s_towns[random.Next(s_towns.Length)] : town,
            ["price"] = string.Create(CultureInfo.InvariantCulture, $"€{1000 * (size + random.NextDouble()):N2}"),
            ["weight"] = Cells.Number(size * 3),
            ["left"] = size > 12 ? "1" : "0",
            ["right"] = size + random.Next(9) > 12 ? "1" : "0",
        };
    });

    private string Write(string name, Cells cells, bool hasHead)
    {
        string path = At(name);
        var text = new StringBuilder();
        for (int row = hasHead ? -1 : 0; row < cells.Rows; row++)
        {
            text.AppendJoin('\t', cells.Select(column => Quoted(row < 0 ? column.Key : column.Value[row]))).Append('\n');
        }

        File.WriteAllText(path, text.ToString());
        return path;
    }

    private static string Quoted(string cell) => cell.Length == 0 ? cell : cell.AsSpan().IndexOfAny("\"\n\r\t") >= 0 ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;

    private string At(string name) => Path.Combine(_folder, name);
}
