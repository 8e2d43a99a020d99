using System.Diagnostics;
using System.Globalization;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Pages.Derivation;
using Backprop.Training;

namespace Backprop.Pages.Runs;

/// <summary>What one tab works on: the state in its address, the rows, the training, and the parameter that is looked at. Used on the tab's own thread alone.</summary>
internal sealed class Workbench(GivenFiles home) : IDisposable
{
    /// <summary>
    /// While training runs, pictures and derivations are renewed no more often than this, and more seldom where a large network makes them
    /// dear; numbers and curves with every snapshot.
    /// </summary>
    private static readonly TimeSpan s_calm = TimeSpan.FromMilliseconds(250);

    /// <summary>The same where the thread that draws trains too, as fast as it goes.</summary>
    private static readonly TimeSpan s_calmOnOneThread = TimeSpan.FromSeconds(1);

    private DerivedParameter? _derived;
    private IReadOnlyList<PassStage> _stages = [];
    private DerivedParameter? _staged;
    private int? _stage;
    private TimeSpan _derivingTook;
    private long _calmSince;
    private TrainingRates? _tuned; // asked for, and not yet seen in a snapshot
    private TourStep.Start? _tour;
    private bool _tourIsDone;
    private (int Number, PlantedMistake? Planted)? _exercise;
    private (ParameterName Parameter, float Value)? _edited; // asked for, and not yet seen in a snapshot
    private ParameterName _livest; // where the state names none
    private Snapshot? _before; // the moment before the calm one, where one step lies between them
    private (Snapshot Of, ParameterName Parameter, UpdateExplanation? Told)? _update, _updateBefore;

    /// <summary>Another unit is pointed at, or none. Raised on the tab's thread.</summary>
    public event Action? Pointed;

    /// <summary>Training has something new to be drawn. Raised on any thread.</summary>
    public event Action? Trained;

    /// <summary>Somebody has changed something, and waits for it to be drawn.</summary>
    public event Action? Changed;

    /// <summary>What the host was given: what the bare address shows.</summary>
    public GivenFiles Home { get; } = home;

    /// <summary>The files that are worked on: the host's, or the visitor's own.</summary>
    public GivenFiles Given { get; private set; } = home;

    /// <summary>Whether the visitor has opened files: an address cannot bring them.</summary>
    public bool HasOwnFiles => Given != Home;

    public PageState State { get; private set; } = home.Start;

    /// <summary>The rows; those of the last state that made sense.</summary>
    public Problem? Problem { get; private set; }

    public TrainingSession? Session { get; private set; }

    /// <summary>What is wrong with the state, in words; null where nothing is.</summary>
    public string? Mistake { get; private set; }

    /// <summary>What else there is to say, in words: something that was asked for was not done. Null where there is nothing.</summary>
    public string? Remark { get; private set; }

    /// <summary>The newest moment of training.</summary>
    public Snapshot? Latest { get; private set; }

    /// <summary>The moment that pictures and derivations show.</summary>
    public Snapshot? Calm { get; private set; }

    /// <summary>Grows whenever pictures and derivations have something new to show.</summary>
    public int CalmVersion { get; private set; }

    public bool IsRunning => Latest?.IsRunning == true;

    /// <summary>Whether there are steps to be made, even if none has been shown yet.</summary>
    public bool IsBusy => IsRunning || Session?.IsBusy == true;

    /// <summary>Whether training can be asked for.</summary>
    public bool CanTrain => Session is not null && Mistake is null && Latest?.Failure is null;

    /// <summary>The network that is trained.</summary>
    public NetworkDefinition? Definition => Latest?.Network.Definition;

    /// <summary>The parameter that is looked at; a weight that lives where the state names none, or one that does not exist.</summary>
    public ParameterName Parameter
    {
        get
        {
            try
            {
                return Definition is null ? default : State.Parameter.Length == 0 ? _livest : ParameterName.Parse(State.Parameter, Definition);
            }
            catch (UsageException)
            {
                return _livest;
            }
        }
    }

