using System.CommandLine;
using System.CommandLine.Parsing;

namespace Backprop.Cli;

/// <summary>The argument parser's errors, with the nearest right name where one was mistyped.</summary>
internal static class ParseErrors
{
    public static bool HasUnknownOption(ParseResult parsed) => parsed.Tokens.Any(token => token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal));

    public static string Explain(ParseResult parsed)
    {
        CommandResult command = parsed.CommandResult;
        // A mistyped option is taken for an argument where one is free.
        foreach (string token in parsed.UnmatchedTokens.Concat(parsed.Tokens.Where(token => token.Type == TokenType.Argument).Select(token => token.Value)))
        {
            if (token.Length > 1 && token.StartsWith('-') && !char.IsAsciiDigit(token[1]))
            {
                return Suggestion.Unknown("option", token, [.. command.Command.Options.Concat(parsed.RootCommandResult.Command.Options).Select(option => option.Name)]);
            }

            if (command.Command is RootCommand && parsed.UnmatchedTokens.Contains(token))
            {
                return Suggestion.Unknown("command", token, [.. command.Command.Subcommands.Select(sub => sub.Name)]);
            }
        }

        return string.Join("; ", parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal));
    }
}
