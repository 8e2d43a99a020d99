using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Backprop.Tests.Oracles;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Backprop.Cli.Tests;

/// <summary>What packages promise that needs no package to be seen; tests/long/packages.sh makes and uses them.</summary>
public sealed partial class PackagingTests : Tool
{
    /// <summary>What examples speak of without saying where it comes from.</summary>
    private const string Context = """
        internal sealed class Passenger { public double? Age { get; init; } public string? Cabin { get; init; } public string? Sex { get; init; } public bool Survived { get; init; } }

        internal static class Example
        {
            private static TabularModel model = null!;
            private static Network<float> network = null!;
            private static DataSource source = null!;
            private static TrainingOptions options = null!;
            private static Passenger[] passengers = null!;
            private static UpdateTerms terms = null!;
            private static TrainingStep<float> step = null!;
            private static Dataset<float> data = null!;
            private static NetworkDefinition definition = null!;
        """;

    [Fact]
    public void NoPackageSeesAnothersInternals()
    {
        foreach (string project in Projects())
        {
            string[] friends = [.. XDocument.Load(project).Descendants("InternalsVisibleTo").Select(friend => friend.Attribute("Include")!.Value)];
            Assert.All(friends, friend => Assert.False(Directory.Exists(Repository.At($"src/{friend}")), $"{Path.GetFileName(project)} shows its internals to {friend}"));
        }
    }

    [Fact]
    public void EveryPackageHasAReadme()
    {
        foreach (string project in Projects().Where(IsPackage))
        {
            Assert.Contains("MIT licence", File.ReadAllText(Path.Combine(Path.GetDirectoryName(project)!, "README.md")), StringComparison.Ordinal);
        }
    }

    /// <summary>All that the tool is made of, as its lock file has it.</summary>
    [Fact]
    public void EveryLibraryInsideIsNamedInTheNotices()
    {
        using JsonDocument locked = JsonDocument.Parse(File.ReadAllText(Repository.At("src/Backprop.Cli/packages.lock.json")));
        string notices = File.ReadAllText(Repository.At("src/Backprop.Cli/THIRD-PARTY-NOTICES.md"));
        string[] ofBuilds = ["Meziantou.Analyzer", "MinVer", "Microsoft.NET.ILLink.Tasks"];
        string[] names = [.. locked.RootElement.GetProperty("dependencies").GetProperty("net10.0").EnumerateObject()
            .Where(package => package.Value.GetProperty("type").GetString() != "Project" && !ofBuilds.Contains(package.Name))
            .Select(package => package.Name)];
        Assert.True(names.Length > 10);
        Assert.All(names, name => Assert.Matches($@"\b{Regex.Escape(name)}[ ,:|]", notices));
    }

    /// <summary>Each &lt;example&gt; of the documentation comments, and each of the packages' readmes.</summary>
    [Fact]
    public void EveryExampleCompiles()
    {
        (string Where, string Code)[] examples = [.. InComments(), .. InReadmes()];
        Assert.True(examples.Length >= 16, $"{examples.Length} examples");
        MetadataReference[] references = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];
        string[] namespaces = [.. Projects().Where(IsHere).SelectMany(project => Directory.GetFiles(Path.GetDirectoryName(project)!, "PublicAPI.*.txt")).SelectMany(File.ReadLines)
            .Select(line => TypeName().Match(line)).Where(match => match.Success).Select(match => match.Groups["namespace"].Value).Distinct(StringComparer.Ordinal)];
        string[] usings = [.. new[] { "System", "System.Collections.Generic", "System.IO", "System.Linq" }.Concat(namespaces).Select(name => $"using {name};")];
        Assert.All(examples, example =>
        {
            string[] lines = example.Code.Split('\n');
            string source = string.Join('\n', [.. usings, Context, "private static void Run() {", .. lines.Where(line => !Using().IsMatch(line)), "} }"]);
            var compilation = CSharpCompilation.Create("example", [CSharpSyntaxTree.ParseText(source, new(LanguageVersion.Preview), cancellationToken: TestContext.Current.CancellationToken)], references, new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
            Diagnostic[] errors = [.. compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(found => found.Severity == DiagnosticSeverity.Error)];
            Assert.True(errors.Length == 0, $"{example.Where}: {errors.FirstOrDefault()}\n{example.Code}");
            Assert.All(lines.Where(line => Using().IsMatch(line)), line => Assert.Contains(Using().Match(line).Groups["namespace"].Value, namespaces));
        });
    }