    /// <summary>Its value, or the one that was asked for and is not yet seen.</summary>
    public double Value => _edited is { } edited && edited.Parameter == Parameter ? Exact(edited.Value) : Exact(Latest?.Network.Get(Parameter) ?? 0);

    /// <summary>A float with the digits that it is written with, and no more.</summary>
    private static double Exact(float value) => double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>The parameters that were set by hand, in words; null: none.</summary>
    public string? Edits => RunChange.Edits(State.Then);

    /// <summary>All about that parameter at the calm moment.</summary>
    public DerivedParameter? Derived
    {
        get
        {
            if (Calm is null || Problem is null)
            {
                return null;
            }

            ParameterName parameter = Parameter;
            long begun = Stopwatch.GetTimestamp();
            if (_derived is null || _derived.Snapshot != Calm || !_derived.IsOf(State))
            {
                _derived = DerivedParameter.Of(Calm, Problem, State, parameter);
                _derivingTook = Stopwatch.GetElapsedTime(begun);
            }
            else if (_derived.Parameter != parameter)
            {
                _derived = _derived.Of(parameter);
            }

            return _derived;
        }
    }

    /// <summary>What the next step will make of the parameter; null where there is none.</summary>
    public UpdateExplanation? Update => Calm is null ? null : Told(Calm, ref _update);

    /// <summary>What the last step, the only one since the moment shown before, was said to make of it, and what it made; null where it was more than one.</summary>
    public (UpdateExplanation Told, float Made)? LastUpdate =>
        Calm is { } now && _before is { } before && Told(before, ref _updateBefore) is { } told ? (told, now.Network.Get(Parameter)) : null;

    /// <summary>The unit that is pointed at: its layer, 0 being the inputs, and its place; null: none.</summary>
    public (int Layer, int Unit)? PointedUnit { get; private set; }

    /// <summary>The stages of the row's way through the network and back.</summary>
    public IReadOnlyList<PassStage> Stages
    {
        get
        {
            if (Derived is { } derived && derived != _staged)
            {
                double derivative = derived.Explanation.Backpropagation;
                (_staged, _stages) = (derived, PassStage.Of(derived.Network.Definition, derived.Passes, derived.Parameter, derivative));
            }

            return _stages;
        }
    }

    /// <summary>Which stage is looked at; null: none.</summary>
    public int? StageIndex
    {
        get => _stage is { } index ? Math.Clamp(index, 0, Stages.Count - 1) : null;
        set
        {
            _stage = value;
            CalmVersion++;
            Changed?.Invoke();
        }
    }

    /// <summary>The stage that is looked at.</summary>
    public PassStage? Stage => StageIndex is { } index && Stages.Count > 0 ? Stages[index] : null;

    /// <summary>The step of the tour that is taken; null: none.</summary>
    public TourStep? TourStep => State.Tour >= 1 && State.Tour <= TourStep.All.Count ? TourStep.All[State.Tour - 1] : null;

    /// <summary>Whether what that step asks for has been done since it began.</summary>
    public bool TourIsDone
    {
        get
        {
            if (TourStep is not { } step)
            {
                return false;
            }

            if (_tour?.At != State.Tour)
            {
                (_tour, _tourIsDone) = (new(State.Tour, Parameter, State.OfBatch, State.Row, Latest?.Step ?? 0), false);
            }

            return _tourIsDone |= step.IsDone(this, _tour);
        }
    }

    /// <summary>The exercise, on the network as it was at rest when it began; null: there is none, or none can be made.</summary>
    public PlantedMistake? Exercise
    {
        get
        {
            if (State.Exercise > 0 && _exercise?.Number != State.Exercise && !IsBusy && (Latest?.Step >= State.Steps || Latest?.Failure is not null) && Derived is { } derived && Problem is { } problem) // not before a link's steps are made
            {
                _exercise = (State.Exercise, PlantedMistake.Of(derived.Network, problem.All, State.Exercise));
            }

            return State.Exercise > 0 && _exercise?.Number == State.Exercise ? _exercise?.Planted : null;
        }
    }

    /// <summary>The address that shows what is shown now, as a query string.</summary>
    public string Query => Shown.ToQuery(Home.Start);

