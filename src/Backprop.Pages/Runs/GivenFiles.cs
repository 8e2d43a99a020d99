using System.Collections.Concurrent;
using System.Text.Json;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;

namespace Backprop.Pages.Runs;

/// <summary>What the command line gives, or what was opened on the page: a model, data, both or neither. Data are read once and shared by all tabs.</summary>
public sealed class GivenFiles
{
    private const int KeptProblems = 2;

    private readonly ConcurrentDictionary<ProblemKey, Lazy<Problem>> _problems = new();

    private GivenFiles()
    {
    }

    /// <summary>Neither.</summary>
    public static GivenFiles None { get; } = new();

    internal string? ModelPath { get; private init; }

    internal TabularModel<float>? Model { get; private init; }

    /// <summary>Which network of the file it is, counted from 1; null: there is one.</summary>
    internal int? Member { get; private init; }

    internal DataSource? Source { get; private init; }

    /// <summary>The columns of a table that can be the target; none where the model has decided it.</summary>
    internal IReadOnlyList<string> TargetChoices { get; private init; } = [];

    internal string? Targets { get; private init; }

    /// <summary>What becomes of cells of the data that cannot be read.</summary>
    internal BadCells BadCells { get; private init; }

    /// <summary>The rows that the model has held out, as its file says, where the data are those that it was trained on; null: none are known.</summary>
    internal HeldOutRows? HeldOut { get; private init; }

    /// <summary>What was noted when the files were read, beside what each <see cref="Problem"/> notes.</summary>
    internal IReadOnlyList<Note> Notes { get; private init; } = [];

    /// <summary>The page at its bare address.</summary>
    internal PageState Start { get; private init; } = new();

    /// <summary>The parameters of the network that the command line asks for; 0: it asks for none.</summary>
    internal long Parameters { get; private set; }

    /// <summary>The activations of its batch.</summary>
    internal long Activations { get; private set; }

    /// <summary>Reads the files of a command line, and makes sure that they go together.</summary>
    /// <param name="modelPath">A model file, or null.</param>
    /// <param name="source">The data, or null: those that the model was trained on, if they can be found.</param>
    /// <param name="targets">The target columns, or null.</param>
    /// <param name="badCells">What becomes of cells that cannot be read.</param>
    /// <param name="member">Which network of the model, counted from 1; null: the only or the first one.</param>
    /// <param name="notes">Where to say what was guessed, dropped or filled.</param>
    /// <exception cref="BackpropException">A file that cannot be used.</exception>
    public static GivenFiles Read(string? modelPath, DataSource? source, string? targets, BadCells badCells = BadCells.Refused, int? member = null, Notes? notes = null)
    {
        notes ??= new();
        GivenFiles given = Of(modelPath, source, targets, badCells, member, notes);
        if (given.Source is not null)
        {
            (given.Parameters, given.Activations) = (long.MaxValue, long.MaxValue); // whatever it asks for
            Problem problem = given.Problem(given.Start);
            foreach (Note note in problem.Notes)
            {
                notes.Add(note);
            }

            NetworkDefinition network = problem.Definition(given.Start, given);
            (given.Parameters, given.Activations) = (network.ParameterCount, PageLimits.Activations(network, Math.Min(given.Start.BatchSize, problem.Training.Rows)));
        }

        return given;
    }

    /// <summary>Reads the files; whether they go together is found when they are used.</summary>
    /// <exception cref="BackpropException">A file that cannot be read.</exception>
    internal static GivenFiles Of(string? modelPath, DataSource? source, string? targets, BadCells badCells, int? member, Notes notes)
    {
        TabularModel<float>? model = modelPath is not null ? TabularModel<float>.Load(modelPath)
            : member is null ? null : throw new UsageException("--member is of MODEL, which is missing");
        if (model is not null && (model.Members > 1 || member is not null))
        {
            if (member is null)
            {
                notes.Add(new($"'{modelPath}' holds {model.Members} networks, the first is taken", IsLoss: false, "Member = 1") { IsGuess = true });
            }

            member = member is null || model.Members > 1 ? member ?? 1 : null;
            model = model.Member(member ?? 1);
        }

        PageState? page = model is null || source is not null ? null : PageOf(model);
        SourceRows? rows = page is not null ? null : source is null ? model is null ? null : TrainedOn(model, modelPath!)
            : model is null ? source.Read(notes).ForTraining(notes: notes) : model.Read(source, notes: notes, target: targets);
        PageState start = new();
        HeldOutRows? held = model is null || rows is null ? null : HeldOutRows.Of(model.Training, source is null ? null : rows.Name);
        start = held is null ? start : start with { Test = held.Part, Seed = held.Seed };
        return new()
        {
            HeldOut = held,
            ModelPath = modelPath,
            Model = model,
            Member = member,
            Source = rows is null ? null : DataSource.Of(rows),
            TargetChoices = model is null && targets is null && rows?.Table is { } table ? [.. table.Columns.Select(column => column.Name)] : [],
            Targets = targets,
            BadCells = badCells,
            Notes = notes.All,
            Start = page ?? (rows is null ? start : start with { Data = "file", FromModel = model is not null, BatchSize = 32, Optimizer = "adam", LearningRate = 0.001, Hidden = "16:tanh" }),
        };
    }

    /// <summary>Does what a tab will do first, so that its code is compiled when somebody opens it.</summary>
    public void WarmUp()
    {
        using var bench = new Workbench(this);
        bench.Open("", train: false);
        _ = bench.Derived;
    }

    /// <summary>The rows of a state, made once.</summary>
    /// <exception cref="BackpropException">Data that cannot be used.</exception>
    internal Problem Problem(PageState state)
    {
        var key = ProblemKey.Of(state);
        if (_problems.Count >= KeptProblems && !_problems.ContainsKey(key))
        {
            _problems.Clear(); // tabs keep what they use
        }

        return _problems.GetOrAdd(key, _ => new(() => Runs.Problem.Load(state, this))).Value;
    }

    /// <summary>The address that a model was trained at by this page, on data that everybody has; null where it was not.</summary>
    private static PageState? PageOf(TabularModel<float> model)
    {
        try
        {
            using JsonDocument? training = model.Training is null ? null : JsonDocument.Parse(model.Training);
            if (training?.RootElement.TryGetProperty("page", out JsonElement page) != true)
            {
                return null;
            }

            PageState state = PageState.Parse(page.GetString() ?? "", new(), out string? mistake);
            return mistake is null && state.Data != "file"
                ? state.With(state.RatesAt(state.Steps)) with { FromModel = true, Steps = 0 } // what was changed on the way is in the weights
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null; // somebody else's words
        }
    }

    private static SourceRows TrainedOn(TabularModel<float> model, string path)
    {
        string? name = null;
        try
        {
            using JsonDocument? training = model.Training is null ? null : JsonDocument.Parse(model.Training);
            name = training?.RootElement.GetProperty("data").GetString();
            return name is null ? throw new JsonException() : model.Read(DataSource.Named(name));
        }
        catch (Exception error) when (error is BackpropException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UsageException($"give DATA beside MODEL: the data that '{path}' was trained on {(name is null ? "are unknown" : $"('{name}') cannot be read here")}");
        }
    }

    private readonly record struct ProblemKey(string Data, int Rows, double Noise, double Test, ulong Seed, string? Target, string Features)
    {
        public static ProblemKey Of(PageState state) => PlaneData.Names.Contains(state.Data)
            ? new(state.Data, state.Rows, state.Noise, state.Test, state.Seed, null, state.Features)
            : new(state.Data, 0, 0, state.Test, state.Seed, state.Target, state.Features);
    }
}
