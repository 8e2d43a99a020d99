using System.CommandLine;
using Backprop.Cli.Output;
using Backprop.Interchange.CSharp;
using Backprop.Tables;

namespace Backprop.Cli.Commands;

/// <summary>The options of <c>export --to csharp</c>.</summary>
internal sealed class CSharpChoices
{
    public const string Format = "csharp";

    private readonly Option<string?> _language = new("--language-version") { Description = "csharp: the version of the language, 9 (Unity), 10, … or latest (the default)", HelpName = "V" };
    private readonly Option<string?> _namespace = new("--namespace") { Description = "csharp: the namespace; none unless given", HelpName = "N" };
    private readonly Option<string?> _class = new("--class") { Description = "csharp: the class; as the file is called unless given", HelpName = "C" };
    private readonly Option<bool> _main = new("--main") { Description = "csharp: with an entry point, so that dotnet run FILE.cs predicts rows: cells as arguments, or apart by tabs on standard input" };

    public void AddTo(Command command)
    {
        command.Add(_language);
        command.Add(_namespace);
        command.Add(_class);
        command.Add(_main);
    }

    /// <exception cref="UsageException">One of them is given where another format is written.</exception>
    public void RequireNone(ParseResult parsed)
    {
        if (new Option[] { _language, _namespace, _class, _main }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } odd)
        {
            throw new UsageException($"{odd.Name} found, which goes with --to {Format} alone");
        }
    }

    public int Run(ParseResult parsed, string path, string output, bool bare, bool json)
    {
        if (bare)
        {
            throw new UsageException($"--bare found, which --to {Format} does not have: the source takes the columns of a row");
        }

        var options = new CSharpOptions
        {
            Language = parsed.GetValue(_language) is { } version ? CSharpOptions.ParseLanguage(version) : CSharpOptions.NewestLanguage,
            Namespace = parsed.GetValue(_namespace),
            Class = parsed.GetValue(_class),
            HasMain = parsed.GetValue(_main),
        };
        var model = TabularModel.Load(path);
        NoteLines.Of(notes =>
        {
            CSharpExport.Write(model, output, options, notes);
            return true;
        });
        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteString("model", path);
                line.WriteString("format", Format);
                line.WriteString("output", output);
                line.WriteNumber("members", model.Members);
                line.Warnings();
            });
            return ExitCode.Done;
        }

        Terminal.Out.WriteLine(Terminal.OneLine($"{output}: C# {options.Language}{(options.Language == CSharpOptions.NewestLanguage ? " and later" : "")}, {(model.Labels.Count > 0 ? $"{model.Labels.Count} labels" : model.TargetNames.Count == 1 ? "1 value" : $"{model.TargetNames.Count} values")}"));
        return ExitCode.Done;
    }
}
