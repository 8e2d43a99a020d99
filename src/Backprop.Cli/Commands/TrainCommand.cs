using System.CommandLine;
using System.Text.Json;
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

    /// <summary>The options of the first run, with the output, threads, --json and --quiet of this one.</summary>
    private static int Resume(ParseResult parsed, TrainOptions options, string folder)
    {
        IReadOnlyDictionary<string, string> notes = Checkpoint<float>.ReadNotes(folder);
        (Command command, TrainOptions first) = Make();
        ParseResult original = command.Parse([.. JsonSerializer.Deserialize(notes["arguments"], StringsJson.Default.StringArray)!]);
        var settings = new RunSettings(parsed, options)
        {
            Resume = Path.GetFullPath(folder),
            Checkpoint = Path.GetFullPath(folder),
            Output = parsed.GetResult(options.Output) is { Implicit: false } ? Path.GetFullPath(parsed.GetValue(options.Output)!) : original.GetValue(first.Output)!,
            Notes = notes,
        };
        Environment.CurrentDirectory = notes["directory"];
        return Run(first, original, settings);
    }
}
