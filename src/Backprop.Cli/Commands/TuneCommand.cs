using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Backprop.Cli.Input;
using Backprop.Tables.Tuning;

namespace Backprop.Cli.Commands;

/// <summary><c>tune DATA</c>.</summary>
internal static class TuneCommand
{
    public static Command Create()
    {
        (Command command, TuneOptions options) = Make();
        command.SetAction(parsed => parsed.GetValue(options.Resume) is { } folder ? Resume(parsed, options, folder) : Begin(parsed, options));
        return command;
    }

    private static (Command Command, TuneOptions Options) Make()
    {
        var options = new TuneOptions();
        var command = new Command("tune", "Searches for the options that a table is learned best with: candidates race by successive halving, the best is trained and saved");
        options.AddTo(command);
        return (command, options);
    }

    private static int Begin(ParseResult parsed, TuneOptions options)
    {
        if (parsed.GetValue(options.Folder) is not { } folder)
        {
            return Run(parsed, options, new(parsed, options.Train), null);
        }

        if (RaceJournal.IsIn(folder))
        {
            throw new DataException($"--folder: '{folder}' holds the journal of another search; --resume '{folder}' goes on with it, or name another folder");
        }

        using var journal = RaceJournal.Begin(folder, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["arguments"] = JsonSerializer.Serialize([.. parsed.Tokens.Select(token => token.Value).SkipWhile(token => token == "tune")], StringsJson.Default.StringArray),
            ["directory"] = WorkingFolder.Current,
        });
        return Run(parsed, options, new(parsed, options.Train), journal);
    }

    private static int Run(ParseResult parsed, TuneOptions options, RunSettings settings, RaceJournal? journal) => parsed.GetValue(options.Train.Precision) == "double"
        ? new TuneRun<double>(options, parsed, settings, journal).Run()
        : new TuneRun<float>(options, parsed, settings, journal).Run();

    /// <summary>The options of the first run, with the output, report, threads, --json, --quiet and --max-time of this one.</summary>
    private static int Resume(ParseResult parsed, TuneOptions options, string folder)
    {
        TrainOptions train = options.Train;
        Option[] free = [options.Resume, train.Output, train.Report, train.Threads, train.MaxTime, train.Quiet, train.Common.Json];
        if (parsed.CommandResult.Children.OfType<OptionResult>().FirstOrDefault(option => !option.Implicit && !free.Contains(option.Option)) is { } other)
        {
            throw new UsageException($"--resume goes on with the options that the search in '{folder}' began with; {other.Option.Name} found, none but {string.Join(", ", free.Skip(1).Select(option => option.Name))} expected");
        }

        if (parsed.GetValue(train.Common.Data) is { } data)
        {
            throw new UsageException($"--resume goes on with the data that the search in '{folder}' began with; '{data}' found, none expected");
        }

        using var journal = RaceJournal.Resume(folder);
        (Command command, TuneOptions first) = Make();
        if (!journal.Notes.TryGetValue("arguments", out string? text) || !journal.Notes.TryGetValue("directory", out string? directory) || Arguments(text) is not { } arguments
            || command.Parse(arguments, Program.Parsing) is not { Errors: [] } original)
        {
            throw new DataException($"the journal in '{folder}' does not say which search it is of");
        }

        bool Given(Option option) => parsed.GetResult(option) is { Implicit: false };
        var settings = new RunSettings(parsed, train)
        {
            Output = Given(train.Output) ? WorkingFolder.Full(parsed.GetValue(train.Output)!) : original.GetValue(first.Train.Output)!,
            Report = Given(train.Report) ? WorkingFolder.Full(parsed.GetValue(train.Report)!) : original.GetValue(first.Train.Report),
            MaxTime = Given(train.MaxTime) ? parsed.GetValue(train.MaxTime) : original.GetValue(first.Train.MaxTime),
            Epochs = original.GetValue(first.Train.Epochs),
        };
        if (!Directory.Exists(directory))
        {
            throw new DataException($"the search in '{folder}' was begun in '{directory}', which is there no more: its files are looked for from there");
        }

        Session.Current.Enter(directory);
        NamedFiles.RequireApart(original, settings.Output);
        return Run(original, first, settings, journal);
    }

    private static string[]? Arguments(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, StringsJson.Default.StringArray);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
