using System.Diagnostics;
using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Optimizers.Schedules;
using Backprop.Propagation;
using Backprop.Propagation.Schedules;

namespace Backprop.Training;

/// <summary>
/// Epochs of training steps, with validation after each. The network ends with the weights of the epoch that is best by the watched figure
/// (<see cref="TrainerOptions.KeepBy"/>), or of the last finished one without validation.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Trainer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What a roll-back leaves of the learning rate.</summary>
    private const double RollBackFactor = 0.5;

    /// <summary>A loss of so many times the least before is not rolled back to; nor, where losses fall below 0, one that has gone so far of the way back to the first.</summary>
    private const double SpikeFactor = 3, SpikeShare = 0.1;

    /// <summary>Milliseconds from one look at progress to the next.</summary>
    private const int ProgressEvery = 100;

    /// <summary>Steps after which it can be told how long a row takes; the first ones compile and wake threads.</summary>
    private const int StepsToTell = 16;

    /// <summary>The most roll-backs to one checkpoint.</summary>
    private const int MostRollBacks = 10;

    private readonly Dataset<T> _training;
    private readonly Dataset<T>? _validation;
    private readonly TrainerOptions _options;
    private readonly TrainingMethod _method;
    private readonly Evaluator<T> _evaluator;
    private readonly WatchedFigure _watched;

    private IReadOnlyDictionary<string, string>? _identity;
    private long _began, _epochBegan, _stepsRun;
    private double _seconds, _validating, _saving, _perRow;
    private double? _maxSeconds;
    private int _earlier;
    private volatile bool _isProgressDue;
    private CheckpointWriting<T>? _writing;
    private Checkpoint<T>? _lastGood;

    /// <summary>Plans a run.</summary>
    /// <param name="network">What is trained.</param>
    /// <param name="training">The rows to learn from.</param>
    /// <param name="validation">The rows to choose the best epoch by; null: none.</param>
    /// <param name="optimizer">How parameters follow the gradient: an <see cref="Optimizer"/> batch after batch, a <see cref="Minimizer"/> by all rows at once.</param>
    /// <param name="options">How long and in what order.</param>
    /// <param name="evaluator">Of the same network: measures the validation data, on the threads that steps run on; null: in the data's own units.</param>
    /// <exception cref="DataException">Data that do not fit the network, or whose weights are all 0.</exception>
    /// <exception cref="UsageException">An option out of its range, early stopping without validation rows, or an average with batch norms and batches of one row.</exception>
    /// <exception cref="ArgumentException">An evaluator of another network, or of several.</exception>
    public Trainer(Network<T> network, Dataset<T> training, Dataset<T>? validation, TrainingMethod optimizer, TrainerOptions? options = null, Evaluator<T>? evaluator = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(optimizer);
        _options = options ?? new();
        _options.Validate();
        Fit.Require(network.Definition, training, targets: true);
        RequireWeight(training, "training");
        if (validation is not null)
        {
            Fit.Require(network.Definition, validation, targets: true);
            RequireWeight(validation, "validation");
        }
        else if (_options.EarlyStopping is not null)
        {
            throw new UsageException("early-stopping needs validation rows: it stops when a figure of theirs becomes no better");
        }

        if (_options.Average is not null && network.State.Length > 0 && Math.Min(_options.BatchSize, training.Rows) == 1)
        {
            throw new UsageException("average takes batch_norm's running statistics from batches: of one row each they have no variance, a batch-size of at least 2 expected") { Settings = ["Average", "BatchSize"] };
        }

        if (evaluator is not null && !evaluator.IsOf(network))
        {
            throw new ArgumentException("the evaluator measures another network, or an ensemble: one of the very network that is trained expected", nameof(evaluator));
        }

        (Network, _training, _validation, _method) = (network, training, validation, optimizer);
        _evaluator = evaluator ?? new(network);
        _watched = new(_options.KeepBy);
    }

    /// <summary>What is trained.</summary>
    public Network<T> Network { get; }

    /// <summary>What it learns from.</summary>
    public Dataset<T> Training => _training;

    /// <summary>After every epoch.</summary>
    public event Action<EpochResult>? EpochCompleted;

    /// <summary>After every step, on the training thread: be brief.</summary>
    public event Action<StepProgress>? StepCompleted;

    /// <summary>After a step about ten times a second, on the training thread: what a person wants to see. A step that is not told of costs nothing.</summary>
    public event Action<StepProgress>? Progressed;

    /// <summary>After every epoch, and after every <see cref="TrainerOptions.CheckpointEvery"/> steps, if anybody listens: the whole state, on the training thread, which waits.</summary>
    public event Action<Checkpoint<T>>? CheckpointReached;

    /// <summary>
    /// Writes the same states to where they last: on another thread while training goes on, one at a time and in their order. A run ends, however it ends, when all are written.
    /// A <see cref="DataException"/> is told by <see cref="CheckpointWritten"/>; whatever else is thrown ends the run.
    /// </summary>
    public Action<Checkpoint<T>>? CheckpointWriter { get; set; }

    /// <summary>After <see cref="CheckpointWriter"/> has returned, on the training thread: that a checkpoint is written, or why it is not.</summary>
    public event Action<Checkpoint<T>, DataException?>? CheckpointWritten;

    /// <summary>After a divergence that training went on from, if <see cref="TrainerOptions.RollBack"/> asks for it.</summary>
    public event Action<RollBack>? RolledBack;

    /// <summary>Which run it is: everything that decides its bits, by name.</summary>
    public IReadOnlyDictionary<string, string> Identity => _identity ??= RunIdentity.Of(Network.Definition, _method, _options, _training, _validation);

    /// <summary>Refuses a checkpoint that this run cannot go on from to the bits that it would have had.</summary>
    /// <exception cref="ModelException">It is of another run: another network, other rows, or other options that decide bits; which.</exception>
    public void RequireSameRun(Checkpoint<T> checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        RunIdentity.Require(Identity, checkpoint.Identity);
        if (checkpoint.Epoch > _options.Epochs + 1)
        {
            throw new ModelException($"the run has finished {checkpoint.Epoch - 1} epochs, it cannot be made shorter: {_options.Epochs} asked for");
        }
    }

    /// <summary>Trains.</summary>
    /// <param name="resume">Where to go on; null: from the beginning. One that ended because its time was up ends again, unless it is <see cref="Checkpoint{T}.Reopened"/>.</param>
    /// <param name="cancellation">Asks training to stop after a step.</param>
    /// <exception cref="DivergenceException">A loss or a parameter is not finite any more, and rolling back is not asked for or has not helped; the network holds the best weights so far.</exception>
    /// <exception cref="ModelException">The checkpoint is of another run: another network, other rows, or other options that decide bits.</exception>
    /// <exception cref="UsageException">The validation rows do not have the figure that is watched.</exception>
    public TrainingResult Run(Checkpoint<T>? resume = null, CancellationToken cancellation = default) => Run(resume, _options.MaxSeconds, cancellation);

    /// <summary>The same within other seconds than those of the options.</summary>
    internal TrainingResult Run(Checkpoint<T>? resume, double? maxSeconds, CancellationToken cancellation)
    {
        _maxSeconds = maxSeconds;
        _began = Stopwatch.GetTimestamp();
        if (resume is not null)
        {
            RequireSameRun(resume);
        }

        (_stepsRun, _seconds, _validating, _saving, _perRow, _earlier, _lastGood) = (0, 0, 0, 0, double.PositiveInfinity, resume?.History.Count ?? 0, resume?.RollBackTo ?? resume);
        if (_options.KeepBy != WatchedFigure.Loss && Validate() is { } untrained)
        {
            _watched.Require(untrained); // better known now than after an epoch
        }

        _writing = CheckpointWriter is { } write ? new(write, (checkpoint, error) => CheckpointWritten?.Invoke(checkpoint, error)) : null;
        RunningTrainers.Enter();
        try
        {
            return RunAgain(resume, cancellation);
        }
        finally
        {
            RunningTrainers.Leave();
            _writing?.Finish();
        }
    }

    private TrainingResult RunAgain(Checkpoint<T>? resume, CancellationToken cancellation)
    {
        Checkpoint<T>? from = resume;
        for (int again = 0; ; from = _lastGood)
        {
            try
            {
                return RunFrom(from, cancellation);
            }
            catch (DivergenceException error) when (_options.RollBack)
            {
                again = ReferenceEquals(from, _lastGood) || ReferenceEquals(from?.RollBackTo, _lastGood) ? again + 1 : 1;
                if (again > MostRollBacks)
                {
                    throw;
                }

                _lastGood = _lastGood!.WithRateFactor(_lastGood.RateFactor * RollBackFactor);
                _earlier = Math.Min(_earlier, _lastGood.History.Count);
                RolledBack?.Invoke(new(error, _lastGood.Step, _lastGood.History.Count, _method.LearningRate * _lastGood.RateFactor));
            }
        }
    }

    private TrainingResult RunFrom(Checkpoint<T>? resume, CancellationToken cancellation)
    {
        var sampler = new BatchSampler(_training.Rows, _method.BatchSize((int)Math.Min((long)_options.BatchSize * _options.Step.Accumulate, int.MaxValue), _training.Rows)); // a batch of it is what a step takes
        LearningRateSchedule schedule = LearningRateSchedule.Parse(_options.Schedule);
        long allSteps = (long)sampler.Count * _options.Epochs;
        using ITrainingStep<T> step = _method.Plan(Network, _training, Math.Min(_options.BatchSize, sampler.BatchSize), _options.Step with { Seed = _options.Seed });
        using PredictionPlan<T>? validating = _validation is null ? null : _evaluator.PlanOn(step.Team);
        using Timer? progressClock = Progressed is null ? null : new(_ => _isProgressDue = true, null, 0, ProgressEvery);
        var average = WeightAverage<T>.Of(_options.Average, Network, _options.Epochs);
        using RunningStatistics<T>? statistics = average is null ? null : RunningStatistics<T>.Of(Network, _training, _options.BatchSize, _options.Step with { Seed = _options.Seed });
        Network<T> best = Network.Clone(); // the kept epoch's weights; those of the last finished one while none has a finite figure
        EpochHistory history = new(resume?.History ?? []);
        EpochResult? kept = resume?.Kept, last = null;
        long steps = resume?.Step ?? 0;
        double firstLoss = resume?.FirstLoss ?? double.NaN, leastLoss = resume?.LeastLoss ?? double.PositiveInfinity;
        StopReason reason = resume?.Ended ?? StopReason.Finished;
        int sinceBest = resume?.SinceBest ?? 0, firstEpoch = resume?.Epoch ?? 1;
        if (resume is not null)
        {
            Restore(resume, step, best, schedule);
            average?.Restore(resume.Averaged, resume.Average);
            last = history.Count > 0 ? history[^1] : null;
        }

        void Save(int epoch, int batch, double epochLoss, double epochWeight, double epochSeconds, double rate, StopReason? ended, bool isRegular = true)
        {
            double newest = batch == 0 ? last?.Loss ?? double.NaN : epochLoss / epochWeight; // NaN, before anything is known, is no spike
            if ((CheckpointReached is null && _writing is null && !_options.RollBack) || (_options.RollBack && IsSpike(newest, leastLoss, firstLoss)))
            {
                return; // what is on its way to infinity is nothing to go back to
            }

            long begin = Stopwatch.GetTimestamp();
            Checkpoint<T> state = State(epoch, batch, epochLoss, epochWeight, epochSeconds, rate, ended);
            if (isRegular)
            {
                _lastGood = state;
            }

            Checkpoint<T> told = isRegular || !_options.RollBack ? state : state with { RollBackTo = _lastGood }; // a run that was not stopped here would go back to that
            CheckpointReached?.Invoke(told);
            _writing?.Begin(told);
            _saving = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        }

        Checkpoint<T> State(int epoch, int batch, double epochLoss, double epochWeight, double epochSeconds, double rate, StopReason? ended)
        {
            (string numbers, T[][] moments) = step.Save();
            (long averaged, T[]? mean) = average is null ? (0, null) : average.Save();
            return new()
            {
                Identity = Identity,
                Epoch = epoch,
                Batch = batch,
                Step = steps,
                Updates = step.Steps,
                EpochLoss = epochLoss,
                EpochWeight = epochWeight,
                EpochSeconds = epochSeconds,
                Rate = rate,
                RateFactor = resume?.RateFactor ?? 1,
                FirstLoss = firstLoss,
                LeastLoss = leastLoss,
                SinceBest = sinceBest,
                ScheduleState = schedule.State,
                Ended = ended,
                Kept = kept,
                History = history,
                Parameters = Network.Parameters.Span.ToArray(),
                Best = best.Parameters.Span.ToArray(),
                State = Network.State.Span.ToArray(),
                BestState = best.State.Span.ToArray(),
                Moments = moments,
                StepState = numbers,
                Averaged = averaged,
                Average = mean,
            };
        }

        TrainingResult End()
        {
            if (last is not null)
            {
                Network.CopyFrom(best);
            }

            if (kept?.Validation is not null && ReferenceEquals(kept, resume?.Kept))
            {
                kept = kept with { Validation = _evaluator.Evaluate(_validation!, validating) }; // a checkpoint holds what decides, not the confusion and the like
            }

            return new(history, _earlier, kept ?? last, kept is null || _validation is null ? null : _watched.Name, _stepsRun, _seconds, step.Team.Count, reason);
        }

        if (_options.RollBack && resume is null)
        {
            _lastGood = State(1, 0, 0, 0, 0, 0, null);
        }

        int firstRow = (resume?.Batch ?? 0) * sampler.BatchSize;
        _epochBegan = Stopwatch.GetTimestamp();
        for (int epoch = firstEpoch; epoch <= _options.Epochs; epoch++)
        {
            bool goesOn = resume is not null && epoch == resume.Epoch;
            int firstBatch = goesOn ? resume!.Batch : 0, batch = firstBatch;
            if (reason is StopReason.EarlyStopping or StopReason.Converged || (reason == StopReason.MaxTime && batch == 0))
            {
                break; // it had ended
            }

            double secondsBefore = goesOn ? resume!.EpochSeconds : 0;
            double epochLoss = goesOn ? resume!.EpochLoss : 0, epochWeight = goesOn ? resume!.EpochWeight : 0, rate = goesOn ? resume!.Rate : 0;
            long begin = Stopwatch.GetTimestamp();
            RowPermutation order = _options.Shuffle ? new(_training.Rows, _options.Seed, epoch) : RowPermutation.FileOrder(_training.Rows);
            for (; batch < sampler.Count && reason != StopReason.MaxTime; batch++)
            {
                if (cancellation.IsCancellationRequested)
                {
                    reason = StopReason.Cancelled;
                    _seconds += Stopwatch.GetElapsedTime(begin).TotalSeconds;
                    Save(epoch, batch, epochLoss, epochWeight, secondsBefore + Stopwatch.GetElapsedTime(begin).TotalSeconds, rate, null, isRegular: false);
                    return End();
                }

                (int start, int samples) = sampler[batch];
                rate = _method.LearningRate * schedule.At(steps, allSteps) * Warmup.At(steps, _options.WarmupSteps) * (resume?.RateFactor ?? 1);
                long stepBegan = _maxSeconds is null ? 0 : Stopwatch.GetTimestamp();
                double loss, weight = BatchScales.Sum(_training, order, start, samples);
                try
                {
                    loss = step.Run(_training, order, start, samples, rate, epoch);
                }
                catch (DivergenceException)
                {
                    Network.CopyFrom(best);
                    throw;
                }

                average?.AfterStep();
                _writing?.Look();
                firstLoss = double.IsNaN(firstLoss) && weight > 0 ? loss : firstLoss;
                steps++;
                _stepsRun++;
                epochLoss += loss * weight;
                epochWeight += weight;
                bool isLast = batch + 1 == sampler.Count;
                if (_options.CheckpointEvery > 0 && steps % _options.CheckpointEvery == 0 && !isLast)
                {
                    Save(epoch, batch + 1, epochLoss, epochWeight, secondsBefore + Stopwatch.GetElapsedTime(begin).TotalSeconds, rate, null);
                }

                if (StepCompleted is not null || _isProgressDue)
                {
                    double done = ((epoch - firstEpoch) * (double)_training.Rows) + start + samples - firstRow;
                    var progress = new StepProgress(epoch, _options.Epochs, batch + 1, sampler.Count, loss, done / Math.Max(1e-9, _seconds + Stopwatch.GetElapsedTime(begin).TotalSeconds));
                    StepCompleted?.Invoke(progress);
                    if (_isProgressDue)
                    {
                        _isProgressDue = false;
                        Progressed?.Invoke(progress);
                    }
                }

                if (_maxSeconds is not null && !isLast && IsTimeUp(stepBegan, samples))
                {
                    reason = StopReason.MaxTime; // what is done of this epoch counts as one
                    Save(epoch, batch + 1, epochLoss, epochWeight, secondsBefore + Stopwatch.GetElapsedTime(begin).TotalSeconds, rate, reason, isRegular: false);
                }
            }

            double epochSeconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            _seconds += epochSeconds;
            average?.AfterEpoch(epoch);
            average?.Exchange();
            RunningStatistics<T>? ofMean = average?.IsMean == true ? statistics : null; // running ones are of the weights on their way
            try
            {
                long validationBegan = Stopwatch.GetTimestamp();
                ofMean?.Estimate(epoch);
                double estimating = ofMean is null ? 0 : Stopwatch.GetElapsedTime(validationBegan).TotalSeconds;
                Evaluation? validation = Validate(validating);
                _validating = (validation is null ? 0 : _validating) + estimating;
                long over = Stopwatch.GetTimestamp();
                epochLoss = epochWeight > 0 ? epochLoss / epochWeight : double.NaN;
                schedule.AfterEpoch(validation is null ? epochLoss : _watched.Of(validation));
                bool isBest = validation is null || _watched.IsBetter(validation, kept?.Validation);
                last = new(epoch, epochLoss, validation, rate, secondsBefore + epochSeconds, batch, isBest)
                {
                    ValidationSeconds = validation is null ? 0 : Stopwatch.GetElapsedTime(validationBegan, over).TotalSeconds,
                    WallSeconds = secondsBefore + Stopwatch.GetElapsedTime(_epochBegan, over).TotalSeconds,
                };
                _epochBegan = over;
                history = history.Then(last with { Validation = validation is null ? null : validation with { Confusion = null, WeightedConfusion = null, PerClass = null } });
                leastLoss = epochLoss < leastLoss ? epochLoss : leastLoss;
                sinceBest = isBest ? 0 : sinceBest + 1;
                kept = isBest ? last : kept;
                if (isBest || kept is null)
                {
                    best.CopyFrom(Network);
                }
            }
            finally
            {
                average?.Exchange(); // what is averaged is kept, what is trained goes on
                ofMean?.Restore();
            }

            EpochCompleted?.Invoke(last);
            if (reason == StopReason.MaxTime)
            {
                break; // its checkpoint is the one before the epoch was cut short
            }

            reason = sinceBest >= _options.EarlyStopping ? StopReason.EarlyStopping
                : step.HasConverged ? StopReason.Converged
                : epoch < _options.Epochs && _maxSeconds is not null && IsTimeUp() ? StopReason.MaxTime
                : StopReason.Finished;
            Save(epoch + 1, 0, 0, 0, 0, 0, reason == StopReason.Finished ? null : reason);
            if (reason != StopReason.Finished)
            {
                break;
            }
        }

        return End();
    }

    private Evaluation? Validate(PredictionPlan<T>? plan = null)
    {
        if (_validation is null)
        {
            return null;
        }

        long begin = Stopwatch.GetTimestamp();
        Evaluation validation = _evaluator.Evaluate(_validation, plan);
        _validating = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        return validation;
    }

    /// <summary>The same after a step. As long as nothing was validated, a row of validation is taken to need as long as a row of the fastest step.</summary>
    private bool IsTimeUp(long stepBegan, int samples)
    {
        _perRow = Math.Min(_perRow, Stopwatch.GetElapsedTime(stepBegan).TotalSeconds / samples);
        return IsTimeUp();
    }

    /// <summary>Whether the run must end now to validate and to save once more before its time is up.</summary>
    private bool IsTimeUp()
    {
        double validating = _validating > 0 ? _validating : _validation is null ? 0 : _stepsRun >= StepsToTell ? _perRow * _validation.Rows : 0;
        return Stopwatch.GetElapsedTime(_began).TotalSeconds + validating + _saving + (_writing?.Seconds ?? 0) >= _maxSeconds;
    }

    /// <summary>Whether a loss is on its way to infinity.</summary>
    private static bool IsSpike(double loss, double least, double first) => least > 0
        ? loss > SpikeFactor * Math.Min(least, first)
        : loss - least > ((SpikeFactor - 1) * Math.Abs(least)) + (SpikeShare * Math.Max(0, first - least));

    private static void RequireWeight(Dataset<T> data, string which)
    {
        double sum = BatchScales.Sum(data, RowPermutation.FileOrder(data.Rows), 0, data.Rows);
        if (!(sum > 0) || !double.IsFinite(sum))
        {
            throw new DataException(sum == 0
                ? $"the sample weights of all {data.Rows} {which} rows are 0: nothing counts"
                : $"the sample weights of the {which} rows add up to {sum}: divide them all by one number");
        }
    }

    private void Restore(Checkpoint<T> state, ITrainingStep<T> step, Network<T> best, LearningRateSchedule schedule)
    {
        if (state.Parameters.Length != Network.Parameters.Length || state.Best.Length != Network.Parameters.Length || state.State.Length != Network.State.Length || state.BestState.Length != Network.State.Length)
        {
            throw DoesNotBelong(null);
        }

        state.Parameters.CopyTo(Network.Parameters.Span);
        state.State.CopyTo(Network.State.Span);
        Network.Touch();
        state.Best.CopyTo(best.Parameters.Span);
        state.BestState.CopyTo(best.State.Span);
        best.Touch();
        try
        {
            step.Restore(state.Updates, state.StepState, state.Moments);
        }
        catch (ModelException error)
        {
            throw DoesNotBelong(error);
        }

        schedule.State = state.ScheduleState;
    }

    private ModelException DoesNotBelong(ModelException? why) =>
        new($"the checkpoint does not belong to the network {Network.Definition} with optimizer {_method.Name}{(why is null ? "" : $": {why.Message}")}", why);
}
