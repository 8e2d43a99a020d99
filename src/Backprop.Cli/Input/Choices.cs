using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;

namespace Backprop.Cli.Input;

/// <summary>Options and arguments that take one of a few names: completed, and the nearest suggested for a wrong one.</summary>
internal static class Choices
{
    public static void AcceptOneOf<T>(this Option<T> option, params string[] names) where T : class?
    {
        option.Propose(names);
        option.Validators.Add(result => Check(result, result.GetValueOrDefault<string?>(), $"value of {option.Name}", names));
    }

    public static void AcceptOneOf(this Argument<string> argument, string kind, params string[] names)
    {
        argument.CompletionSources.Add(_ => names.Select(name => new CompletionItem(name)));
        argument.Validators.Add(result => Check(result, result.GetValueOrDefault<string?>(), kind, names));
    }

    public static void Propose(this Option option, IEnumerable<string> names) => option.CompletionSources.Add(_ => names.Select(name => new CompletionItem(name)));

    private static void Check(SymbolResult result, string? value, string kind, string[] names)
    {
        if (value is not null && !names.Contains(value))
        {
            result.AddError(Suggestion.Unknown(kind, value, names));
        }
    }
}
