using System.Reflection;
using System.Text.RegularExpressions;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Optimizers.Schedules;
using Backprop.Tests.Oracles;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Backprop.Cli.Tests;

/// <summary>The C# of the documents that have a task each, compiled and run as it stands there; and that their lists are whole.</summary>
public sealed partial class DocumentProgramsTests : Tool
{
    private const string Context = """
        internal static class Console
        {
            public static readonly StringWriter Text = new();

            public static void WriteLine(object? value) => Text.WriteLine(value);
        }

        internal static class Program
        {
            public static string Run()
            {
        """;

    [Theory]
    [InlineData("docs/train.md", 2, "accuracy 0.9", "sin 1 = 0.8")]
    [InlineData("docs/explain.md", 1, "they agree", "derivatives checked three ways: True")]
    [InlineData("docs/coming-from.md", 3, "0.9", "", "")]
    public void EveryProgramRuns(string document, int count, params string[] said)
    {
        foreach (string name in new[] { "flowers.csv", "more.csv" })
        {
            using var table = new StreamReader(EmbeddedData.OpenCsv("iris"));
            Write(name, table.ReadToEnd());
        }

        string[] programs = [.. Example().Matches(File.ReadAllText(Repository.At(document))).Select(match => match.Groups["code"].Value)];
        Assert.Equal(count, programs.Length);
        string all = "";
        foreach (string program in programs)
        {
            string found = Output(program);
            Assert.NotEqual("", found);
            all += found;
        }

        Assert.All(said, part => Assert.Contains(part, all, StringComparison.Ordinal));
    }

    [Fact]
    public void TheListsAreWhole()
    {
        string document = File.ReadAllText(Repository.At("docs/train.md"));
        Assert.All(LearningRateSchedule.Names, name =>
        {
            LearningRateSchedule schedule = LearningRateSchedule.Parse(name);
            string parameters = string.Join(',', schedule.Parameters.Select(value => value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            Assert.Contains($"`{name}{(parameters.Length == 0 ? "" : $"({parameters})")}`", document, StringComparison.Ordinal);
        });
        Assert.All(TrainingMethod.Names, name => Assert.Matches($@"`{name}`", document));
        Assert.All(Initializer.Names, name => Assert.Matches($@"[` ]{name}[` ]", document));
        foreach (Match line in Rates().Matches(document))
        {
            string[] names = [.. line.Groups["names"].Value.Split(", ").Select(name => name.Trim('`'))], rates = line.Groups["rates"].Value.Split(", ");
            foreach ((int n, string name) in names.Index())
            {
                string rate = rates.Length == names.Length ? rates[n] : name == "nadam" ? "0.002" : rates[0].Split(' ')[0];
                Assert.Equal(double.Parse(rate, System.Globalization.CultureInfo.InvariantCulture), Optimizer.Create(name).LearningRate);
            }
        }
    }

    private string Output(string program)
    {
        string[] usings = [.. new[] { "System", "System.Collections.Generic", "System.IO", "System.Linq" }.Concat(s_namespaces).Select(name => $"using {name};")];
        string source = string.Join('\n', [.. usings, Context, program, "return Console.Text.ToString(); } }"]);
        MetadataReference[] references = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];
        var compilation = CSharpCompilation.Create($"program{Guid.NewGuid():N}", [CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken)], references, new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using var file = new MemoryStream();
        Diagnostic[] errors = [.. compilation.Emit(file, cancellationToken: TestContext.Current.CancellationToken).Diagnostics.Where(found => found.Severity == DiagnosticSeverity.Error)];
        Assert.True(errors.Length == 0, $"{errors.FirstOrDefault()}\n{program}");
        WorkingFolder.Current = Folder;
        return (string)Assembly.Load(file.ToArray()).GetType("Program")!.GetMethod("Run")!.Invoke(null, null)!;
    }

    private static readonly string[] s_namespaces =
        [.. new[] { typeof(Tables.TabularModel), typeof(Network<>) }.SelectMany(type => type.Assembly.GetExportedTypes()).Select(type => type.Namespace!).Distinct().Order(StringComparer.Ordinal)];

    [GeneratedRegex("^```csharp\n(?<code>(?:.*\n)*?)```\n", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Example();

    [GeneratedRegex(@"^\| (?<names>`[a-z]+`(, `[a-z]+`)*) \| (?<rates>[0-9][^|]*) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Rates();
}
