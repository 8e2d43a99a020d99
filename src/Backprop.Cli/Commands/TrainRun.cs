using System.CommandLine;
using System.CommandLine.Parsing;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Cli.Commands;

/// <summary>One run of <c>train</c>: data, network, training, model file, report.</summary>
internal sealed class TrainRun<T>(TrainOptions options, ParseResult parsed, RunSettings settings) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A new network's outputs are about 1.</summary>
    private const double LargeTarget = 100;

    /// <summary>About how many parameters are written to a disk in a second.</summary>
    private const double SavedPerSecond = 2e7;

    private readonly bool _recipe = options.UsesRecipe(parsed);

    public int Run()
    {
        using var interrupt = new Interrupt();
        string output = settings.Output;
        string? page = parsed.GetValue(options.Report);
        OutputFile.RequireWritable(output);
        if (page is not null)
        {
            OutputFile.RequireWritable(page);
        }

        if (settings.Checkpoint is { } checkpoints)
        {
            OutputFile.RequireWritableFolder(checkpoints);
        }

        using CheckpointFolder? folder = settings.Checkpoint is { } place
            ? new(place, AtLeastOne("--checkpoint-keep", options.CheckpointKeep) ?? CheckpointFolder.DefaultKept, overwrite: parsed.GetValue(options.Overwrite))
            : parsed.GetValue(options.Overwrite) ? throw new UsageException("--overwrite needs --checkpoint DIR") : null;
        Checkpoint<T>? resume = settings.Resume is null ? null : folder!.Read<T>();
        resume = settings.IsReopened ? resume?.Reopened() : resume;
        if (resume?.Ended == StopReason.MaxTime && !settings.Quiet)
        {
            Terminal.Say("the time of this run was up: it ends as it did; --max-time SECONDS gives it more");
        }

        if (resume is null)
        {
            Begin(folder);
        }

        Optimizer optimizer = MakeOptimizer();
        string? data = parsed.GetValue(options.Common.Data) ?? (parsed.GetValue(options.Common.Query) is null ? "builtin:digits" : null);
        DataSource source = DataSource.Read(data, parsed.GetValue(options.Common.Query), parsed.GetValue(options.Common.Database));
        Model<T>? from = parsed.GetValue(options.From) is { } path ? Model<T>.Read(path) : null;
        source = from is null ? source.ForTraining(asTheyAre: parsed.GetValue(options.Preprocess) == "none") : source.For(from);
        (Dataset<T> training, Dataset<T>? validation, TableSchema? schema) = new TrainingData<T>(options, parsed, _recipe, from).Load(source);
        NetworkDefinition definition = new NetworkChoice(options, parsed, _recipe).Choose(training, schema, from?.Network.Definition);
        WarnOfLargeTargets(training, isNew: from is null);
        training = ClassWeights(training, schema);
        Network<T> network = Start(definition, from);
        string? schemaJson = schema is null ? null : SchemaJson.Write(schema);
        TrainerOptions trainerOptions = MakeTrainerOptions(training, validation is not null, definition.ParameterCount, schemaJson);
        var evaluator = new Evaluator<T>(network, schema?.Target.Scales?.ToArray());
        var trainer = new Trainer<T>(network, training, validation, optimizer, trainerOptions, evaluator);
        RequireSameRun(trainer, resume, source.Name);
        using var report = new TrainingReport(trainerOptions.Epochs, settings.Quiet, parsed.GetValue(options.Log), validation is null ? null : trainerOptions.KeepBy, resume?.History ?? []);
        trainer.EpochCompleted += report.Add;
        if (report.IsLive)
        {
            trainer.StepCompleted += report.Show;
        }

        using TensorBoardLog? board = parsed.GetValue(options.TensorBoard) is { } boardFolder ? new(boardFolder, settings.Notes.GetValueOrDefault("tensorboard"), resume?.History ?? []) : null;
        if (board is not null)
        {
            trainer.EpochCompleted += board.Add;
        }

        DataException? unsaved = null; // why the newest checkpoint is missing
        if (folder is not null)
        {
            Dictionary<string, string> notes = new(settings.Notes, StringComparer.Ordinal);
            if (board is not null)
            {
                notes["tensorboard"] = board.Name;
            }

            if (settings.Epochs is { } epochs && resume is not null)
            {
                notes[TrainCommand.EpochsNote] = $"{epochs}";
            }

            trainer.CheckpointReached += checkpoint =>
            {
                try
                {
                    folder.Write(checkpoint, notes);
                    unsaved = null;
                }
                catch (DataException error)
                {
                    if (unsaved is null) // a disk that stays full is said once
                    {
                        report.End();
                        Terminal.Warn($"the checkpoint of step {checkpoint.Step} was not written, older ones stay, training goes on: {error.Message}");
                    }

                    unsaved = error;
                }
            };
        }

        trainer.RolledBack += back =>
        {
            report.End();
            report.Rewind(back.Epochs);
            board?.Rewind(back.Epochs);
            Terminal.Warn($"{back.Error.Message}. Back to step {back.ToStep} with learning rate {back.LearningRate:G4}");
        };

        string Save(EpochResult? kept, string? keptBy) => new ModelFile<T>(network, schemaJson, Description(source, training, optimizer, trainerOptions, kept, keptBy)).Write(output);

        TrainingResult result;
        report.Begin($"{definition}, {definition.ParameterCount:N0} parameters, {definition.Loss}, {optimizer}, {training.Rows:N0} rows, {VectorPaths.Current.Name()}{(validation is null ? "" : $", keeps the epoch with the best validation {trainerOptions.KeepBy.Replace('_', ' ')}")}{(validation is null && trainerOptions.Schedule == "plateau" ? ", the plateau schedule goes by the training loss" : "")}");
        try
        {
            result = trainer.Run(resume, interrupt.Begin());
        }
        catch (DivergenceException error)
        {
            report.End();
            EpochResult? best = report.History.LastOrDefault(epoch => epoch.IsBest);
            if (report.History.Count == 0 && File.Exists(WorkingFolder.Full(output)))
            {
                throw; // an older model is better than one that has learned nothing
            }

            Save(best, best?.Validation is null ? null : trainerOptions.KeepBy);
            return Terminal.Fail($"{error.Message}. The last good model, {(report.History.Count == 0 ? "as it was before training" : "the best epoch's")}, is in '{output}'", ExitCode.Diverged);
        }

        report.End();
        if (result.Kept is null && File.Exists(WorkingFolder.Full(output)))
        {
            return Terminal.Fail($"interrupted before the first epoch was finished: the older '{output}' stays as it is{(folder is null ? "" : ", the checkpoint holds what was learned")}", ExitCode.Interrupted);
        }

        if (result.Kept is null)
        {
            Terminal.Warn($"no epoch was finished: '{output}' holds the weights after {result.Steps} steps");
        }

        string hash = Save(result.Kept, result.KeptBy);
        if (settings.Json)
        {
            PrintJson(output, definition, training, result, hash, resume?.Step ?? 0);
        }

        if (page is not null)
        {
            HtmlReport.Write(page, $"{definition}, {definition.Loss}, on {source.Name}", Description(source, training, optimizer, trainerOptions, result.Kept, result.KeptBy), result, schema?.Target.Labels);
        }

        report.Summary(result, output);
        string[] missing = [.. new[] { unsaved is null ? null : $"the last checkpoint is not: {unsaved.Message}", report.Unsaved, board?.Unsaved }.OfType<string>()];
        if (missing.Length > 0)
        {
            return Terminal.Fail($"the model is saved, but {string.Join("; and ", missing)}", ExitCode.Data);
        }

        return result.Reason == StopReason.Cancelled ? ExitCode.Interrupted : ExitCode.Done;
    }

    /// <summary>Before anything is read: a folder that is another run's is not written into.</summary>
    private void Begin(CheckpointFolder? folder)
    {
        if (folder?.IsUsed == true && !parsed.GetValue(options.Overwrite))
        {
            throw new DataException($"--checkpoint: '{folder.Path}' holds checkpoints of another run; --resume '{folder.Path}' goes on with it, --overwrite deletes it, or name another folder");
        }

        folder?.Begin();
    }

    private void RequireSameRun(Trainer<T> trainer, Checkpoint<T>? resume, string data)
    {
        try
        {
            if (resume is not null)
            {
                trainer.RequireSameRun(resume);
            }
        }
        catch (ModelException error)
        {
            throw new DataException($"cannot go on with the run in '{settings.Resume}' on '{data}'{(parsed.GetValue(options.Validation) is { } rows ? $", validation '{rows}'" : "")}: {error.Message}", error);
        }
    }

    /// <summary>Where PyTorch's meaning of an option leaves targets as they are, a new network needs very long to reach large ones.</summary>
    private void WarnOfLargeTargets(Dataset<T> training, bool isNew)
    {
        if (_recipe || !isNew || settings.Quiet || settings.Resume is not null || training.Targets.AreClasses || training.Targets.IsEmpty)
        {
            return;
        }

        double squares = 0;
        foreach (T value in training.Targets.AllValues)
        {
            squares += double.CreateTruncating(value) * double.CreateTruncating(value);
        }

        double size = Math.Sqrt(squares / training.Targets.AllValues.Length);
        if (size > LargeTarget)
        {
            Terminal.Warn($"the targets are large (about {size:G3}) and stay as they are, since an option of the network, the loss or the optimizer was given: training may take very long. Divide them in the table, or give none of --network, --optimizer, --learning-rate, --loss: then they are scaled, and predictions scaled back");
        }
    }

    private Optimizer MakeOptimizer()
    {
        var given = new OptimizerOptions
        {
            LearningRate = parsed.GetValue(options.LearningRate) ?? (_recipe ? Recipe.LearningRate : null),
            WeightDecay = parsed.GetValue(options.WeightDecay) ?? (_recipe ? Recipe.WeightDecay : null),
            Momentum = parsed.GetValue(options.Momentum),
            Dampening = parsed.GetValue(options.Dampening),
            Nesterov = parsed.GetValue(options.Nesterov),
            Beta1 = parsed.GetValue(options.Beta1),
            Beta2 = parsed.GetValue(options.Beta2),
            Epsilon = parsed.GetValue(options.Epsilon),
            Rho = parsed.GetValue(options.Rho),
            Amsgrad = parsed.GetValue(options.Amsgrad),
            Centered = parsed.GetValue(options.Centered),
        };
        var optimizer = Optimizer.Create(parsed.GetValue(options.Optimizer) ?? (_recipe ? Recipe.Optimizer : "adam"), given);
        if (optimizer is Rprop && (parsed.GetValue(options.Warmup) > 0 || parsed.GetValue(options.Schedule) is not (null or "constant")))
        {
            Terminal.Warn("rprop finds the size of each step by itself, the learning rate is only that of the first: --schedule and --warmup change nothing after it");
        }

        return optimizer;
    }

    private TrainerOptions MakeTrainerOptions(Dataset<T> training, bool validates, long parameters, string? schema)
    {
        if (!validates && parsed.GetValue(options.KeepBy) is { } figure)
        {
            throw new UsageException($"--keep-by {figure} needs validation rows, --validation 0 leaves none");
        }

        int batch = parsed.GetValue(options.BatchSize) ?? (_recipe ? Recipe.BatchSize(training.Rows) : 32);
        return new()
        {
            Epochs = settings.Epochs ?? (_recipe ? Recipe.Epochs(training.Rows) : 20),
            BatchSize = batch,
            Schedule = parsed.GetValue(options.Schedule) ?? (_recipe ? Recipe.Schedule : "constant"),
            WarmupSteps = parsed.GetValue(options.Warmup) ?? 0,
            MaxSeconds = SecondsLeft(parameters),
            EarlyStopping = parsed.GetValue(options.EarlyStopping),
            KeepBy = KeepBy(training.Targets.AreClasses && training.Targets.Count > 1),
            CheckpointEvery = AtLeastOne("--checkpoint-every", options.CheckpointEvery) ?? 0,
            RollBack = parsed.GetValue(options.OnDivergence) == "rollback",
            Identity = schema is null ? new() : new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["training columns (names, kinds, what they are scaled by, labels)"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(schema))),
            },
            Seed = parsed.GetValue(options.Seed),
            Shuffle = !parsed.GetValue(options.NoShuffle),
            Step = new()
            {
                L1 = parsed.GetValue(options.L1) ?? 0,
                L2 = parsed.GetValue(options.L2) ?? 0,
                ClipNorm = parsed.GetValue(options.ClipNorm),
                ClipValue = parsed.GetValue(options.ClipValue),
                Threads = settings.Threads,
            },
        };
    }

    /// <summary>
    /// The recipe smooths labels, which is no aim of its own: its classes go by the log loss. Where classes are given weights, by what treats them alike.
    /// </summary>
    private string KeepBy(bool classes) => parsed.GetValue(options.KeepBy)
        ?? (classes && parsed.GetValue(options.ClassWeights) is not null ? "balanced_accuracy" : classes && _recipe ? "log_loss" : "loss");

    /// <summary>What is left of --max-time: the process has begun and read, and the model is to be saved.</summary>
    private double? SecondsLeft(long parameters)
    {
        if (settings.MaxTime is not { } seconds || !(seconds > 0))
        {
            return settings.MaxTime;
        }

        double spent = (DateTime.Now - Session.Current.Started).TotalSeconds;
        if (spent >= seconds)
        {
            Terminal.Warn($"the {seconds:G4} s of --max-time were over before training began, {spent:F1} s after the start: one step is made");
        }

        return Math.Max(1e-9, seconds - spent - (parameters / SavedPerSecond));
    }

    private int? AtLeastOne(string name, Option<int?> option) => parsed.GetValue(option) switch
    {
        < 1 and var found => throw new UsageException($"{name} must be at least 1, found {found}"),
        not null when settings.Checkpoint is null => throw new UsageException($"{name} needs --checkpoint DIR"),
        var value => value,
    };

    private Network<T> Start(NetworkDefinition definition, Model<T>? from)
    {
        var initializer = Initializer.Parse(parsed.GetValue(options.Initializer) ?? "pytorch");
        var network = new Network<T>(definition, initializer, parsed.GetValue(options.Seed));
        if (from is not null)
        {
            network.CopyFrom(from.Network);
        }

        return network;
    }

    private Dataset<T> ClassWeights(Dataset<T> training, TableSchema? schema)
    {
        if (parsed.GetValue(options.ClassWeights) is not { } text)
        {
            return training;
        }

        if (!training.Targets.AreClasses)
        {
            throw new UsageException("--class-weights needs classes, the targets are values");
        }

        string[] labels = schema?.Target.Labels?.ToArray() ?? [.. Enumerable.Range(0, training.Targets.Count).Select(c => c.ToString())];
        double[] weights = [.. labels.Select(_ => 1.0)];
        if (text == "balanced")
        {
            int[] counts = new int[labels.Length];
            foreach (int c in training.Targets.ClassIndices)
            {
                counts[c]++;
            }

            int present = counts.Count(count => count > 0);
            weights = [.. counts.Select(count => count == 0 ? 1 : (double)training.Rows / (present * (double)count))];
        }
        else
        {
            foreach (string part in text.Split(','))
            {
                int equals = part.LastIndexOf('=');
                int c = equals < 0 ? -1 : Array.IndexOf(labels, part[..equals].Trim());
                if (c < 0 || !double.TryParse(part[(equals + 1)..], System.Globalization.CultureInfo.InvariantCulture, out double weight) || !(weight >= 0) || !double.IsFinite(weight))
                {
                    throw new UsageException($"--class-weights '{part}': expected balanced, or label=weight with a label of {string.Join(", ", labels)}");
                }

                weights[c] = weight;
            }
        }

        var samples = new T[training.Rows];
        for (int row = 0; row < samples.Length; row++)
        {
            samples[row] = T.CreateTruncating(weights[training.Targets.ClassIndices[row]]) * (training.SampleWeights?[row] ?? T.One);
        }

        return training.WithSampleWeights(samples);
    }

    /// <summary>What the model does not depend on.</summary>
    private bool IsAboutTheProcess(Option option) => option == options.Output || option == options.Common.Json || option == options.Quiet || option == options.Threads || option == options.Report;

    private string Description(DataSource source, Dataset<T> training, Optimizer optimizer, TrainerOptions trainerOptions, EpochResult? kept, string? keptBy) => JsonLine.Of(json =>
    {
        json.WriteString("data", source.Name);
        json.WriteNumber("rows", training.Rows);
        if (source.AreScaledBytes is { } scaled)
        {
            json.WriteBoolean("bytes_scaled", scaled);
        }

        WriteRange(json, "feature_range", training.Features);
        if (source.X is { } array)
        {
            WriteRange<double>(json, "array_range", array.Values);
        }

        json.WriteString("optimizer", optimizer.Name);
        json.WriteNumber("learning_rate", optimizer.LearningRate);
        json.WriteNumber("weight_decay", optimizer.WeightDecay);
        json.WriteString("schedule", trainerOptions.Schedule);
        json.WriteNumber("batch_size", trainerOptions.BatchSize);
        json.WriteNumber("epochs", trainerOptions.Epochs);
        json.WriteNumber("seed", trainerOptions.Seed);
        json.WriteString("precision", typeof(T) == typeof(double) ? "double" : "float");
        json.WriteStartObject("options");
        foreach (OptionResult given in parsed.CommandResult.Children.OfType<OptionResult>().Where(option => !option.Implicit && !IsAboutTheProcess(option.Option)))
        {
            json.WriteString(given.Option.Name[2..], given.Tokens.Count == 0 ? "true" : string.Join(',', given.Tokens.Select(token => token.Value)));
        }

        json.WriteEndObject();
        if (kept is not null)
        {
            json.WriteNumber("kept_epoch", kept.Epoch);
            json.WriteString("kept_by", keptBy);
            json.Number("loss", kept.Loss);
            if (kept.Validation is { } validation)
            {
                json.WriteStartObject("validation");
                json.Number("loss", validation.Loss);
                json.Metrics(validation with { Confusion = null });
                json.WriteEndObject();
            }
        }

        json.WriteString("version", typeof(Network<T>).Assembly.GetName().Version?.ToString(3));
    });

    private static void WriteRange<TValue>(Utf8JsonWriter json, string name, ReadOnlySpan<TValue> values) where TValue : unmanaged, IBinaryFloatingPointIeee754<TValue>
    {
        (TValue least, TValue greatest) = (values[0], values[0]);
        foreach (TValue value in values)
        {
            (least, greatest) = (TValue.Min(least, value), TValue.Max(greatest, value));
        }

        json.WriteStartArray(name);
        json.WriteNumberValue(double.CreateTruncating(least));
        json.WriteNumberValue(double.CreateTruncating(greatest));
        json.WriteEndArray();
    }

    private void PrintJson(string output, NetworkDefinition definition, Dataset<T> training, TrainingResult result, string hash, long resumedFrom) => JsonLine.Print(json =>
    {
        json.WriteString("model", output);
        json.WriteString("network", definition.ToString());
        json.WriteNumber("parameters", definition.ParameterCount);
        json.WriteNumber("rows", training.Rows);
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
        json.WriteNumber("members", 1);
        json.WriteString("kept_by", result.KeptBy);
        json.WriteStartArray("warnings");
        foreach (string warning in Terminal.Warnings)
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
        json.WriteString("sha256", hash);
    });
}
