using System.Reflection;
using System.Runtime.Loader;
using Backprop.Interchange.CSharp;
using Backprop.Tables;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Backprop.Interchange.Tests.CSharp;

/// <summary>Generated source, compiled without a warning and loaded, beside a few lines that call it as a program would.</summary>
internal sealed class GeneratedModel
{
    private const string Driver = """
        public static class Driver
        {
            public static double[] Predict(string?[][] rows)
            {
                var outputs = new double[rows.Length * Model.OutputCount];
                var all = new Model.Row[rows.Length];
                for (int n = 0; n < rows.Length; n++)
                {
                    all[n] = Model.Row.Read(rows[n]);
                }

                Model.Predict(all, outputs);
                return outputs;
            }

            public static long Allocated(string?[] cells)
            {
                Model.Row row = Model.Row.Read(cells);
                var outputs = new double[Model.OutputCount];
                Model.Predict(row, outputs);
                long before = System.GC.GetAllocatedBytesForCurrentThread();
                for (int n = 0; n < 3; n++)
                {
                    Model.Predict(row, outputs);
                }

                return System.GC.GetAllocatedBytesForCurrentThread() - before;
            }

            public static string[] Columns() => Model.Columns.ToArray();
        }
        """;

    private const string LabelDriver = """
        public static class LabelDriver
        {
            public static string Label(string?[] cells) => Model.PredictLabel(Model.Row.Read(cells));

            public static string[] Labels() => Model.Labels.ToArray();
        }
        """;

    private const string NumberDriver = """
        public static class NumberDriver
        {
            public static double[] Predict(double[] numbers)
            {
                var outputs = new double[numbers.Length / Model.Columns.Length * Model.OutputCount];
                Model.Predict(numbers, outputs);
                return outputs;
            }
        }
        """;

    private static readonly Dictionary<Target, MetadataReference[]> s_references = new()
    {
        [Target.Current] = References((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!),
        [Target.Standard] = References(string.Join(Path.PathSeparator, Directory.GetFiles(typeof(GeneratedModel).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "NetStandard").Value!, "*.dll"))),
    };

    private readonly Assembly _assembly;
    private readonly string _namespace;

    private GeneratedModel(string source, Assembly assembly, string space) => (Source, _assembly, _namespace) = (source, assembly, space);

    public string Source { get; }

    public IReadOnlyList<string> Columns => Call<string[]>("Driver", "Columns");

    public IReadOnlyList<string> Labels => Call<string[]>("LabelDriver", "Labels");

    public static GeneratedModel Of(TabularModel model, Target target, Notes? notes = null) => Of([model], target, notes)[0];

    /// <summary>Many at once: most of the time goes into reading what they are compiled against.</summary>
    public static IReadOnlyList<GeneratedModel> Of(IReadOnlyList<TabularModel> models, Target target, Notes? notes = null)
    {
        string[] sources = [.. models.Select((model, n) => CSharpExport.Source(model, new() { Language = target == Target.Standard ? 9 : CSharpOptions.NewestLanguage, Namespace = $"Model{n}.Space" }, notes))];
        Assembly assembly = Compile([.. sources, .. sources.Select((source, n) => $"#nullable enable\nusing System;\nnamespace Model{n}.Space\n{{\n{Drivers(source)}}}\n")], target);
        return [.. sources.Select((source, n) => new GeneratedModel(source, assembly, $"Model{n}.Space."))];
    }

    private static string Drivers(string source) => Driver
        + (source.Contains(" Labels ", StringComparison.Ordinal) ? LabelDriver : "")
        + (source.Contains("ReadOnlySpan<double> numbers, Span<double> outputs", StringComparison.Ordinal) ? NumberDriver : "");

    public double[] Predict(string?[][] rows) => Call<double[]>("Driver", "Predict", [rows]);

    public double[] PredictNumbers(double[] numbers) => Call<double[]>("NumberDriver", "Predict", numbers);

    public string Label(string?[] cells) => Call<string>("LabelDriver", "Label", [cells]);

    public long Allocated(string?[] cells) => Call<long>("Driver", "Allocated", [cells]);

    /// <summary>A method of its own.</summary>
    public TDelegate Delegate<TDelegate>(string method) where TDelegate : Delegate => _assembly.GetType($"{_namespace}Model")!
        .GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic, [.. typeof(TDelegate).GetMethod("Invoke")!.GetParameters().Select(parameter => parameter.ParameterType)])!.CreateDelegate<TDelegate>();

    public static Assembly Compile(string[] sources, Target target, bool isProgram = false)
    {
        CSharpParseOptions parse = target == Target.Standard
            ? new CSharpParseOptions(LanguageVersion.CSharp9, DocumentationMode.Diagnose)
            : new CSharpParseOptions(LanguageVersion.CSharp10, DocumentationMode.Diagnose, preprocessorSymbols: ["NETCOREAPP3_0_OR_GREATER", "NET5_0_OR_GREATER", "NET9_0_OR_GREATER", "NET10_0_OR_GREATER"]);
        var compilation = CSharpCompilation.Create(
            $"Generated{Guid.NewGuid():N}", sources.Select(source => CSharpSyntaxTree.ParseText(source, parse)), s_references[target],
            new(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        using var stream = new MemoryStream();
        Diagnostic[] odd = [.. compilation.Emit(stream).Diagnostics.Where(diagnostic => diagnostic.Severity is DiagnosticSeverity.Warning or DiagnosticSeverity.Error && diagnostic.Id != "CS1591")];
        Assert.True(odd.Length == 0, string.Join('\n', odd.Take(10).Select(diagnostic => $"{diagnostic}: {diagnostic.Location.SourceTree?.GetText().Lines[diagnostic.Location.GetLineSpan().StartLinePosition.Line]}")));
        stream.Position = 0;
        return new AssemblyLoadContext(null, isCollectible: true).LoadFromStream(stream);
    }

    /// <summary>What a program prints.</summary>
    public static string Output(Assembly program)
    {
        TextWriter console = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            program.EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
        }

        return output.ToString();
    }

    private TResult Call<TResult>(string type, string method, params object[] arguments)
    {
        try
        {
            return (TResult)_assembly.GetType(_namespace + type)!.GetMethod(method)!.Invoke(null, arguments)!;
        }
        catch (TargetInvocationException error)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error.InnerException!);
            throw;
        }
    }

    private static MetadataReference[] References(string paths) => [.. paths.Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];
}
