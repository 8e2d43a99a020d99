using System.Collections.Concurrent;
using System.Text.Json;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Networks;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;

namespace Backprop.Cli.Pages.Runs;

/// <summary>What the command line gives: a model, data, both or neither. Data are read once and shared by all tabs.</summary>
internal sealed class GivenFiles
{
    private const int KeptProblems = 2;

    private readonly ConcurrentDictionary<ProblemKey, Lazy<Problem>> _problems = new();

    private GivenFiles(string? modelPath, TabularModel<float>? model, DataSource? source, string? targets) =>
        (ModelPath, Model, Source, Targets) = (modelPath, model, source, targets);

    public static GivenFiles None { get; } = new(null, null, null, null);

    public string? ModelPath { get; }

    public TabularModel<float>? Model { get; }

    /// <summary>Which network of the file it is, counted from 1; null: there is one.</summary>
    public int? Member { get; private init; }

    public DataSource? Source { get; }

    public string? Targets { get; }

    /// <summary>What becomes of cells of the data that cannot be read.</summary>
    public BadCells BadCells { get; private init; }

    /// <summary>The page at its bare address.</summary>
    public PageState Start { get; private set; } = new();

    /// <summary>The parameters of the network that the command line asks for; 0: it asks for none.</summary>
    public long Parameters { get; private set; }

    /// <summary>The activations of its batch.</summary>
    public long Activations { get; private set; }

    /// <summary>Reads the model, and makes sure that it and the data go together.</summary>
    /// <param name="modelPath">A model file, or null.</param>
    /// <param name="source">The data, or null: those that the model was trained on, if they can be found.</param>
    /// <param name="targets">The target columns, or null.</param>
    /// <param name="badCells">What becomes of cells that cannot be read.</param>
    /// <param name="member">Which network of the model, counted from 1; null: the only or the first one.</param>
    /// <exception cref="BackpropException">A file that cannot be used.</exception>
    public static GivenFiles Read(string? modelPath, DataSource? source, string? targets, BadCells badCells = BadCells.Refused, int? member = null)
    {
        int? taken = null;
        TabularModel<float>? model = modelPath is not null ? CommonOptions.OneNetwork<float>(modelPath, member, out taken)
            : member is null ? null : throw new UsageException("--member is of MODEL, which is missing");
        source = source is null ? model is null ? null : TrainedOn(model, modelPath!)
            : DataSource.Of(NoteLines.Of(notes => model is null ? source.Read(notes).ForTraining(notes: notes) : model.Read(source, notes: notes, target: targets)));
        var given = new GivenFiles(modelPath, model, source, targets) { BadCells = badCells, Member = taken };
        if (source is not null)
        {
            given.Start = given.Start with { Data = "file", FromModel = model is not null, BatchSize = 32, LearningRate = 0.001, Hidden = "16:tanh" };
            (given.Parameters, given.Activations) = (long.MaxValue, long.MaxValue); // whatever it asks for
            Problem problem = given.Problem(given.Start);
            NoteLines.Tell(problem.Notes, quiet: false);
            NetworkDefinition network = problem.Definition(given.Start, given);
            (given.Parameters, given.Activations) = (network.ParameterCount, PageLimits.Activations(network, Math.Min(given.Start.BatchSize, problem.Training.Rows)));
        }

        return given;
    }

    /// <summary>The rows of a state, made once.</summary>
    /// <exception cref="BackpropException">Data that cannot be used.</exception>
    public Problem Problem(PageState state)
    {
        var key = ProblemKey.Of(state);
        if (_problems.Count >= KeptProblems && !_problems.ContainsKey(key))
        {
            _problems.Clear(); // tabs keep what they use
        }

        return _problems.GetOrAdd(key, _ => new(() => Runs.Problem.Load(state, this))).Value;
    }

    private static DataSource TrainedOn(TabularModel<float> model, string path)
    {
        string? name = null;
        try
        {
            using JsonDocument? training = model.Training is null ? null : JsonDocument.Parse(model.Training);
            name = training?.RootElement.GetProperty("data").GetString();
            return name is null ? throw new JsonException() : DataSource.Of(model.Read(DataSource.Named(name)));
        }
        catch (Exception error) when (error is BackpropException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UsageException($"give DATA beside MODEL: the data that '{path}' was trained on {(name is null ? "are unknown" : $"('{name}') cannot be read here")}");
        }
    }

    private readonly record struct ProblemKey(string Data, int Rows, double Noise, double Test, ulong Seed)
    {
        public static ProblemKey Of(PageState state) => PlaneData.Names.Contains(state.Data)
            ? new(state.Data, state.Rows, state.Noise, state.Test, state.Seed)
            : new(state.Data, 0, 0, state.Test, state.Seed);
    }
}
