using System.Collections.Concurrent;
using System.Diagnostics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Pages.Runs;

/// <summary>
/// One tab's training, on a thread of its own that sleeps unless there are steps to make; in a browser, which has one thread, in slices
/// between which that thread draws and listens. All that can be asked of it is one number: the step to reach. The page sees snapshots, at most <see cref="MostSnapshots"/> a second and never so many that training would lose more
/// than a twelfth of its pace to measuring; whoever draws takes the latest and misses the others.
/// </summary>
internal sealed class TrainingSession : IDisposable
{
    /// <summary>Snapshots a second.</summary>
    public const int MostSnapshots = 15;

    /// <summary>Points of the loss curve a second.</summary>
    private const int MostMeasures = 100;

    /// <summary>While training runs, losses are measured on no more rows than this; at rest on all.</summary>
    private const int MostRowsWhileRunning = 1000;

    /// <summary>In slices those rows × parameters are in all no more than this, down to <see cref="FewestRows"/>: about what a browser does in a slice.</summary>
    private const long MostWorkInASlice = 500_000;

    private const int FewestRows = 50;

    /// <summary>When the curve has so many points, every second one is dropped.</summary>
    private const int MostPoints = 400;

    /// <summary>How long a browser waits for its thread, at most, unless a single step takes longer.</summary>
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(15);

    /// <summary>A thread cannot be told to wait for ever so long.</summary>
    private const double MostSecondsAsleep = 60;

    private readonly Lock _gate = new();
    private readonly bool _inSlices;
    private AutoResetEvent? _wake; // of the thread
    private readonly Network<float> _network;
    private readonly TrainingStep<float> _step;
    private readonly Evaluator<float> _evaluator;
    private readonly Dataset<float> _training, _someTraining;
    private readonly Dataset<float>? _test, _someTest;
    private readonly BatchSampler _sampler;
    private readonly List<RunChange> _changes; // made and to come
    private readonly ConcurrentQueue<RunChange> _asked = new(); // for now, whenever that is
    private TrainingRates _firstRates, _rates;
    private int _changed; // of those that are made
    private double _speed; // steps a second; 0: as fast as it goes
    private long _due; // when the next step of a run with a speed is to be made
    private readonly ulong _seed;
    private readonly List<LossPoint> _curve = [];
    private Thread? _thread;
    private RowPermutation _order;
    private long _done, _goal; // the steps made, and the steps to have made
    private long _curveSpacing = 1;
    private readonly bool _isSmall;
    private long _milestone; // a small run, which may be over in no time, has a curve too: a point whenever the steps have grown by a tenth
    private bool _isSlicing, _isAtRest = true, _isOwed; // a measurement
    private long _measuring; // what the last one took
    private long _begun, _shown, _measured, _pause, _doneThen; // of the run that goes on
    private bool _isDisposed;
    private volatile Snapshot _latest;