    private static IEnumerable<(string Where, string Code)> InComments() =>
        from file in Directory.GetFiles(AppContext.BaseDirectory, "Backprop*.xml")
        where !file.EndsWith("Tests.xml", StringComparison.Ordinal)
        from member in XDocument.Load(file).Descendants("member")
        from code in member.Descendants("example").Descendants("code").Where(code => code.Attribute("lang") is null or { Value: "csharp" })
        select (member.Attribute("name")!.Value, code.Value);

    private static IEnumerable<(string Where, string Code)> InReadmes() =>
        from project in Projects().Where(project => IsPackage(project) && IsHere(project))
        let readme = Path.Combine(Path.GetDirectoryName(project)!, "README.md")
        from Match example in CSharp().Matches(File.ReadAllText(readme))
        select (readme, example.Groups["code"].Value);

    private static string[] Projects() => Directory.GetFiles(Repository.At("src"), "*.csproj", SearchOption.AllDirectories);

    /// <summary>Whether these tests have the library beside them; what they do not have has tests of its own for its examples.</summary>
    private static bool IsHere(string project) => File.Exists(Path.Combine(AppContext.BaseDirectory, Path.ChangeExtension(Path.GetFileName(project), ".dll")));

    private static bool IsPackage(string project) => !XDocument.Load(project).Descendants("IsPackable").Any(packable => packable.Value == "false");

    [Fact]
    public void AspNetIsFoundBesideTheRuntime()
    {
        string runtime = Directory.CreateDirectory(At("shared/Microsoft.NETCore.App/10.0.12")).FullName + Path.DirectorySeparatorChar;
        Assert.Null(OptionalParts.AspNetFolder(runtime));
        foreach (string version in new[] { "9.0.30", "10.0.9", "10.0.11", "11.0.0", "10.1.0-preview.1", "odd" })
        {
            Directory.CreateDirectory(At($"shared/Microsoft.AspNetCore.App/{version}"));
        }

        Assert.Equal("10.1.0-preview.1", Path.GetFileName(OptionalParts.AspNetFolder(runtime)));
        Directory.Delete(At("shared/Microsoft.AspNetCore.App/10.1.0-preview.1"));
        Assert.Equal("10.0.11", Path.GetFileName(OptionalParts.AspNetFolder(runtime))); // by number, not by letter
        Directory.CreateDirectory(At("shared/Microsoft.AspNetCore.App/10.0.12"));
        Assert.Equal("10.0.12", Path.GetFileName(OptionalParts.AspNetFolder(runtime)));
    }

    [Fact]
    public void WhatIsStartedAsksForNothingButTheRuntime()
    {
        using JsonDocument configuration = JsonDocument.Parse(File.ReadAllText(Directory.GetFiles(Repository.At("src/Backprop.Cli/bin"), "Backprop.Cli.runtimeconfig.json", SearchOption.AllDirectories).MaxBy(File.GetLastWriteTimeUtc)!));
        Assert.Equal("Microsoft.NETCore.App", configuration.RootElement.GetProperty("runtimeOptions").GetProperty("framework").GetProperty("name").GetString());
    }

    [GeneratedRegex("^using (?<namespace>Backprop[A-Za-z.]*);$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Using();

    [GeneratedRegex("^```csharp\n(?<code>(?:.*\n)*?)```\n", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex CSharp();

    [GeneratedRegex(@"^(?<namespace>Backprop(\.[A-Z][A-Za-z]*)*)\.[A-Z][A-Za-z]*(<T>)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeName();
}
