using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Backprop.Cli.Output;
using Backprop.Tables.Models;
using Backprop.Tables.Tuning;
using Backprop.Training;

namespace Backprop.Cli.Commands;

/// <summary>One run of <c>tune</c>: the search, the best model's file, the table of trials.</summary>
internal sealed class TuneRun<T>(TuneOptions options, ParseResult parsed, RunSettings settings, RaceJournal? journal) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TrainOptions _train = options.Train;

    public int Run()
    {
        using var interrupt = new Interrupt();
        OutputFile.RequireWritable(settings.Output);
        if (settings.Report is { } page)
        {
            OutputFile.RequireWritable(page);
        }

        if (journal is not null)
        {
            OutputFile.RequireWritableFolder(journal.Folder);
        }

        var asTrained = new TrainRun<T>(_train, parsed, settings);
        asTrained.RequireTogether();
        var tuning = new TuningOptions
        {
            Ranges = [.. (parsed.GetValue(options.Range) ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(SearchRange.Parse)],
            Trials = parsed.GetValue(options.Trials) ?? new TuningOptions().Trials,
            Holdout = parsed.GetValue(options.Holdout),
            MaxSeconds = settings.MaxTime is > 0 and var seconds ? Math.Max(1e-3, seconds - (DateTime.Now - Session.Current.Started).TotalSeconds) : settings.MaxTime,
            Journal = journal,
        };
        DataSource source = _train.Common.Source(parsed);
        Tuner<T> tuner = NoteLines.Of(notes => new Tuner<T>(source, asTrained.Options(null) with { MaxSeconds = null }, tuning, notes), settings.Quiet);
        int said = tuner.Notes.All.Count;
        if (!settings.Quiet)
        {
            Terminal.Say($"{tuner.Race.Field[0]} candidates over {string.Join("; ", tuner.Ranges)}{Recipe(tuner.RecipeNetworks)}");
            Terminal.Say($"{string.Join(" → ", tuner.Race.Field)} of them at each rung, by {tuner.Race.Measure} on {tuner.Race.MeasuredOn}{(tuner.HeldoutRows > 0 ? $"; {tuner.HeldoutRows} rows are held out" : "")}");
            tuner.Race.TrialScored += trial => Terminal.Say(Line(trial, tuner.Race.Measure));
            tuner.RaceCompleted += race => Terminal.Say($"trial {race.Best.Number} is the best, and trained {(tuner.HeldoutRows > 0 ? "without the rows that are held out, then " : "")}on all rows");
        }

        TuningResult<T> found;
        try
        {
            found = tuner.Run(Given(), interrupt.Begin());
        }
        finally
        {
            NoteLines.Tell(tuner.Notes.All.Skip(said), settings.Quiet);
        }

        if (found.Race.IsTimeUp)
        {
            Terminal.Warn("the time was up before all candidates had come as far as they should: with more time another may win; --max-time");
        }

        foreach (SearchRange range in tuner.Ranges)
        {
            if (found.Race.Best.Candidate.Values.First(value => value.Key == range.Name).Value is { } value && range.IsAtEdge(value))
            {
                Terminal.Warn($"the best {range.Name}, {value}, is at the edge of its range {range}: a better one may lie beyond; --range", silently: settings.Quiet);
            }
        }

        bool isCancelled = found.Race.IsCancelled || found.Training?.Reason == StopReason.Cancelled;
        if (found.Model is not { } model)
        {
            return Nothing(found.Race);
        }

        string hash = model.Save(settings.Output), command = Command(found.Values);
        if (settings.Json)
        {
            PrintJson(tuner, found, command, hash);
        }
        else
        {
            Terminal.Out.Write(TuneTable.Of(tuner.Ranges, found.Race));
            Terminal.Out.WriteLine(string.Join('\n', Closing(found).Append($"model: {settings.Output}, which this makes again:").Append(command)));
        }

        try
        {
            if (settings.Report is { } path)
            {
                TunePage.Write(path, $"{source.Name}: {found.Race.Trials.Count} candidates by {found.Race.Measure}", tuner.Ranges, found.Race, command, Closing(found));
            }
        }
        catch (DataException error)
        {
            return Terminal.Fail($"the model is saved, but the page is not: {error.Message}", ExitCode.Data);
        }

        return isCancelled ? Terminal.Fail($"interrupted: '{settings.Output}' is the best so far{Again()}", ExitCode.Interrupted) : ExitCode.Done;
    }

    /// <summary>What is said of a trial: on a terminal no wider than its window, unless it failed; the table has the values whole.</summary>
    private static string Line(RaceTrial trial, string measure)
    {
        string text = $"trial {trial.Number,2}, epoch {trial.Last!.Epochs,3}: {measure} {TuneTable.Score(trial.Last)}  {trial.Candidate}";
        return trial.Failure is { } why ? $"{text}  {why}" : Terminal.Width is { } width ? LiveLine.Fit(text, width) : text;
    }

    /// <summary>No candidate has a score: somebody ended the search, its time was too short, or all diverged.</summary>
    private int Nothing(RaceResult race)
    {
        RaceTrial[] failed = [.. race.Trials.Where(trial => trial.Failure is not null)];
        string why = failed.Length == 0 ? "" : $"; {failed.Length} of {race.Trials.Count} candidates failed, trial {failed[0].Number}: {failed[0].Failure}";
        return race.IsCancelled ? Terminal.Fail($"interrupted before a candidate was trained: no model is saved{Again()}", ExitCode.Interrupted)
            : race.IsTimeUp ? Terminal.Fail($"the time of {settings.MaxTime} s was up before a candidate had a score: no model is saved{why}; more time (--max-time), fewer epochs or fewer --trials are needed{Again()}", ExitCode.Data)
            : Terminal.Fail($"no candidate has a score: no model is saved{why}", ExitCode.Diverged);
    }

    private static string Recipe(IReadOnlyList<string> networks) => networks.Count switch
    {
        0 => "",
        1 => $"; the first is the recipe with network {networks[0]}",
        _ => $"; the first {networks.Count} are the recipe with networks {string.Join(" and ", networks)}, of which train chooses by itself",
    };

    private string Again() => journal is null ? "" : $"; --resume '{journal.Folder}' goes on";

    /// <summary>What the figures are worth.</summary>
    private static IReadOnlyList<string> Closing(TuningResult<T> found)
    {
        RaceResult race = found.Race;
        RaceTrial best = race.Best;
        string measured = $"best: trial {best.Number}, {race.Measure} {TuneTable.Score(best.Last)} on {race.MeasuredOn}: the best of {race.Trials.Count(trial => trial.Last is not null)}, which flatters it";
        return [measured, .. found.Heldout is { } heldout ? [$"measured on {heldout.Rows} rows that no candidate saw, trained without them: loss {heldout.Loss.ToString("G5", CultureInfo.InvariantCulture)}, {string.Join(", ", heldout.Metrics.Take(4).Select(metric => $"{metric.Key} {MetricText.Of(heldout, metric.Key)}"))}"] : Array.Empty<string>()];
    }

    /// <summary>What makes the same model with <c>train</c>.</summary>
    private string Command(IReadOnlyList<KeyValuePair<string, string>> values)
    {
        Option[] ours = [options.Range, options.Trials, options.Holdout, options.Folder, options.Resume, _train.Output, _train.Report, _train.Threads, _train.MaxTime, _train.Quiet, _train.Config, _train.Preset, _train.Common.Json];
        IEnumerable<string> given = parsed.CommandResult.Children.OfType<OptionResult>().Where(option => !option.Implicit && !ours.Contains(option.Option))
            .SelectMany(option => option.Tokens.Count == 0 ? [option.Option.Name] : option.Tokens.SelectMany(token => new[] { option.Option.Name, OptionNames.Quoted(token.Value) }));
        string[] data = parsed.GetValue(_train.Common.Data) is { } name ? [OptionNames.Quoted(name)] : [];
        return string.Join(' ', ["backprop train", .. data, .. given, .. values.Select(value => $"--{value.Key} {OptionNames.Quoted(value.Value)}"), $"-o {OptionNames.Quoted(settings.Output)}"]);
    }

    /// <summary>What the model's file says of the options.</summary>
    private Dictionary<string, string> Given() => parsed.CommandResult.Children.OfType<OptionResult>()
        .Where(option => !option.Implicit && option.Option != _train.Output && option.Option != _train.Common.Json && option.Option != _train.Quiet && option.Option != _train.Threads && option.Option != _train.Report && option.Option != options.Folder)
        .ToDictionary(given => given.Option.Name[2..], given => given.Tokens.Count == 0 ? "true" : string.Join(';', given.Tokens.Select(token => token.Value)), StringComparer.Ordinal);

    private void PrintJson(Tuner<T> tuner, TuningResult<T> found, string command, string hash) => JsonLine.Print(json =>
    {
        json.WriteString("model", settings.Output);
        json.WriteString("measure", found.Race.Measure);
        json.WriteString("measured_on", found.Race.MeasuredOn);
        json.WriteStartArray("ranges");
        foreach (SearchRange range in tuner.Ranges)
        {
            json.WriteStringValue(range.ToString());
        }

        json.WriteEndArray();
        json.WriteStartArray("trials");
        foreach (RaceTrial trial in found.Race.Trials)
        {
            json.WriteStartObject();
            json.WriteNumber("trial", trial.Number);
            json.WriteStartObject("values");
            foreach ((string name, string value) in trial.Candidate.Values)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteStartArray("scores");
            foreach (RaceScore score in trial.Scores)
            {
                json.WriteStartObject();
                json.WriteNumber("rung", score.Rung + 1);
                json.WriteNumber("epochs", score.Epochs);
                json.Number("score", score.Value);
                json.Number("error", score.Error);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.Number("seconds", trial.Seconds);
            json.WriteString("failure", trial.Failure);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("best", found.Race.Best.Number);
        json.WriteBoolean("time_is_up", found.Race.IsTimeUp);
        if (found.Heldout is { } heldout)
        {
            json.WriteStartObject("holdout");
            json.WriteNumber("rows", heldout.Rows);
            json.Number("loss", heldout.Loss);
            json.Metrics(heldout);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("holdout");
        }

        json.WriteNumber("members", found.Model!.Members);
        json.WriteString("command", command);
        json.Warnings();
        json.WriteString("sha256", hash);
    });
}
