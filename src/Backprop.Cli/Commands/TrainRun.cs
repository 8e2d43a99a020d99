using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Cli.Output.Reports;
using Backprop.Inspection;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Optimizers.Schedules;
using Backprop.Tables;
using Backprop.Tables.Inspection;
using Backprop.Tables.Models;
using Backprop.Training;

namespace Backprop.Cli.Commands;

/// <summary>One run of <c>train</c>: data, network, training, model file, report.</summary>
internal sealed class TrainRun<T>(TrainOptions options, ParseResult parsed, RunSettings settings) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public int Run()
    {
        using var interrupt = new Interrupt();
        string output = settings.Output;
        string? page = settings.Report;
        OutputFile.RequireWritable(output);
        if (page is not null)
        {
            OutputFile.RequireWritable(page);
        }

        if (settings.Checkpoint is { } checkpoints)
        {
            OutputFile.RequireWritableFolder(checkpoints);
        }

        RequireTogether();
        if (parsed.GetValue(options.Overwrite) && settings.Checkpoint is null)
        {
            throw new UsageException("--overwrite needs --checkpoint DIR");
        }

        int keptCheckpoints = AtLeastOne("--checkpoint-keep", options.CheckpointKeep) ?? CheckpointFolder.DefaultKept;
        if (settings.Resume is null && settings.Checkpoint is { } used)
        {
            RequireUnused(used); // better known now than after reading
        }

        CheckpointFolders Folder(string place, int members) => new(place, members, keptCheckpoints, overwrite: parsed.GetValue(options.Overwrite));
        using CheckpointFolders? first = settings.Resume is { } from ? Folder(from, CheckpointFolders.CountIn(from)) : null;
        IReadOnlyList<Checkpoint<T>?>? resume = first?.Read<T>();
        resume = settings.IsReopened ? resume?.Select(checkpoint => checkpoint?.Reopened()).ToArray() : resume;
        if (resume?.Any(checkpoint => checkpoint?.Ended == StopReason.MaxTime) == true && !settings.Quiet)
        {
            Terminal.Say("the time of this run was up: it ends as it did; --max-time SECONDS gives it more");
        }

        string? data = parsed.GetValue(options.Common.Data) ?? (options.Common.NamesRows(parsed) ? null : "builtin:digits");
        DataSource source = data == "builtin:digits" ? DataSource.Named(data) : options.Common.Source(parsed);
        TabularTrainer<T> planned = NoteLines.Of(notes => new TabularTrainer<T>(source, Options(resume?.Count), notes), settings.Quiet);
        int members = planned.Trainers.Count; // as many as were asked for, or as the recipe takes for so many rows
        if (resume is not null && resume.Count != members)
        {
            throw new DataException($"cannot go on with the run in '{settings.Resume}' on '{planned.Source}': it is of {Networks(resume.Count)}, these {planned.Rows:N0} rows and options make {Networks(members)}");
        }

        using CheckpointFolders? folder = first ?? (settings.Checkpoint is { } place ? Folder(place, members) : null);
        if (resume is null)
        {
            folder?.Begin();
        }

        (NetworkDefinition definition, TrainerOptions trainerOptions) = (planned.Definition, planned.Options);
        RequireSameRun(planned.Trainers, resume, planned.Source);
        IReadOnlyList<EpochResult>[] before = [.. planned.Trainers.Select((_, member) => resume?[member]?.History ?? [])];
        using IRunReport report = Report(planned, before);
        using TensorBoardLog? board = parsed.GetValue(options.TensorBoard) is { } boardFolder ? new(boardFolder, settings.Notes.GetValueOrDefault("tensorboard"), before[0]) : null;
        using LayerProbe<T>? probe = board is null ? null : new(planned.Trainers[0].Network, planned.Trainers[0].Training);
        Dictionary<string, string>? notes = null;
        DataException?[] unsaved = new DataException?[members]; // why the newest checkpoint is missing
        if (folder is not null)
        {
            notes = new(settings.Notes, StringComparer.Ordinal);
            if (board is not null)
            {
                notes["tensorboard"] = board.Name;
            }

            if (settings.Epochs is { } epochs && resume is not null)
            {
                notes[TrainCommand.EpochsNote] = $"{epochs}";
            }
        }

        for (int n = 0; n < members; n++)
        {
            (Trainer<T> trainer, int member) = (planned.Trainers[n], n);
            string who = members == 1 ? "" : $"network {member + 1}: ";
            trainer.EpochCompleted += epoch => report.Add(member, epoch);
            if (report.IsLive)
            {
                trainer.Progressed += step => report.Show(member, step);
            }

            if (board is not null)
            {
                trainer.EpochCompleted += epoch => Note(board, probe!, epoch, trainerOptions.Epochs);
            }

            if (folder is not null)
            {
                trainer.CheckpointWriter = checkpoint => folder.Write(member, checkpoint, notes!);
                trainer.CheckpointWritten += (checkpoint, error) =>
                {
                    if (error is not null && unsaved[member] is null) // a disk that stays full is said once
                    {
                        Warn(report, $"{who}the checkpoint of step {checkpoint.Step} was not written, older ones stay, training goes on: {error.Message}");
                    }

                    unsaved[member] = error;
                };
            }

            trainer.RolledBack += back =>
            {
                report.Rewind(member, back.Epochs);
                board?.Rewind(back.Epochs);
                Warn(report, $"{who}{back.Error.Message}. Back to step {back.ToStep} with learning rate {back.LearningRate:G4}");
            };
        }

        TabularModel<T> Model(EpochResult? kept, string? keptBy) => planned.Model(kept, keptBy, Given());
        string Save(EpochResult? kept, string? keptBy) => Model(kept, keptBy).Save(output);

        TrainingResult result;
        int said = planned.Notes.All.Count;
        report.Begin($"{Described(planned.Trainers)}, {definition.Loss}, {planned.Optimizer}, {planned.Rows:N0} rows, {VectorPaths.Current.Name()}{(!planned.Validates ? "" : $", keeps the epoch with the best validation {trainerOptions.KeepBy.Replace('_', ' ')}")}{(!planned.Validates && LearningRateSchedule.Parse(trainerOptions.Schedule) is PlateauSchedule ? ", the plateau schedule goes by the training loss" : "")}");
        try
        {
            result = planned.Run(resume, interrupt.Begin());
        }
        catch (DivergenceException error)
        {
            report.End();
            EpochResult? best = planned.Result?.Kept ?? (report as TrainingReport)?.History.LastOrDefault(epoch => epoch.IsBest);
            bool hasLearned = planned.Result?.Kept is not null || (report as TrainingReport)?.History.Count > 0;
            NoteLines.Tell(planned.Notes.All.Skip(said), settings.Quiet);
            if (!hasLearned && File.Exists(WorkingFolder.Full(output)))
            {
                throw; // an older model is better than one that has learned nothing
            }

            Save(best, best?.Validation is null ? null : trainerOptions.KeepBy);
            return Terminal.Fail($"{error.Message}. The last good model, {(!hasLearned ? "as it was before training" : members == 1 ? "the best epoch's" : "each network's best epoch's")}, is in '{output}'", ExitCode.Diverged);
        }

        report.End();
        NoteLines.Tell(planned.Notes.All.Skip(said), settings.Quiet);
        definition = planned.Definition;
        if (planned.Choice is { } choice && !settings.Quiet)
        {
            Terminal.Say($"chosen {choice}");
        }

        if (result.Kept is null && File.Exists(WorkingFolder.Full(output)))
        {
            return Terminal.Fail($"interrupted before the first epoch was finished: the older '{output}' stays as it is{(folder is null ? "" : ", the checkpoint holds what was learned")}", ExitCode.Interrupted);
        }

        if (result.Kept is null)
        {
            Terminal.Warn($"no epoch was finished: '{output}' holds the weights after {result.Steps} steps");
        }

        NoteLines.Tell(planned.NoteEnd(result), settings.Quiet);
        string hash = Save(result.Kept, result.KeptBy);
        string? unprinted = !settings.Json ? null : Attempt("the line of JSON is not printed", () =>
            PrintJson(output, definition, planned, result, Model(result.Kept, result.KeptBy).Members, hash, resume?.Sum(checkpoint => checkpoint?.Step ?? 0) ?? 0));
        string? pageless = page is null ? null : Attempt("the report is not", () =>
        {
            TabularModel<T> made = planned.Model(result.Kept, result.KeptBy, Given());
            using HeldOut? held = result.Kept is null ? null : planned.HeldOut();
            HtmlReport.Write(page, new(definition, planned.Source, made.Training!, result, [.. planned.Used.Select(member => report.Histories[member])], made.Ensemble.Temperature, planned.Notes.All, planned.Schema, planned.Table, held));
        });

        report.Summary(result, output);
        string[] missing = [.. new[] { unsaved.FirstOrDefault(error => error is not null) is { } why ? $"the last checkpoint is not: {why.Message}" : null, report.Unsaved, board?.Unsaved, pageless, unprinted }.OfType<string>()];
        if (missing.Length > 0)
        {
            return Terminal.Fail($"the model is saved, but {string.Join("; and ", missing)}", ExitCode.Data);
        }

        return result.Reason == StopReason.Cancelled ? ExitCode.Interrupted : ExitCode.Done;
    }

    /// <summary>Writes something beside the model, which is saved; why it could not be written, or null.</summary>
    private static string? Attempt(string otherwise, Action write)
    {
        try
        {
            write();
            return null;
        }
        catch (Exception error) when (error is DataException or IOException or UnauthorizedAccessException)
        {
            return $"{otherwise}: {error.Message}";
        }
    }

    /// <summary>The networks that are trained.</summary>
    private static string Described(IReadOnlyList<Trainer<T>> trainers) => string.Join(", and ", trainers.GroupBy(trainer => trainer.Network.Definition).Select(size =>
        $"{(trainers.Count == 1 ? "" : $"{size.Count()} networks, each ")}{size.Key}, {size.Key.ParameterCount:N0} parameters"));

    private static string Networks(int count) => count == 1 ? "one network" : $"{count} networks";

    /// <summary>A folder that is another run's is not written into.</summary>
    private void RequireUnused(string folder)
    {
        if (CheckpointFolders.HoldsRun(folder) && !parsed.GetValue(options.Overwrite))
        {
            throw new DataException($"--checkpoint: '{folder}' holds checkpoints of another run; --resume '{folder}' goes on with it, --overwrite deletes it, or name another folder");
        }
    }

    private void RequireSameRun(IReadOnlyList<Trainer<T>> trainers, IReadOnlyList<Checkpoint<T>?>? resume, string data)
    {
        try
        {
            for (int member = 0; member < resume?.Count; member++)
            {
                if (resume[member] is { } checkpoint)
                {
                    trainers[member].RequireSameRun(checkpoint);
                }
            }
        }
        catch (ModelException error)
        {
            throw new DataException($"cannot go on with the run in '{settings.Resume}' on '{data}'{(parsed.GetValue(options.Validation) is { } rows ? $", validation '{rows}'" : "")}: {error.Message}", error);
        }
    }

    /// <summary>What the library is told.</summary>
    /// <param name="begun">How many networks the run that goes on has: what the recipe took then, for the time there was.</param>
    public TrainingOptions Options(int? begun)
    {
        bool isRecipes = parsed.GetValue(options.Folds) is null && parsed.GetValue(options.Ensemble) is null;
        string validation = parsed.GetValue(options.Validation) ?? "0.2";
        bool isFraction = double.TryParse(validation, NumberStyles.Float, CultureInfo.InvariantCulture, out double fraction);
        return new TrainingOptions()
        {
            Target = options.Common.Targets(parsed),
            Reading = options.Common.Reading(parsed),
            KeepTable = settings.Report is not null,
            BadCells = options.Common.BadCellsOf(parsed),
            Columns = options.Roles.Of(parsed),
            Network = parsed.GetValue(options.Network),
            Loss = parsed.GetValue(options.Loss),
            Optimizer = parsed.GetValue(options.Optimizer),
            OptimizerOptions = new()
            {
                LearningRate = parsed.GetValue(options.LearningRate),
                WeightDecay = parsed.GetValue(options.WeightDecay),
                Momentum = parsed.GetValue(options.Momentum),
                Dampening = parsed.GetValue(options.Dampening),
                Nesterov = parsed.GetValue(options.Nesterov),
                Beta1 = parsed.GetValue(options.Beta1),
                Beta2 = parsed.GetValue(options.Beta2),
                Epsilon = parsed.GetValue(options.Epsilon),
                Rho = parsed.GetValue(options.Rho),
                Amsgrad = parsed.GetValue(options.Amsgrad),
                Centered = parsed.GetValue(options.Centered),
            },
            Schedule = parsed.GetValue(options.Schedule),
            WarmupSteps = parsed.GetValue(options.Warmup) ?? 0,
            Average = parsed.GetValue(options.Average),
            BatchSize = parsed.GetValue(options.BatchSize),
            Accumulate = parsed.GetValue(options.Accumulate) ?? 1,
            Epochs = settings.Epochs,
            MaxSeconds = SecondsLeft(),
            Seed = parsed.GetValue(options.Seed),
            Precision = typeof(T) == typeof(double) ? Precision.Double : Precision.Float,
            Threads = settings.Threads,
            Validation = parsed.GetValue(options.Validation) is not null && isFraction ? fraction : null,
            ValidationData = isFraction ? null : DataSource.Named(validation, options.Common.Reading(parsed)),
            Folds = parsed.GetValue(options.Folds),
            Ensemble = parsed.GetValue(options.Ensemble),
            FollowsOne = parsed.GetValue(options.TensorBoard) is not null,
            Begun = isRecipes ? begun : null,
            Preset = parsed.GetValue(options.Preset) switch { "fast" => Preset.Fast, "best" => Preset.Best, _ => Preset.Default },
            EarlyStopping = parsed.GetValue(options.EarlyStopping),
            KeepBy = parsed.GetValue(options.KeepBy),
            Threshold = parsed.GetValue(options.Threshold),
            ClassWeights = parsed.GetValue(options.ClassWeights) is { } weights ? ClassWeights.Parse(weights) : null,
            Dropout = parsed.GetValue(options.Dropout),
            L1 = parsed.GetValue(options.L1) ?? 0,
            L2 = parsed.GetValue(options.L2) ?? 0,
            ClipNorm = parsed.GetValue(options.ClipNorm),
            ClipValue = parsed.GetValue(options.ClipValue),
            LabelSmoothing = parsed.GetValue(options.LabelSmoothing),
            Initializer = parsed.GetValue(options.Initializer),
            Shuffle = !parsed.GetValue(options.NoShuffle),
            From = parsed.GetValue(options.From) is { } path ? CommonOptions.OneNetwork<T>(path, parsed.GetValue(options.Member)) : null,
            CheckpointEvery = AtLeastOne("--checkpoint-every", options.CheckpointEvery) ?? 0,
            RollBack = parsed.GetValue(options.OnDivergence) == "rollback",
        };
    }

    /// <exception cref="UsageException">Options that do not go together.</exception>
    public void RequireTogether()
    {
        (int? folds, int? ensemble) = (parsed.GetValue(options.Folds), parsed.GetValue(options.Ensemble));
        string preset = parsed.GetValue(options.Preset)!, several = folds is not null ? $"--folds {folds}" : ensemble is > 1 ? $"--ensemble {ensemble}" : preset == "best" ? "--preset best" : "";
        if ((folds is not null || preset == "best") && parsed.GetValue(options.Validation) is { } rows)
        {
            throw new UsageException($"{several} validates each network by its fold, --validation {rows} by other rows: give one of them");
        }

        if (folds is not null && ensemble is not null)
        {
            throw new UsageException($"--folds {folds} makes {folds} networks, --ensemble {ensemble} another number: give one of them");
        }

        if (folds < 2 || ensemble < 1)
        {
            throw new UsageException(folds < 2 ? $"--folds must be at least 2, found {folds}" : $"--ensemble must be at least 1, found {ensemble}");
        }

        if (several != "" && parsed.GetValue(options.TensorBoard) is not null)
        {
            throw new UsageException($"--tensorboard follows one network, {several} makes more; --log has the epochs of each");
        }

        if (parsed.GetValue(options.Member) is not null && parsed.GetValue(options.From) is null)
        {
            throw new UsageException("--member is of --from MODEL, which is missing");
        }
    }

    private IRunReport Report(TabularTrainer<T> planned, IReadOnlyList<EpochResult>[] before)
    {
        string? keptBy = planned.Validates ? planned.Options.KeepBy : null;
        if (before.Length == 1)
        {
            return new TrainingReport(planned.Options.Epochs, settings.Quiet, parsed.GetValue(options.Log), keptBy, before[0]);
        }

        var report = new EnsembleReport(planned.Options.Epochs, settings.Quiet, parsed.GetValue(options.Log), keptBy, before);
        planned.MemberCompleted += report.Ended;
        return report;
    }

    /// <summary>Scalars of every epoch; how each layer is spread of the last one, and of about 50 before it.</summary>
    private static void Note(TensorBoardLog board, LayerProbe<T> probe, EpochResult epoch, int epochs)
    {
        board.Add(epoch);
        if (epoch.Epoch == epochs || epoch.Epoch % ((epochs + 49) / 50) == 0)
        {
            board.Add(epoch.Epoch, probe.Look());
        }
    }

    private static void Warn(IRunReport report, string message)
    {
        report.End();
        Terminal.Warn(message);
    }

    /// <summary>What is left of --max-time: the process has begun.</summary>
    private double? SecondsLeft() => settings.MaxTime is > 0 and var seconds
        ? Math.Max(1e-9, seconds - (DateTime.Now - Session.Current.Started).TotalSeconds)
        : settings.MaxTime;

    private int? AtLeastOne(string name, Option<int?> option) => parsed.GetValue(option) switch
    {
        < 1 and var found => throw new UsageException($"{name} must be at least 1, found {found}"),
        not null when settings.Checkpoint is null => throw new UsageException($"{name} needs --checkpoint DIR"),
        var value => value,
    };

    /// <summary>What the model does not depend on.</summary>
    private bool IsAboutTheProcess(Option option) => option == options.Output || option == options.Common.Json || option == options.Quiet || option == options.Threads || option == options.Report;

    /// <summary>What the model's file says of the options.</summary>
    private Dictionary<string, string> Given() => parsed.CommandResult.Children.OfType<OptionResult>()
        .Where(option => !option.Implicit && !IsAboutTheProcess(option.Option))
        .ToDictionary(given => given.Option.Name[2..], given => given.Tokens.Count == 0 ? "true" : string.Join(',', given.Tokens.Select(token => token.Value)), StringComparer.Ordinal);

    private void PrintJson(string output, NetworkDefinition definition, TabularTrainer<T> planned, TrainingResult result, int members, string hash, long resumedFrom) => JsonLine.Print(json =>
    {
        json.WriteString("model", output);
        json.WriteString("network", definition.ToString());
        json.WriteNumber("parameters", definition.ParameterCount);
        json.WriteNumber("rows", planned.Rows);
        json.WriteNumber("epochs", result.History.Count);
        json.WriteNumber("steps", result.Steps);
        json.WriteNumber("resumed_from_step", resumedFrom);
        json.Number("train_seconds", result.Seconds);
        json.WriteStartArray("seconds_per_epoch");
        foreach (EpochResult epoch in result.History.Skip(result.Earlier))
        {
            json.WriteNumberValue(epoch.Seconds);
        }

        json.WriteEndArray();
        json.WriteStartArray("wall_seconds_per_epoch");
        foreach (EpochResult epoch in result.History.Skip(result.Earlier))
        {
            json.WriteNumberValue(epoch.WallSeconds);
        }

        json.WriteEndArray();
        json.Number("validation_seconds", result.ValidationSeconds);
        json.Number("microseconds_per_step", result.MicrosecondsPerStep);
        json.Number("loss", result.Kept?.Loss ?? double.NaN);
        if (result.Kept?.Validation is { } validation)
        {
            json.WriteStartObject("validation");
            json.WriteNumber("rows", validation.Rows);
            json.Number("loss", validation.Loss);
            json.Metrics(validation);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("validation");
        }

        json.WriteNumber("seed", parsed.GetValue(options.Seed));
        json.WriteNumber("threads", result.Threads);
        json.WriteString("vectors", VectorPaths.Current.Name());
        json.WriteNumber("ranks", 1);
        json.WriteNumber("members", members);
        json.WriteString("kept_by", result.KeptBy);
        if (planned.Choice is { } choice)
        {
            json.WriteString("chosen", choice);
        }

        if (planned.Threshold is { Count: > 0 } thresholds)
        {
            json.Thresholds(planned.Schema!.Target.ThresholdBy!, thresholds);
        }

        json.Warnings();
        json.WriteString("sha256", hash);
    });
}
