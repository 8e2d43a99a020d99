using System.Text;

namespace Backprop.Cli.Output;

/// <summary>The library's names of options as the command line spells them.</summary>
internal static class OptionNames
{
    private static readonly Dictionary<string, string> s_others = new(StringComparer.Ordinal)
    {
        ["Targets"] = "target",
        ["Dates"] = "date",
        ["Ids"] = "id",
        ["MaxSeconds"] = "max-time",
        ["WarmupSteps"] = "warmup",
        ["ValidationData"] = "validation",
        ["Shuffle"] = "no-shuffle",
        ["FollowsOne"] = "tensorboard",
        ["RollBack"] = "on-divergence",
    };

    private static readonly Dictionary<string, string> s_values = new(StringComparer.Ordinal)
    {
        ["Header = true"] = "--header yes",
        ["Header = false"] = "--header no",
        ["Preprocess = true"] = "--preprocess auto",
        ["BadCells = Missing"] = "--bad-cells missing",
        ["Preprocess = false"] = "--preprocess none",
        ["Task = regression"] = "--task regression for values",
        ["Task = classification"] = "--task classification for classes",
        ["BadCells = missing, MissingTarget = drop"] = "--bad-cells missing --missing-target drop",
        ["DropMissingTargets = true"] = "--missing-target drop",
    };

    /// <summary>A message, and the options that decide what it is about, as far as the command has them.</summary>
    /// <param name="message">The message.</param>
    /// <param name="settings">The options by the library's names, with what they would say: "Categorical = city".</param>
    public static string With(string message, IReadOnlyList<string> settings)
    {
        string[] options = [.. settings.Select(Of).Where(IsKnown).Distinct()];
        return options.Length == 0 ? message : $"{message}; {string.Join(", ", options[..^1])}{(options.Length > 1 ? " or " : "")}{options[^1]}";
    }

    /// <summary>"Categorical = city" as <c>--categorical city</c>.</summary>
    public static string Of(string setting)
    {
        if (s_values.TryGetValue(setting, out string? whole))
        {
            return whole;
        }

        string[] parts = setting.Split(" = ", 2);
        string option = $"--{(s_others.TryGetValue(parts[0], out string? other) ? other : Hyphened(parts[0]))}";
        return parts.Length == 1 ? option : $"{option} {Quoted(parts[1])}";
    }

    private static bool IsKnown(string option) => Session.Current.Options is not { } known || known.Contains(option.Split(' ')[0]);

    private static string Hyphened(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name)
        {
            _ = char.IsAsciiLetterUpper(c) ? text.Append(text.Length > 0 ? "-" : "").Append(char.ToLowerInvariant(c)) : text.Append(c);
        }

        return text.ToString();
    }

    /// <summary>As a shell takes it for one word.</summary>
    public static string Quoted(string value) =>
        value.Length > 0 && (value[0] == '\'' || value.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or ',' or '=' or '/' or ':' or '+' or '%' or '@'))
            ? value
            : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
