using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Backprop.Mutation;

/// <summary>Backprop.dll as the build compiles it: the build is asked for the compiler's own command line, so that nothing here can differ from it.</summary>
internal sealed class Library
{
    private readonly CSharpCommandLineArguments _arguments;
    private readonly CSharpCompilation _compilation;
    private readonly Dictionary<string, SyntaxTree> _trees;

    public Library(string repository)
    {
        Folder = Path.Combine(repository, "src", "Backprop");
        _arguments = CSharpCommandLineParser.Default.Parse(CommandLine(Folder), Folder, Path.GetDirectoryName(typeof(object).Assembly.Location));
        CSharpParseOptions parse = _arguments.ParseOptions.WithLanguageVersion(LanguageVersion.Preview).WithDocumentationMode(DocumentationMode.None);
        CSharpCompilationOptions options = _arguments.CompilationOptions.WithGeneralDiagnosticOption(ReportDiagnostic.Default).WithWarningLevel(0).WithSpecificDiagnosticOptions([]).WithConcurrentBuild(false);
        _trees = _arguments.SourceFiles.Select(file => Path.GetFullPath(file.Path, Folder)).Distinct(StringComparer.Ordinal).ToDictionary(
            path => Path.GetRelativePath(Folder, path).Replace('\\', '/'),
            path => CSharpSyntaxTree.ParseText(SourceText.From(File.ReadAllText(path), System.Text.Encoding.UTF8), parse, path),
            StringComparer.Ordinal);
        var compilation = CSharpCompilation.Create(
            "Backprop", _trees.Values, _arguments.MetadataReferences.Select(reference => MetadataReference.CreateFromFile(Path.GetFullPath(reference.Reference, Folder))), options);
        CSharpGeneratorDriver.Create(Generators(), parseOptions: parse).RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out _);
        _compilation = (CSharpCompilation)generated;
        Files = [.. _trees.Keys.Where(file => !file.StartsWith("obj/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    public string Folder { get; }

    /// <summary>The source files, relative to <see cref="Folder"/>.</summary>
    public IReadOnlyList<string> Files { get; }

    public SyntaxTree Tree(string file) => _trees[file];

    /// <summary>Whether the file with the fault still is C#.</summary>
    public bool Compiles(Mutant mutant)
    {
        SyntaxTree tree = WithFault(mutant);
        CSharpCompilation compilation = _compilation.ReplaceSyntaxTree(_trees[mutant.File], tree);
        return !tree.GetDiagnostics().Any(IsError) && !compilation.GetSemanticModel(tree).GetDiagnostics().Any(IsError);
    }

    /// <summary>Backprop.dll with a fault, or without; null where it does not compile.</summary>
    public byte[]? Emit(Mutant? mutant, out string errors)
    {
        CSharpCompilation compilation = mutant is null ? _compilation : _compilation.ReplaceSyntaxTree(_trees[mutant.File], WithFault(mutant));
        using var stream = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(stream, manifestResources: _arguments.ManifestResources);
        errors = string.Join('\n', result.Diagnostics.Where(IsError).Take(10));
        return result.Success ? stream.ToArray() : null;
    }

    private static bool IsError(Diagnostic diagnostic) => diagnostic.Severity == DiagnosticSeverity.Error;

    private SyntaxTree WithFault(Mutant mutant)
    {
        SyntaxTree tree = _trees[mutant.File];
        return tree.WithChangedText(tree.GetText().WithChanges(new TextChange(mutant.Span, mutant.Text)));
    }

    private static string[] CommandLine(string folder)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, WorkingDirectory = folder, RedirectStandardOutput = true };
        foreach (string argument in (string[])[
            "msbuild", "Backprop.csproj", "-t:PrepareResources;Compile", "-p:Configuration=Release", "-p:SkipCompilerExecution=true",
            "-p:ProvideCommandLineArgs=true", "-p:NonExistentFile=never-made", "-getItem:CscCommandLineArgs"])
        {
            start.ArgumentList.Add(argument);
        }

        using Process build = Process.Start(start)!;
        string output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        using JsonDocument json = JsonDocument.Parse(output);
        string[] arguments = [.. json.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray().Select(item => Unquote(item.GetProperty("Identity").GetString()!))];
        return arguments.Length > 0 ? arguments : throw new InvalidOperationException("the build gave no compiler's command line");
    }

    private static string Unquote(string argument) => argument.Replace("\"", "", StringComparison.Ordinal);

    /// <summary>The source generators of the framework that the library uses; analyzers are of no use here.</summary>
    private ISourceGenerator[] Generators() =>
    [
        .. _arguments.AnalyzerReferences.Select(reference => reference.FilePath)
            .Where(path => Path.GetFileName(path) is "Microsoft.Interop.LibraryImportGenerator.dll" or "System.Text.RegularExpressions.Generator.dll")
            .SelectMany(path => new AnalyzerFileReference(path, new Loader()).GetGenerators(LanguageNames.CSharp)),
    ];

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
        }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}
