using System.CommandLine;
using System.Text.Json;

namespace Backprop.Cli;

/// <summary><c>--config FILE</c>: a JSON object of option names without hyphens in front. What stands on the command line wins.</summary>
internal static class ConfigFile
{
    private const int MaxLength = 1 << 20;

    public static string[] Merge(RootCommand root, string[] args)
    {
        int at = Array.FindIndex(args, arg => arg == "--config" || arg.StartsWith("--config=", StringComparison.Ordinal));
        if (at < 0 || (args[at] == "--config" && at + 1 >= args.Length))
        {
            return args;
        }

        string path = args[at] == "--config" ? args[at + 1] : args[at]["--config=".Length..];
        return Merge(root, args, ReadBounded(path), path);
    }

    /// <param name="root">All commands.</param>
    /// <param name="args">The command line.</param>
    /// <param name="json">What the file holds.</param>
    /// <param name="path">For messages.</param>
    /// <exception cref="DataException">Not an object of options of this command.</exception>
    internal static string[] Merge(RootCommand root, string[] args, byte[] json, string path)
    {
        Command? command = root.Subcommands.FirstOrDefault(sub => sub.Name == args[0]);
        var added = new List<string>();
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new DataException($"config '{path}': a JSON object of option names expected, {document.RootElement.ValueKind} found");
            }

            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                string name = $"--{property.Name}";
                Option? option = command?.Options.FirstOrDefault(option => option.Name == name);
                if (option is null || name == "--config")
                {
                    throw new DataException($"'{path}': {Suggestion.Unknown("option", property.Name, [.. (command?.Options ?? []).Select(option => option.Name[2..])])}");
                }

                if (option.Aliases.Append(name).Any(alias => args.Any(arg => arg == alias || arg.StartsWith(alias + "=", StringComparison.Ordinal))))
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
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new DataException($"config '{path}': {error.Message}", error);
        }

        if (command is not null && root.Parse([command.Name, .. added], Program.Parsing).Errors is [var mistake, ..])
        {
            throw new DataException($"config '{path}': {mistake.Message}");
        }

        return [.. args, .. added];
    }

    /// <summary>A device may have no end.</summary>
    private static byte[] ReadBounded(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
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
