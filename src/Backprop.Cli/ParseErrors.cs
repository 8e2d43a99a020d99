using System.CommandLine;
using System.CommandLine.Parsing;

namespace Backprop.Cli;

/// <summary>The argument parser's errors, with the nearest right name where one was mistyped.</summary>
internal static class ParseErrors
{
    /// <summary>What is wrong with a command line; null where nothing is.</summary>
    public static string? Explain(ParseResult parsed) =>
        UnknownName(parsed) ?? (parsed.Errors.Count == 0 ? null : string.Join("; ", parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal)));

    /// <summary>The first command or option that there is not; null: there are all.</summary>
    public static string? UnknownName(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        IEnumerable<string> arguments = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value);
        bool optionsEnded = parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash);
        // A mistyped option is taken for an argument where one is free.
        foreach (string token in parsed.UnmatchedTokens.Concat(arguments))
        {
            if (!optionsEnded && token.Length > 1 && token[0] == '-' && !char.IsAsciiDigit(token[1]))
            {
                return UnknownOption(token.Split('=', ':')[0], command);
            }

            if (command is RootCommand && parsed.UnmatchedTokens.Contains(token))
            {
                return Suggestion.Unknown("command", token, [.. command.Subcommands.Select(sub => sub.Name)]);
            }
        }

        return null;
    }

    private static string UnknownOption(string name, Command command)
    {
        string help = command is RootCommand ? "backprop --help" : $"backprop {command.Name} --help";
        return Suggestion.Nearest(name, command.Options.SelectMany(option => option.Aliases.Append(option.Name))) is { } nearest
            ? $"unknown option '{name}': did you mean '{nearest}'?"
            : $"unknown option '{name}': {help} lists those that there are";
    }
}
