using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Backprop.Cli.Input;
using Backprop.Training;

namespace Backprop.Cli.Commands;

/// <summary><c>train [DATA] [-o MODEL]</c>.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        (Command command, TrainOptions options) = Make();
        command.SetAction(parsed => parsed.GetValue(options.Resume) is { } folder
            ? Resume(parsed, options, folder)
            : Run(options, parsed, new(parsed, options)));
        return command;
    }

    private static (Command Command, TrainOptions Options) Make()
    {
        var options = new TrainOptions();
        var command = new Command("train", "Trains a network; without DATA on the embedded digits");
        options.AddTo(command);
        return (command, options);
    }

    private static int Run(TrainOptions options, ParseResult parsed, RunSettings settings) => parsed.GetValue(options.Precision) == "double"
        ? new TrainRun<double>(options, parsed, settings).Run()
        : new TrainRun<float>(options, parsed, settings).Run();

    /// <summary>The options of the first run, with the output, threads, report, --json and --quiet of this one, and a new --max-time or --epochs; others must say what they said.</summary>
    private static int Resume(ParseResult parsed, TrainOptions options, string folder)
    {
        string full = WorkingFolder.Full(folder);
        if (parsed.GetValue(options.Checkpoint) is { } other && WorkingFolder.Full(other) != full)
        {
            throw new UsageException($"--resume keeps its checkpoints where they are, in '{folder}'; --checkpoint '{other}' found");
        }

        IReadOnlyDictionary<string, string> notes = CheckpointFolders.ReadNotes(folder);
        (Command command, TrainOptions first) = Make();
        ParseResult original = Original(command, notes, folder);
        RequireNoChange(parsed, options, original, folder);
        bool Given(Option option) => parsed.GetResult(option) is { Implicit: false };
        var settings = new RunSettings(parsed, options)
        {
            Resume = full,
            Checkpoint = full,
            Output = Given(options.Output) ? WorkingFolder.Full(parsed.GetValue(options.Output)!) : original.GetValue(first.Output)!,
            Report = Given(options.Report) ? WorkingFolder.Full(parsed.GetValue(options.Report)!) : original.GetValue(first.Report),
            MaxTime = Given(options.MaxTime) ? parsed.GetValue(options.MaxTime) : original.GetValue(first.MaxTime),
            Epochs = Given(options.Epochs) ? parsed.GetValue(options.Epochs) : LongerRun(notes) ?? original.GetValue(first.Epochs),
            IsReopened = Given(options.MaxTime) || Given(options.Epochs),
            Notes = notes,
        };
        string begun = WorkingFolder.Full(notes["directory"]);
        if (!Directory.Exists(begun))
        {
            throw new DataException($"the run in '{folder}' was begun in '{notes["directory"]}', which is there no more: its files are looked for from there");
        }

        Session.Current.Enter(begun);
        NamedFiles.RequireApart(original, settings.Output, settings.Report);
        return Run(first, original, settings);
    }

    /// <summary>The epochs that an earlier resumption made of the run.</summary>
    private static int? LongerRun(IReadOnlyDictionary<string, string> notes) =>
        notes.TryGetValue(EpochsNote, out string? text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int epochs) ? epochs : null;

    /// <summary>The note of a checkpoint that says how long the run is, where a resumption changed it.</summary>
    public const string EpochsNote = "epochs";

    private static ParseResult Original(Command command, IReadOnlyDictionary<string, string> notes, string folder)
    {
        try
        {
            if (notes.TryGetValue("arguments", out string? text) && notes.ContainsKey("directory") &&
                JsonSerializer.Deserialize(text, StringsJson.Default.StringArray) is { } arguments && !arguments.Contains(null!) && command.Parse(arguments, Program.Parsing) is { Errors: [] } original)
            {
                return original;
            }
        }
        catch (JsonException)
        {
        }

        throw new ModelException($"the checkpoint in '{folder}' does not say which run it is of");
    }

    private static void RequireNoChange(ParseResult parsed, TrainOptions options, ParseResult original, string folder)
    {
        Option[] free = [options.Output, options.Threads, options.Common.Json, options.Quiet, options.Resume, options.Checkpoint, options.MaxTime, options.Epochs, options.Report];
        if (parsed.GetValue(options.Common.Data) is { } data && Arguments(original).FirstOrDefault() != data)
        {
            throw new DataException($"--resume goes on with the data it began with, '{Arguments(original).FirstOrDefault() ?? "builtin:digits"}'; '{data}' found");
        }

        foreach (OptionResult given in parsed.CommandResult.Children.OfType<OptionResult>().Where(option => !option.Implicit && !free.Contains(option.Option)))
        {
            OptionResult? first = original.CommandResult.Children.OfType<OptionResult>().FirstOrDefault(option => !option.Implicit && option.Option.Name == given.Option.Name);
            string Said(OptionResult? option) => option is null ? "not given" : string.Join(' ', option.Tokens.Select(token => token.Value).DefaultIfEmpty("true"));
            if (Said(first) != Said(given) && !(first is null && IsDefault(given)))
            {
                throw new DataException($"--resume goes on with the options that the run in '{folder}' began with ({given.Option.Name}: {Said(first)}); {given.Option.Name} {Said(given)} found");
            }
        }
    }

    /// <summary>Whether an option says what is so without it.</summary>
    private static bool IsDefault(OptionResult given) => given.Option.HasDefaultValue
        ? $"{given.Option.GetDefaultValue()}" == string.Join(' ', given.Tokens.Select(token => token.Value))
        : given.Option is Option<ulong> or Option<int> && string.Join(' ', given.Tokens.Select(token => token.Value)) == "0";

    private static IEnumerable<string> Arguments(ParseResult parsed) => parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value);
}
