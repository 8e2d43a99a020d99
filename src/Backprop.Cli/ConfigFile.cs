using System.CommandLine;
using System.Text.Json;

namespace Backprop.Cli;

/// <summary><c>--config FILE</c>: a JSON object of option names without hyphens in front. What stands on the command line wins.</summary>
internal static class ConfigFile
{
    public static string[] Merge(RootCommand root, string[] args)
    {
        int at = Array.FindIndex(args, arg => arg == "--config" || arg.StartsWith("--config=", StringComparison.Ordinal));
        if (at < 0 || (args[at] == "--config" && at + 1 >= args.Length))
        {
            return args;
        }

        string path = args[at] == "--config" ? args[at + 1] : args[at]["--config=".Length..];
        Command? command = root.Subcommands.FirstOrDefault(sub => sub.Name == args[0]);
        var added = new List<string>(args);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                string name = $"--{property.Name}";
                if (command is null || command.Options.All(option => option.Name != name) || name == "--config")
                {
                    throw new DataException($"'{path}': {Suggestion.Unknown("option", property.Name, [.. (command?.Options ?? []).Select(option => option.Name[2..])])}");
                }

                if (args.Any(arg => arg == name || arg.StartsWith(name + "=", StringComparison.Ordinal)))
                {
                    continue;
                }

                switch (property.Value.ValueKind)
                {
                    case JsonValueKind.True:
                        added.Add(name);
                        break;
                    case JsonValueKind.False or JsonValueKind.Null:
                        break;
                    case JsonValueKind.Array:
                        added.Add($"{name}={string.Join(',', property.Value.EnumerateArray().Select(item => item.ToString()))}");
                        break;
                    case JsonValueKind.String or JsonValueKind.Number:
                        added.Add($"{name}={property.Value}");
                        break;
                    default:
                        throw new DataException($"'{path}', {property.Name}: a {property.Value.ValueKind} found, a string, number or boolean expected");
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new DataException($"config '{path}': {error.Message}", error);
        }

        return [.. added];
    }
}