    /// <summary>Plans a run; nothing is trained yet.</summary>
    /// <param name="problem">The rows.</param>
    /// <param name="definition">The network.</param>
    /// <param name="state">How it is trained.</param>
    /// <param name="start">The weights to start from; null: new ones.</param>
    /// <param name="inSlices">Whether to train on the caller's thread, slice by slice; null: in a browser.</param>
    /// <exception cref="BackpropException">An option out of its range, or a network that does not fit the rows.</exception>
    public TrainingSession(Problem problem, NetworkDefinition definition, PageState state, Network<float>? start = null, bool? inSlices = null)
    {
        _inSlices = inSlices ?? OperatingSystem.IsBrowser();
        _network = start?.Clone() ?? new Network<float>(definition, Initializer.PyTorch, state.Seed);
        (_training, _test, _seed) = (problem.Training, problem.Test, state.Seed);
        _sampler = new(_training.Rows, Math.Min(state.BatchSize, _training.Rows));
        (_firstRates, _rates, _changes) = (state.Rates, state.Rates, [.. RunChange.Parse(state.Then)]);
        _step = new(_network, Optimizer.Create(state.Optimizer, state.OptimizerOptions), _sampler.BatchSize, Options(state, definition));
        _evaluator = new(_network);
        int most = _inSlices ? (int)Math.Clamp(MostWorkInASlice / (definition.ParameterCount * (_test is null ? 1 : 2)), FewestRows, MostRowsWhileRunning) : MostRowsWhileRunning;
        (_someTraining, _someTest) = (Some(_training, most), _test is null ? null : Some(_test, most));
        _isSmall = definition.ParameterCount * (_someTraining.Rows + (_someTest?.Rows ?? 0)) < 5_000_000;
        _order = new(_training.Rows, _seed, epoch: 1);
        foreach (RunChange change in _changes.Where(change => change.Parameter is not null))
        {
            ParameterName.Parse(change.Parameter!, definition); // now, not when its step has come
        }

        MakeDue();
        (Evaluation training, Evaluation? test) = Measure(_training, _test);
        _latest = Snap(training, test, isRunning: false, pace: 0);
    }

    /// <summary>There is a new snapshot. Raised on the training thread: be brief.</summary>
    public event Action? Changed;

    /// <summary>The newest snapshot.</summary>
    public Snapshot Latest => _latest;

    /// <summary>Whether there are steps to be made, or the last of them to be shown.</summary>
    public bool IsBusy => _latest is { Failure: null, Step: var shown } && shown < Interlocked.Read(ref _goal);

    /// <summary>Whether the thread has ended, or never began.</summary>
    public bool IsStopped => _thread is not { IsAlive: true };

    /// <summary>What the training step does beside following the gradient. Small networks run on one thread; large ones leave a processor to the page.</summary>
    public static TrainingStepOptions Options(PageState state, NetworkDefinition definition) => new()
    {
        L1 = state.L1,
        L2 = state.L2,
        Seed = state.Seed,
        Threads = definition.ParameterCount < 50_000 ? 1 : Math.Max(1, Environment.ProcessorCount - 1),
    };

    /// <summary>Trains until told otherwise, or as far as an address can say.</summary>
    /// <param name="speed">The steps a second; 0: as fast as it goes.</param>
    public void Play(double speed = 0) => RunTo(PageLimits.MostSteps, speed);

    /// <summary>Goes on with other rates: from the next step on, without a new beginning.</summary>
    public void Tune(TrainingRates rates) => Ask(new(0, rates));

    /// <summary>Sets a parameter by hand; training goes on from there.</summary>
    public void Edit(ParameterName parameter, float value) => Ask(new(0, null, parameter.ToString(), value));

