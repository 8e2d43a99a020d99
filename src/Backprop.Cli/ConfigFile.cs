using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Backprop.Cli;

/// <summary>
/// <c>--config FILE</c>: a JSON object of option names without hyphens in front. What stands on the command line wins, however it is spelled:
/// it is the parser that says which options are given. Values mean what they mean there; paths count from the current folder.
/// </summary>
internal static class ConfigFile
{
    private const int MaxLength = 1 << 20;

    private const string Name = "--config";

    public static string[] Merge(RootCommand root, string[] args) => Given(root, args) is { } path ? Merge(root, args, ReadBounded(path), path) : args;

    /// <param name="root">All commands.</param>
    /// <param name="args">The command line.</param>
    /// <param name="json">What the file holds.</param>
    /// <param name="path">For messages.</param>
    /// <exception cref="DataException">Not an object of options of this command.</exception>
    internal static string[] Merge(RootCommand root, string[] args, byte[] json, string path)
    {
        ParseResult parsed = root.Parse(args, Program.Parsing);
        Command command = parsed.CommandResult.Command;
        List<string> all = [], added = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new DataException($"config '{path}': a JSON object of option names expected, {document.RootElement.ValueKind} found");
            }

            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name))
                {
                    throw new DataException($"config '{path}': '{property.Name}' found twice, each option expected once");
                }

                Option option = Find(command, property.Name, path);
                string[] spelled = Spell(option, property.Value, $"'{path}', {option.Name}");
                all.AddRange(spelled);
                if (parsed.GetResult(option) is null or { Implicit: true })
                {
                    added.AddRange(spelled);
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new DataException($"config '{path}': {error.Message}", error);
        }

        if (root.Parse([command.Name, .. all], Program.Parsing).Errors is [var mistake, ..])
        {
            throw new DataException($"config '{path}': {mistake.Message}");
        }

        // Behind the command: what follows two hyphens would be taken for data.
        int at = Array.IndexOf(args, command.Name) + 1;
        return [.. args[..at], .. added, .. args[at..]];
    }

    /// <summary>The file that a command line without mistakes names.</summary>
    private static string? Given(RootCommand root, string[] args)
    {
        ParseResult parsed = root.Parse(args, Program.Parsing);
        return parsed.CommandResult.Command.Options.FirstOrDefault(option => option.Name == Name) is Option<string> config && ParseErrors.Explain(parsed) is null
            ? parsed.GetValue(config)
            : null;
    }

    private static Option Find(Command command, string key, string path)
    {
        if ($"--{key}" == Name)
        {
            throw new DataException($"'{path}': unknown option '{key}': a config cannot name another");
        }

        return command.Options.FirstOrDefault(option => option.Name == $"--{key}")
            ?? throw new DataException($"'{path}': {Suggestion.Unknown("option", key, [.. command.Options.Where(option => option.Name != Name).Select(option => option.Name[2..])])}");
    }

    /// <summary>A value as the command line would say it.</summary>
    private static string[] Spell(Option option, JsonElement value, string where)
    {
        bool isFlag = option.ValueType == typeof(bool);
        switch (value.ValueKind)
        {
            case JsonValueKind.True when isFlag:
                return [option.Name];
            case JsonValueKind.False when isFlag:
                return []; // as if it were not given
            case JsonValueKind.String when isFlag:
            case JsonValueKind.Number when isFlag:
                throw new DataException($"{where}: {value.GetRawText()} found, true or false expected");
            case JsonValueKind.Number when option.ValueType != typeof(string) && option.ValueType != typeof(double?):
                return Text(option, Whole(value));
            case JsonValueKind.String:
            case JsonValueKind.Number:
                return Text(option, value.ToString());
            case JsonValueKind.Array when option.ValueType == typeof(string):
                return Text(option, string.Join(',', value.EnumerateArray().Select(item => Item(item, where))));
            case JsonValueKind.Array when !isFlag:
                throw new DataException($"{where}: '{string.Join(',', value.EnumerateArray())}' found, one value expected, not a list");
            case JsonValueKind.Null:
                throw new DataException($"{where}: null found, a value expected; leave the name away for the default");
            default:
                throw new DataException($"{where}: {(value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetRawText() : $"a {value.ValueKind}")} found, {(isFlag ? "true or false" : "a string or a number")} expected");
        }
    }

    /// <summary>In one word, so that a value may begin with a hyphen; but the parser takes nothing behind = for no value at all.</summary>
    private static string[] Text(Option option, string value) => value.Length == 0 ? [option.Name, value] : [$"{option.Name}={value}"];

    private static string Item(JsonElement item, string where) =>
        item.ValueKind is JsonValueKind.String or JsonValueKind.Number && item.ToString() is var text && !text.Contains(',', StringComparison.Ordinal)
            ? text
            : throw new DataException($"{where}: {item.GetRawText()} found in a list, a string without a comma or a number expected");

    /// <summary>1e3 and 1000.0 are whole numbers too.</summary>
    private static string Whole(JsonElement number) =>
        number.TryGetDecimal(out decimal value) && decimal.IsInteger(value) && (double)value == number.GetDouble()
            ? value.ToString("0", CultureInfo.InvariantCulture)
            : number.GetRawText();

    /// <summary>A device may have no end.</summary>
    private static byte[] ReadBounded(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(WorkingFolder.Full(path));
            byte[] buffer = new byte[MaxLength + 1];
            int length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length <= MaxLength ? buffer[..length] : throw new DataException($"config '{path}': more than {MaxLength} bytes found, a JSON object of options expected");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new DataException($"config '{path}': {error.Message}", error);
        }
    }
}