    /// <summary>The state with the steps that are shown.</summary>
    public PageState Shown => State with { Steps = Latest?.Step ?? State.Steps };

    /// <summary>η, L1 and L2 as they are, or are about to be.</summary>
    public TrainingRates Rates => _tuned ?? State.LastRates;

    /// <summary>The same as a link relative to the page, which the bare address has too.</summary>
    public string Link => Query is { Length: > 0 } query ? query : "./";

    /// <summary>Shows what an address says, and trains as far as it says.</summary>
    /// <param name="query">The query string.</param>
    /// <param name="train">Whether to train at all; a page that is only drawn once does not.</param>
    public void Open(string query, bool train)
    {
        PageState state = PageState.Parse(query, Home.Start, out string? mistake);
        if (mistake is null && Mistake is null && Session is not null && state.IsSameRun(State))
        {
            Look(_ => state);
        }
        else
        {
            Begin(state, mistake);
        }

        Remark = Mistake is null ? Missing(state) : null;
        if (train && Mistake is null)
        {
            Session?.RunTo(state.Steps);
        }
    }

    /// <summary>Works on files that the visitor has opened: as the address says, where it waited for them, else as suits them.</summary>
    public void Open(IReadOnlyList<(string Name, byte[] Content)> files)
    {
        try
        {
            bool isAwaited = State.Data == "file" && Given.Source is null;
            GivenFiles opened = OpenedFiles.Read(files, Given);
            Given = opened;
            PageState start = opened.Start with { Gradients = State.Gradients };
            Begin(isAwaited && State.FromModel == start.FromModel ? State : start);
            if (isAwaited && Mistake is null)
            {
                Session?.RunTo(State.Steps);
            }
        }
        catch (Exception error) when (error is BackpropException or IOException or UnauthorizedAccessException)
        {
            Say(error.Message);
        }
    }

    /// <summary>Says that something asked for was not done.</summary>
    public void Say(string remark)
    {
        Remark = remark;
        Changed?.Invoke();
    }

    /// <summary>What a state looks at and is not there.</summary>
    private string? Missing(PageState state)
    {
        if (state.Row >= Problem!.All.Rows && !state.OfBatch)
        {
            return $"row: {state.Row} found, the data have rows 0 to {Problem.All.Rows - 1}; the last is shown";
        }

        try
        {
            if (state.Parameter.Length > 0)
            {
                ParameterName.Parse(state.Parameter, Definition!);
            }

            return null;
        }
        catch (UsageException error)
        {
            return $"{error.Message}; {Parameter} is shown";
        }
    }

    /// <summary>Changes what is trained; it begins anew.</summary>
    public void Train(Func<PageState, PageState> change) => Begin(change(State.With(Rates)) with { Steps = 0 });

    /// <summary>Changes rates and penalties; training goes on with them. Where it cannot go on, it begins anew.</summary>
    public void Tune(Func<TrainingRates, TrainingRates> change)
    {
        TrainingRates rates = change(Rates);
        if (!CanTrain)
        {
            Begin(State.With(rates) with { Steps = 0 });
            return;
        }

        (_tuned, Remark) = (rates, null);
        Session!.Tune(rates);
        Take();
        CalmVersion++;
        Changed?.Invoke();
    }

    /// <summary>Sets the parameter that is looked at; training goes on from there, and the address says so.</summary>
    public void Edit(double value)
    {
        if (!CanTrain || !float.IsFinite((float)value))
        {
            Say($"{Parameter} was not set to {value}: {(CanTrain ? "a number that a float holds expected" : "training cannot go on; Reset begins it anew")}");
            return;
        }

        if (RunChange.Parse(State.Then).Count >= RunChange.Most)
        {
            Say($"{Parameter} was not set: a link can say {RunChange.Most} changes of one run, and so many were made; Reset begins it anew");
            return;
        }

        (_edited, Remark) = ((Parameter, (float)value), null);
        Session!.Edit(Parameter, (float)value);
        Take();
        CalmVersion++;
        Changed?.Invoke();
    }