    private void Ask(RunChange change)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _asked.Enqueue(change);
            if (_thread is null) // nobody else is at it
            {
                TakeChanges();
            }
        }

        _wake?.Set();
    }

    /// <summary>Stops after the step that is being made.</summary>
    public void Pause() => RunTo(0);

    /// <summary>Makes a step more.</summary>
    public void StepOnce() => RunTo(Latest.Step + 1);

    /// <summary>Goes on to the end of the epoch.</summary>
    public void RunEpoch() => RunTo(((Latest.Step / _sampler.Count) + 1) * _sampler.Count);

    /// <summary>Trains until so many steps are made in all, of <see cref="PageLimits.MostSteps"/> at most.</summary>
    /// <param name="step">So many.</param>
    /// <param name="speed">The steps a second; 0: as fast as it goes.</param>
    public void RunTo(long step, double speed = 0)
    {
        step = Math.Min(step, PageLimits.MostSteps);
        lock (_gate)
        {
            if (_isDisposed || (_thread is null && _isAtRest && step <= _done))
            {
                return;
            }

            Volatile.Write(ref _speed, speed);
            Volatile.Write(ref _goal, step);
            if (_inSlices || OperatingSystem.IsBrowser())
            {
                if (!_isSlicing)
                {
                    _ = WorkInSlices();
                }
            }
            else if (_thread is null)
            {
                _wake = new(false);
                _thread = new(Work) { IsBackground = true, Name = "training" };
                _thread.Start();
            }
        }

        _wake?.Set();
    }

    /// <summary>Ends the training; the thread gives back its buffers.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            Volatile.Write(ref _goal, 0);
            if (_thread is null && !_isSlicing)
            {
                _step.Dispose();
                return;
            }
        }

        _wake?.Set();
    }

    private void Work()
    {
        using TrainingStep<float> step = _step;
        while (!Volatile.Read(ref _isDisposed))
        {
            try
            {
                TakeChanges();
            }
            catch (Exception error)
            {
                Fail(error);
            }

            if (_done < Volatile.Read(ref _goal) && _latest.Failure is null)
            {
                Run(Timeout.InfiniteTimeSpan);
            }
            else
            {
                _wake!.WaitOne();
            }
        }
    }

    private async Task WorkInSlices()
    {
        _isSlicing = true;
        while (!_isDisposed && _latest.Failure is null && (_done < _goal || !_isAtRest))
        {
            await OneThread.Pause((int)Math.Clamp(1000 * Rest / Stopwatch.Frequency, 1, 50)); // what the browser has to do meanwhile is done
            Run(s_slice);
        }

        _isSlicing = false;
        if (_isDisposed)
        {
            _step.Dispose();
        }
    }

    /// <summary>Makes steps until the goal is reached or the time is over.</summary>
    private void Run(TimeSpan time)
    {
        long from = Stopwatch.GetTimestamp(), end = time == Timeout.InfiniteTimeSpan ? long.MaxValue : from + (long)(time.TotalSeconds * Stopwatch.Frequency);
        if (_isAtRest)
        {
            (_begun, _shown, _measured, _pause, _doneThen, _isAtRest) = (from, from, from, Stopwatch.Frequency / MostMeasures, _done, false);
            _due = from; // the first step is made at once, the second waits
        }

        try
        {
            if (_isOwed)
            {
                MeasureSome(from);
            }

            while (_done < Volatile.Read(ref _goal))
            {
                if (Rest is > 0 and var rest)
                {
                    if (_inSlices)
                    {
                        return;
                    }

                    _wake!.WaitOne(TimeSpan.FromSeconds(Math.Min((double)rest / Stopwatch.Frequency, MostSecondsAsleep))); // or until something else is asked for
                    TakeChanges();
                    continue;
                }

                RunStep();
                long now = Stopwatch.GetTimestamp();
                double speed = Volatile.Read(ref _speed);
                _due = speed == 0 ? 0 : Math.Max(_due, now - (long)(Stopwatch.Frequency / speed)) + (long)(Stopwatch.Frequency / speed);
                bool isDue = now - _measured >= _pause || (_done >= _milestone && _isSmall);
                if (isDue && _inSlices && now + _measuring > end)
                {
                    _isOwed = true; // a slice of its own
                    return;
                }

                if (isDue)
                {
                    MeasureSome(now);
                }

                if (now >= end)
                {
                    return;
                }
            }

            MakeDue(); // what was set by hand after the last step
            (Evaluation all, Evaluation? allTest) = Measure(_training, _test);
            _isAtRest = true;
            Publish(Snap(all, allTest, isRunning: false, pace: 0));
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    /// <summary>Whatever goes wrong ends this run, with a sentence, and not the process that has other tabs too.</summary>
    private void Fail(Exception error)
    {
        _isAtRest = true;
        Publish(_latest with
        {
            IsRunning = false,
            StepsPerSecond = 0,
            Failure = error is DivergenceException divergence
                ? $"Training diverged at step {divergence.Step:N0}: a number of {(divergence.Layer == 0 ? "the inputs" : $"layer {divergence.Layer}")} is not finite any more. What is shown is the last moment before. Give a lower “Learning rate” under “Training” (or other layers, or fewer outliers in the data): the run then begins anew."
                : $"Training has ended at step {_done:N0} by a mistake of this program, which please report ({error.GetType().Name}: {error.Message}). What is shown is the last moment before; Reset begins the run anew.",
        });
    }

    /// <summary>Measures as much as there is time for while training runs, and shows it if the last snapshot is old enough.</summary>
    private void MeasureSome(long now)
    {
        (Evaluation training, Evaluation? test) = Measure(_someTraining, _someTest);
        if (now - _shown >= Stopwatch.Frequency / MostSnapshots)
        {
            Publish(Snap(training, test, isRunning: true, (_done - _doneThen) / Stopwatch.GetElapsedTime(_begun, now).TotalSeconds));
            (_shown, _begun, _doneThen) = (now, Stopwatch.GetTimestamp(), _done);
        }

        (_measured, _isOwed) = (Stopwatch.GetTimestamp(), false);
        _measuring = _measured - now;
        _pause = Math.Max(Stopwatch.Frequency / MostMeasures, 12 * _measuring);
        _milestone = (long)(1.1 * _done) + 1;
    }

    /// <summary>How long the next step is to wait for its time; 0 or less: not at all.</summary>
    private long Rest => Volatile.Read(ref _speed) == 0 ? 0 : Math.Min(_due - Stopwatch.GetTimestamp(), (long)(Stopwatch.Frequency / Volatile.Read(ref _speed)));

    /// <summary>Makes what was asked for, before the next step, and tells of it.</summary>
    private void TakeChanges()
    {
        if (_asked.IsEmpty)
        {
            return;
        }

        _changes.RemoveRange(_changed, _changes.Count - _changed); // what an address has said of later is no more
        bool isEdited = false;
        while (_asked.TryDequeue(out RunChange? asked))
        {
            RunChange change = asked with { Step = _done };
            int same = _changes.FindIndex(before => before.Step == _done && before.Parameter == change.Parameter);
            if (change.Rates is { } rates && _done == 0)
            {
                _firstRates = rates;
            }
            else if (same >= 0)
            {
                _changes[same] = change;
            }
            else if (_changes.Count < RunChange.Most)
            {
                _changes.Add(change);
            }
            else
            {
                continue; // no address would say it
            }

            Make(change);
            isEdited |= change.Parameter is not null;
        }

        _changed = _changes.Count;
        Snapshot now = _latest with { Rates = _firstRates, Then = RunChange.Format(_changes) };
        if (isEdited)
        {
            (Evaluation training, Evaluation? test) = _isAtRest ? Measure(_training, _test) : Measure(_someTraining, _someTest);
            now = Snap(training, test, now.IsRunning, now.StepsPerSecond);
        }

        Publish(now);
    }

    /// <summary>Makes the changes whose step has come.</summary>
    private void MakeDue()
    {
        for (; _changed < _changes.Count && _changes[_changed].Step <= _done; _changed++)
        {
            Make(_changes[_changed]);
        }
    }

    private void Make(RunChange change)
    {
        if (change.Rates is { } rates)
        {
            _rates = rates;
            _step.Penalise(rates.L1, rates.L2);
        }
        else
        {
            _network.Set(ParameterName.Parse(change.Parameter!, _network.Definition), change.Value);
        }
    }

    private void RunStep()
    {
        TakeChanges();
        MakeDue();
        (long epoch, int batch) = (Math.DivRem(_done, _sampler.Count).Quotient + 1, (int)(_done % _sampler.Count));
        if (batch == 0)
        {
            _order = new(_training.Rows, _seed, epoch);
        }

        (int first, int samples) = _sampler[batch];
        _step.Run(_training, _order, first, samples, _rates.LearningRate, epoch);
        _done++;
    }

    private void Publish(Snapshot snapshot)
    {
        if (!Volatile.Read(ref _isDisposed))
        {
            _latest = snapshot;
            Changed?.Invoke();
        }
    }

    private (Evaluation Training, Evaluation? Test) Measure(Dataset<float> training, Dataset<float>? test)
    {
        Evaluation ofTraining = _evaluator.Evaluate(training);
        Evaluation? ofTest = test is null ? null : _evaluator.Evaluate(test);
        Add(new(_done, ofTraining.Loss, ofTest?.Loss ?? double.NaN, Accuracy(ofTest ?? ofTraining)));
        return (ofTraining, ofTest);
    }

    private Snapshot Snap(Evaluation training, Evaluation? test, bool isRunning, double pace) =>
        new(_network.Clone(), _done, _sampler.Count, training, test, [.. _curve], isRunning, pace, null,
            _firstRates, RunChange.Format(_changes), _step.Steps, _step.GetMoments());

    private static double Accuracy(Evaluation evaluation) => evaluation.Confusion is null ? double.NaN : evaluation["accuracy"];

    /// <summary>Adds a point; the last one moves on until it is far enough from the one before it.</summary>
    private void Add(LossPoint point)
    {
        bool isCrowded = _curve.Count > 1 && _curve[^1].Step - _curve[^2].Step < _curveSpacing;
        if (isCrowded || (_curve.Count > 0 && _curve[^1].Step == point.Step))
        {
            _curve.RemoveAt(_curve.Count - 1);
        }

        _curve.Add(point);
        if (_curve.Count >= MostPoints)
        {
            LossPoint[] kept = [.. _curve.Where((_, index) => index % 2 == 0)];
            _curveSpacing = Math.Max(1, (kept[^1].Step - kept[0].Step) / kept.Length);
            _curve.Clear();
            _curve.AddRange(kept);
        }
    }

    private static Dataset<float> Some(Dataset<float> data, int most) => data.Rows <= most
        ? data
        : data.Select([.. Enumerable.Range(0, most).Select(n => (int)((long)n * data.Rows / most))]);

    /// <summary>The rows, of all, that the next step learns from.</summary>
    public static int[] NextBatch(Problem problem, PageState state, long step)
    {
        (RowPermutation order, _, int first, int samples) = BatchOf(problem, state, step);
        int[] rows = new int[samples];
        order.CopyTo(rows, first);
        return Array.ConvertAll(rows, row => problem.TrainingRows[row]);
    }

    /// <summary>What the step after a moment will make of a parameter; null where it will diverge.</summary>
    public static UpdateExplanation? NextUpdate(Problem problem, PageState state, Snapshot now, ParameterName parameter)
    {
        TrainingRates rates = (state.With(now.Rates) with { Then = now.Then }).RatesAt(now.Step);
        (RowPermutation order, long epoch, int first, int samples) = BatchOf(problem, state, now.Step);
        using var step = new TrainingStep<float>(
            now.Network, Optimizer.Create(state.Optimizer, state.OptimizerOptions), Math.Min(state.BatchSize, problem.Training.Rows), Options(state.With(rates), now.Network.Definition) with { Threads = 1 });
        step.Restore(now.Updates, now.Moments);
        try
        {
            return step.Explain(parameter, problem.Training, order, first, samples, rates.LearningRate, epoch);
        }
        catch (DivergenceException)
        {
            return null;
        }
    }

    private static (RowPermutation Order, long Epoch, int First, int Samples) BatchOf(Problem problem, PageState state, long step)
    {
        var sampler = new BatchSampler(problem.Training.Rows, Math.Min(state.BatchSize, problem.Training.Rows));
        long epoch = (step / sampler.Count) + 1;
        (int first, int samples) = sampler[(int)(step % sampler.Count)];
        return (new(problem.Training.Rows, state.Seed, epoch), epoch, first, samples);
    }
}
