using System.CommandLine;
using System.CommandLine.Parsing;

namespace Backprop.Cli;

/// <summary>The argument parser's errors, with the nearest right name where one was mistyped.</summary>
internal static class ParseErrors
{
    public static string Explain(ParseResult parsed)
    {
        CommandResult command = parsed.CommandResult;
        foreach (string token in parsed.UnmatchedTokens)
        {
            if (token.StartsWith('-'))
            {
                return Suggestion.Unknown("option", token, [.. command.Command.Options.Concat(parsed.RootCommandResult.Command.Options).Select(option => option.Name)]);
            }

            if (command.Command is RootCommand)
            {
                return Suggestion.Unknown("command", token, [.. command.Command.Subcommands.Select(sub => sub.Name)]);
            }
        }

        return string.Join("; ", parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal));
    }
}