    /// <summary>Moves it by a little.</summary>
    public void EditBy(double distance) => Edit(Math.Round(Value + distance, 6));

    /// <summary>Plays, at the state's speed.</summary>
    public void Play() => Session?.Play(State.Speed);

    /// <summary>Another speed, for a run that plays too.</summary>
    public void Pace(double speed)
    {
        bool plays = IsRunning;
        Look(state => state with { Speed = speed });
        if (plays)
        {
            Play();
        }
    }

    /// <summary>Points at a unit, or at none.</summary>
    public void Point(int layer, int unit, bool isOn)
    {
        if (isOn ? PointedUnit != (layer, unit) : PointedUnit == (layer, unit))
        {
            PointedUnit = isOn ? (layer, unit) : null;
            Pointed?.Invoke();
        }
    }

    /// <summary>Another optimizer, with a rate that suits it.</summary>
    public void ChooseOptimizer(string name) => Train(state => state with
    {
        Optimizer = name,
        Momentum = 0,
        LearningRate = name == new PageState().Optimizer ? new PageState().LearningRate : Math.Max(0.01, Optimizer.Create(name).LearningRate),
    });

    /// <summary>Changes what is looked at; training goes on.</summary>
    public void Look(Func<PageState, PageState> change)
    {
        (State, Remark) = (change(State), null);
        CalmVersion++; // the same moment is shown, which is drawn already but for what is looked at
        Changed?.Invoke();
    }

    /// <summary>Begins the same run anew.</summary>
    public void Reset() => Begin(State.With(Rates) with { Steps = 0 });

    /// <summary>Looks at a parameter.</summary>
    public void Pick(ParameterName parameter) => Look(state => state with { Parameter = parameter.ToString() });

    /// <summary>Looks at the strongest weight that leads to a unit, or from an input.</summary>
    public void PickUnit(int layer, int unit)
    {
        if (Calm is not { } now)
        {
            return;
        }

        DenseLayer<float> into = now.Network.Layers[Math.Max(0, layer - 1)];
        Pick(layer == 0
            ? new(1, Enumerable.Range(0, into.Outputs).MaxBy(output => Math.Abs(into.GetWeight(output, unit))), unit)
            : new(layer, unit, Enumerable.Range(0, into.Inputs).MaxBy(input => Math.Abs(into.GetWeight(unit, input)))));
    }

    /// <summary>Other data, with a network that suits them.</summary>
    public void ChooseData(string name)
    {
        PageState suited = name switch
        {
            "file" => Given.Start with { Gradients = State.Gradients },
            "digits" => State with { Hidden = "32:relu", Optimizer = "adam", LearningRate = 0.003, BatchSize = 32 },
            NoteExample.Name => NoteExample.Suited(State),
            "hills" => State with { Hidden = "8:tanh-8:tanh", Optimizer = "adam", LearningRate = 0.01, BatchSize = 16 },
            "slope" => State with { Hidden = "4:tanh", Optimizer = "sgd", LearningRate = 0.03, BatchSize = 16 },
            "iris" => State with { Hidden = "8:tanh", Optimizer = "sgd", LearningRate = 0.1, BatchSize = 16 },
            "spiral" => State with { Hidden = "16:tanh-16:tanh", Optimizer = "adam", LearningRate = 0.01, BatchSize = 16 },
            _ => State with { Hidden = "6:tanh-4:tanh", Optimizer = "sgd", LearningRate = 0.3, BatchSize = 16 },
        };
        if (name != NoteExample.Name)
        {
            PageState usual = new();
            bool leaves = State.Data == NoteExample.Name; // what suits one row suits no others
            suited = suited with { Output = null, Loss = null, Features = PlaneData.Names.Contains(name) ? suited.Features : usual.Features, Test = leaves ? usual.Test : suited.Test, OfBatch = leaves ? usual.OfBatch : suited.OfBatch, Parameter = leaves ? "" : suited.Parameter };
        }

        Begin(suited with { Data = name, FromModel = name == "file" && Given.Model is not null, Momentum = 0, Then = "", Row = 0, Steps = 0 });
    }

