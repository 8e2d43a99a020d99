using System.Diagnostics;
using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Optimizers.Schedules;

namespace Backprop.Training;

/// <summary>Epochs of training steps, with validation after each. The network ends with the best validation epoch's weights (by accuracy, then loss), or the last ones without validation.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Trainer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What a roll-back leaves of the learning rate.</summary>
    private const double RollBackFactor = 0.5;

    /// <summary>A loss of so many times the least before is not rolled back to.</summary>
    private const double SpikeFactor = 3;

    /// <summary>The most roll-backs to one checkpoint.</summary>
    private const int MostRollBacks = 10;

    private readonly Dataset<T> _training;
    private readonly Dataset<T>? _validation;
    private readonly TrainerOptions _options;
    private readonly Optimizer _optimizer;
    private readonly Evaluator<T> _evaluator;

    private long _stepsRun;
    private double _seconds;
    private int _earlier;
    private Checkpoint<T>? _lastGood;

    /// <summary>Plans a run.</summary>
    /// <param name="network">What is trained.</param>
    /// <param name="training">The rows to learn from.</param>
    /// <param name="validation">The rows to choose the best epoch by; null: none.</param>
    /// <param name="optimizer">How parameters follow the gradient.</param>
    /// <param name="options">How long and in what order.</param>
    /// <param name="evaluator">Measures the validation data; null: in the data's own units.</param>
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    /// <exception cref="UsageException">An option out of its range.</exception>
    public Trainer(Network<T> network, Dataset<T> training, Dataset<T>? validation, Optimizer optimizer, TrainerOptions? options = null, Evaluator<T>? evaluator = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(optimizer);
        _options = options ?? new();
        _options.Validate();
        Propagation.Fit.Require(network.Definition, training, targets: true);
        if (validation is not null)
        {
            Propagation.Fit.Require(network.Definition, validation, targets: true);
        }

        (Network, _training, _validation, _optimizer) = (network, training, validation, optimizer);
        _evaluator = evaluator ?? new(network);
    }

    /// <summary>What is trained.</summary>
    public Network<T> Network { get; }

    /// <summary>After every epoch.</summary>
    public event Action<EpochResult>? EpochCompleted;

    /// <summary>After every step, on the training thread: be brief.</summary>
    public event Action<StepProgress>? StepCompleted;

    /// <summary>After every epoch, and after every <see cref="TrainerOptions.CheckpointEvery"/> steps, if anybody listens: the whole state.</summary>
    public event Action<Checkpoint<T>>? CheckpointReached;

    /// <summary>After a divergence that training went on from, if <see cref="TrainerOptions.RollBack"/> asks for it.</summary>
    public event Action<RollBack>? RolledBack;

    /// <summary>Trains.</summary>
    /// <param name="resume">Where to go on; null: from the beginning.</param>
    /// <param name="cancellation">Asks training to stop after a step.</param>
    /// <exception cref="DivergenceException">A loss or a parameter is not finite any more, and rolling back is not asked for or has not helped; the network holds the best weights so far.</exception>
    public TrainingResult Run(Checkpoint<T>? resume = null, CancellationToken cancellation = default)
    {
        (_stepsRun, _seconds, _earlier, _lastGood) = (0, 0, resume?.History.Count ?? 0, resume);
        for (int again = 0; ;)
        {
            Checkpoint<T>? from = _lastGood;
            try
            {
                return RunFrom(from, cancellation);
            }
            catch (DivergenceException error) when (_options.RollBack)
            {
                again = ReferenceEquals(from, _lastGood) ? again + 1 : 1;
                if (again > MostRollBacks)
                {
                    throw;
                }

                _lastGood = _lastGood!.WithRateFactor(_lastGood.RateFactor * RollBackFactor);
                RolledBack?.Invoke(new(error, _lastGood.Step, _optimizer.LearningRate * _lastGood.RateFactor));
            }
        }
    }

    private TrainingResult RunFrom(Checkpoint<T>? resume, CancellationToken cancellation)
    {
        var sampler = new BatchSampler(_training.Rows, Math.Min(_options.BatchSize, _training.Rows));
        LearningRateSchedule schedule = LearningRateSchedule.Parse(_options.Schedule);
        long allSteps = (long)sampler.Count * _options.Epochs;
        using var step = new TrainingStep<T>(Network, _optimizer, sampler.BatchSize, _options.Step with { Seed = _options.Seed });
        Network<T> best = Network.Clone();
        var history = new List<EpochResult>();
        EpochResult? kept = null;
        long steps = 0;
        double firstLoss = resume?.FirstLoss ?? double.NaN;
        StopReason reason = StopReason.Finished;
        int sinceBest = 0, firstEpoch = 1;
        if (resume is not null)
        {
            Restore(resume, step, best, schedule);
            history.AddRange(resume.History);
            kept = history.LastOrDefault(epoch => epoch.IsBest);
            sinceBest = kept is null ? 0 : history.Count - kept.Epoch;
            steps = resume.Step;
            (firstEpoch, reason) = resume.Ended is { } ended ? (_options.Epochs + 1, ended) : (resume.Epoch, StopReason.Finished);
        }

        void Save(int epoch, int batch, double epochLoss, StopReason? ended)
        {
            if ((CheckpointReached is null && !_options.RollBack) || (_options.RollBack && IsSpike()))
            {
                return; // what is on its way to infinity is nothing to go back to
            }

            bool IsSpike() => (batch == 0 ? history[^1].Loss : epochLoss / (batch * sampler.BatchSize)) > SpikeFactor * history.Select(result => result.Loss).Append(firstLoss).Min();

            _lastGood = State(epoch, batch, epochLoss, ended);
            CheckpointReached?.Invoke(_lastGood);
        }

        Checkpoint<T> State(int epoch, int batch, double epochLoss, StopReason? ended) => new()
        {
            Epoch = epoch,
            Batch = batch,
            Step = steps,
            Updates = step.Steps,
            EpochLoss = epochLoss,
            RateFactor = resume?.RateFactor ?? 1,
            FirstLoss = firstLoss,
            ScheduleState = schedule.State,
            Ended = ended,
            History = [.. history],
            Parameters = Network.Parameters.Span.ToArray(),
            Best = best.Parameters.Span.ToArray(),
            Moments = [.. step.Moments.Select(moment => moment.Span.ToArray())],
        };

        TrainingResult End()
        {
            if (_validation is not null && kept is not null)
            {
                Network.CopyFrom(best);
            }

            return new(history, _earlier, kept, _stepsRun, _seconds, step.Threads, reason);
        }

        if (_options.RollBack && resume is null)
        {
            _lastGood = State(1, 0, 0, null);
        }

        int firstRow = (resume?.Batch ?? 0) * sampler.BatchSize;
        for (int epoch = firstEpoch; epoch <= _options.Epochs; epoch++)
        {
            bool goesOn = resume is not null && epoch == resume.Epoch;
            double epochLoss = goesOn ? resume!.EpochLoss : 0, rate = 0;
            long begin = Stopwatch.GetTimestamp();
            RowPermutation order = _options.Shuffle ? new(_training.Rows, _options.Seed, epoch) : RowPermutation.FileOrder(_training.Rows);
            int firstBatch = goesOn ? resume!.Batch : 0, rows = 0, batch = firstBatch;
            for (; batch < sampler.Count && reason != StopReason.MaxTime; batch++)
            {
                if (cancellation.IsCancellationRequested)
                {
                    reason = StopReason.Cancelled;
                    _seconds += Stopwatch.GetElapsedTime(begin).TotalSeconds;
                    Save(epoch, batch, epochLoss, null);
                    return End();
                }

                (int start, int samples) = sampler[batch];
                rate = _optimizer.LearningRate * schedule.At(steps, allSteps) * Warmup.At(steps, _options.WarmupSteps) * (resume?.RateFactor ?? 1);
                double loss;
                try
                {
                    loss = step.Run(_training, order, start, samples, rate, epoch);
                }
                catch (DivergenceException)
                {
                    Network.CopyFrom(best);
                    throw;
                }

                firstLoss = steps == 0 ? loss : firstLoss;
                steps++;
                _stepsRun++;
                epochLoss += loss * samples;
                if (_options.CheckpointEvery > 0 && steps % _options.CheckpointEvery == 0 && batch + 1 < sampler.Count)
                {
                    Save(epoch, batch + 1, epochLoss, null);
                }

                rows = start + samples;
                if (StepCompleted is null && _options.MaxSeconds is null)
                {
                    continue; // nobody asks what time it is
                }

                double now = _seconds + Stopwatch.GetElapsedTime(begin).TotalSeconds;
                StepCompleted?.Invoke(new(epoch, _options.Epochs, batch + 1, sampler.Count, loss, (((epoch - firstEpoch) * (double)_training.Rows) + rows - firstRow) / Math.Max(1e-9, now)));
                if (now >= _options.MaxSeconds && steps < allSteps)
                {
                    reason = StopReason.MaxTime; // what is done of this epoch counts as one
                }
            }

            double epochSeconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            _seconds += epochSeconds;
            Evaluation? validation = _validation is null ? null : _evaluator.Evaluate(_validation);
            epochLoss /= rows;
            double watched = validation?.Loss ?? epochLoss;
            schedule.AfterEpoch(watched);
            bool isBest = _validation is null || kept is null || IsBetter(validation!, kept.Validation!);
            var result = new EpochResult(epoch, epochLoss, validation, rate, epochSeconds, batch - firstBatch, isBest);
            history.Add(result);
            sinceBest = isBest ? 0 : sinceBest + 1;
            if (isBest)
            {
                kept = result;
                best.CopyFrom(Network);
            }

            EpochCompleted?.Invoke(result);
            if (_options.EarlyStopping is { } patience && _validation is not null && sinceBest >= patience)
            {
                reason = StopReason.EarlyStopping;
                Save(epoch + 1, 0, 0, reason);
                break;
            }

            if (reason == StopReason.MaxTime)
            {
                Save(epoch + 1, 0, 0, reason);
                break;
            }

            Save(epoch + 1, 0, 0, null);
        }

        return End();
    }

    private void Restore(Checkpoint<T> state, TrainingStep<T> step, Network<T> best, LearningRateSchedule schedule)
    {
        if (state.Parameters.Length != Network.Parameters.Length || state.Best.Length != Network.Parameters.Length || state.Moments.Length != step.Moments.Length || state.Moments.Any(moment => moment.Length != Network.Parameters.Length))
        {
            throw new ModelException($"the checkpoint does not belong to the network {Network.Definition} with optimizer {_optimizer.Name}");
        }

        state.Parameters.CopyTo(Network.Parameters.Span);
        Network.Touch();
        state.Best.CopyTo(best.Parameters.Span);
        for (int moment = 0; moment < state.Moments.Length; moment++)
        {
            state.Moments[moment].CopyTo(step.Moments[moment].Span);
        }

        step.Steps = state.Updates;
        schedule.State = state.ScheduleState;
    }

    /// <summary>Classes: more of them right, or as many at a lower loss; values: a lower loss.</summary>
    private static bool IsBetter(Evaluation now, Evaluation before) => now.Confusion is not null && now["accuracy"] != before["accuracy"]
        ? now["accuracy"] > before["accuracy"]
        : now.Loss < before.Loss;
}