    /// <summary>Takes the newest snapshot of the training.</summary>
    public void Take()
    {
        _edited = Latest == Session?.Latest ? _edited : null;
        Latest = Session?.Latest;
        if (Latest is { } now && Mistake is null)
        {
            State = State with { LearningRate = now.Rates.LearningRate, L1 = now.Rates.L1, L2 = now.Rates.L2, Then = now.Then };
            _tuned = _tuned == State.LastRates ? null : _tuned;
        }

        TimeSpan calm = TimeSpan.FromTicks(Math.Max((OperatingSystem.IsBrowser() && State.Speed == 0 ? s_calmOnOneThread : s_calm).Ticks, 4 * _derivingTook.Ticks));
        if (Latest != Calm && (Latest?.IsRunning != true || Stopwatch.GetElapsedTime(_calmSince) >= calm))
        {
            Renew();
            _ = Derived; // now: what is drawn of it should not wait
        }
    }

    public void Dispose() => Session?.Dispose();

    private void Begin(PageState state, string? mistake = null)
    {
        (_exercise, PointedUnit, State, Mistake, Remark, _tuned, _edited) = (null, null, state, null, null, null, null);
        try
        {
            PageLimits.Require(state);
            if (mistake is not null)
            {
                throw new UsageException(mistake);
            }

            Problem problem = Given.Problem(state);
            NetworkDefinition definition = problem.Definition(state, Given);
            var session = new TrainingSession(problem, definition, state, state.FromModel ? Given.Model!.Network : NoteExample.HasItsWeights(state, definition) ? NoteExample.Start(definition) : null);
            Session?.Dispose();
            session.Changed += () => Trained?.Invoke();
            (Session, Problem, Latest, Calm, _before) = (session, problem, session.Latest, null, null);
            _livest = Livest(Latest);
        }
        catch (BackpropException error)
        {
            Session?.Pause();
            Mistake = error.Message;
        }

        Renew();
        Changed?.Invoke();
    }

    private UpdateExplanation? Told(Snapshot at, ref (Snapshot Of, ParameterName Parameter, UpdateExplanation? Told)? kept)
    {
        ParameterName parameter = Parameter;
        if (kept is not { } told || told.Of != at || told.Parameter != parameter)
        {
            long begun = Stopwatch.GetTimestamp();
            kept = told = (at, parameter, at.Failure is null && Problem is not null ? TrainingSession.NextUpdate(Problem, State, at, parameter) : null);
            _derivingTook += Stopwatch.GetElapsedTime(begun);
        }

        return told.Told;
    }

    /// <summary>
    /// The weight of the first layer that the losses of the first rows move with, each of them (not a pixel that is always dark, nor a unit that is off): the first such;
    /// where there is none the one of the most rows. Of rows and first weights alone, so that an address means the same weight everywhere.
    /// </summary>
    private ParameterName Livest(Snapshot start)
    {
        const int Rows = 8;
        DenseLayer<float> layer = start.Network.Layers[0];
        int[] lives = new int[layer.Outputs * layer.Inputs];
        using var backward = new Propagation.Backpropagation<float>(start.Network, 1, threads: 1);
        Dataset<double> all = Problem!.All;
        for (int row = 0; row < Math.Min(Rows, all.Rows); row++)
        {
            float[] gradient = backward.Run(Problem.Single(row)).WeightGradients(1);
            for (int n = 0; n < lives.Length; n++)
            {
                lives[n] += Math.Abs(gradient[n]) > 1e-6 ? row == 0 ? Rows : 1 : 0;
            }
        }

        int first = Array.IndexOf(lives, lives.Max());
        return new(1, first / layer.Inputs, first % layer.Inputs);
    }

    private void Renew()
    {
        if (Calm != Latest && (Calm?.Step != Latest?.Step || !RunChange.AreSameEdits(Calm!.Then, Latest!.Then)))
        {
            _before = Calm is { } was && Latest is { } now && was.Step + 1 == now.Step && was.Then == now.Then ? was : null; // what was set by hand is no step's doing
        }

        (Calm, _calmSince) = (Latest, Stopwatch.GetTimestamp());
        CalmVersion++;
    }
}
