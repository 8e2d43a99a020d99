using System.CommandLine;
using Backprop.Cli.Input;
using Backprop.Optimizers.Schedules;
using Backprop.Training;

namespace Backprop.Cli.Commands;

/// <summary>The options of <c>train</c>, their names fixed.</summary>
internal sealed class TrainOptions
{
    public TrainOptions() => Roles = new(Common);

    public CommonOptions Common { get; } = new();

    public RoleOptions Roles { get; }

    public Option<string> Output { get; } = new("--output", "-o") { Description = "The model file", DefaultValueFactory = _ => "model.safetensors", HelpName = "MODEL" };

    public Option<string?> Network { get; } = new("--network") { Description = "Layers as units:activation joined by -, parts behind a comma (128:relu,batch_norm,residual,dropout(0.1)); with the inputs in front it is complete, without them the hidden layers", HelpName = "SPEC" };

    public Option<string?> Loss { get; } = new("--loss") { Description = $"One of {string.Join(", ", Losses.Loss.Names)}; huber:1, quantile:0.9", HelpName = "NAME[:value]" };

    public Option<string?> Optimizer { get; } = new("--optimizer") { Description = $"One of {string.Join(", ", Optimizers.TrainingMethod.Names)}; lbfgs and levenberg_marquardt take all rows at once, an epoch is a step", HelpName = "NAME" };

    public Option<double?> LearningRate { get; } = new("--learning-rate") { Description = "η; the optimizer's own default unless given", HelpName = "NUMBER" };

    public Option<string?> Schedule { get; } = new("--schedule") { Description = $"One of {string.Join(", ", LearningRateSchedule.Names)}; with parameters in parentheses where others are wanted: 'one-cycle(0.2)', 'step(10,0.5)'", HelpName = "NAME" };

    public Option<int?> Warmup { get; } = new("--warmup") { Description = "Steps over which the learning rate rises, from 1 / (STEPS + 1) of it", HelpName = "STEPS" };

    public Option<string?> Average { get; } = new("--average") { Description = "Validate and save a mean of the weights: ema:0.999 over steps, or swa over the epochs of the last quarter; batch norms take the statistics of the rows by that mean", HelpName = "ema:DECAY|swa" };

    public Option<int?> BatchSize { get; } = new("--batch-size") { Description = "Rows of a batch", HelpName = "ROWS" };

    public Option<int?> Accumulate { get; } = new("--accumulate") { Description = "A step takes so many batches, one after the other, as one batch of all their rows (default 1)", HelpName = "N" };

    public Option<int?> Epochs { get; } = new("--epochs") { Description = "Passes over the data", HelpName = "N" };

    public Option<double?> MaxTime { get; } = new("--max-time") { Description = "Stop after so many seconds, reading, validation and checkpoints included", HelpName = "SECONDS" };

    public Option<ulong> Seed { get; } = new("--seed") { Description = "What everything random is drawn from (default 0)" };

    public Option<string> Precision { get; } = CommonOptions.Precision("float");

    public Option<int> Threads { get; } = new("--threads") { Description = "Threads at most (default: one for each processor); the result is the same", HelpName = "N" };

    public Option<string?> Validation { get; } = new("--validation") { Description = "A fraction of the rows, or DATA (default 0.2; 0: none)", HelpName = "FRACTION|DATA" };

    public Option<int?> Folds { get; } = new("--folds") { Description = "Train K networks, each validated by a fold of the rows and learning all others; the figures are of every row by the network that has not seen it, the model is all K", HelpName = "K" };

    public Option<string> Preset { get; } = new("--preset") { Description = "fast: one network; default: by the recipe 8 up to 50 000 rows, 4 up to 200 000, of folds; best: twice as many", DefaultValueFactory = _ => "default" };

    public Option<int?> Ensemble { get; } = new("--ensemble") { Description = "Train N networks on the same rows, from seeds of their own; the model is all N", HelpName = "N" };

    public Option<int?> EarlyStopping { get; } = new("--early-stopping") { Description = "Stop after so many epochs without a better figure of the validation rows (--keep-by)", HelpName = "PATIENCE" };

    public Option<string?> KeepBy { get; } = new("--keep-by") { Description = "The figure of the validation rows that the kept epoch, --early-stopping and the plateau schedule go by (default: loss; the recipe for classes: log_loss; with --class-weights: balanced_accuracy)", HelpName = "METRIC" };

    public Option<string?> Threshold { get; } = new("--threshold") { Description = $"Choose the probability from which on a row is said to be of the second of two classes, or to have a flag, so that this figure is greatest on rows that were not learned from, one of {string.Join(", ", DecisionThreshold.Figures)} (default: 0.5); probabilities stay what they are", HelpName = "METRIC" };

    public Option<string?> ClassWeights { get; } = new("--class-weights") { Description = "balanced, or label=weight joined by commas", HelpName = "WEIGHTS" };

    public Option<double?> Dropout { get; } = new("--dropout") { Description = "The fraction of hidden outputs set to 0 in training" };

    public Option<double?> L1 { get; } = new("--l1") { Description = "λ of λ‖W‖₁" };

    public Option<double?> L2 { get; } = new("--l2") { Description = "α of (α/2)‖W‖²" };

    public Option<double?> WeightDecay { get; } = new("--weight-decay") { Description = "As PyTorch's optimizer of that name means it" };

    public Option<double?> ClipNorm { get; } = new("--clip-norm") { Description = "The greatest norm of the gradient" };

    public Option<double?> ClipValue { get; } = new("--clip-value") { Description = "The greatest absolute value of each derivative" };

    public Option<double?> LabelSmoothing { get; } = new("--label-smoothing") { Description = "ε of cross entropy" };

    public Option<double?> Momentum { get; } = new("--momentum") { Description = "sgd, rmsprop" };

    public Option<bool> Nesterov { get; } = new("--nesterov") { Description = "sgd" };

    public Option<double?> Dampening { get; } = new("--dampening") { Description = "sgd" };

    public Option<double?> Beta1 { get; } = new("--beta1") { Description = "adam and its kin" };

    public Option<double?> Beta2 { get; } = new("--beta2") { Description = "adam and its kin" };

    public Option<double?> Epsilon { get; } = new("--epsilon") { Description = "ε of a denominator" };

    public Option<double?> Rho { get; } = new("--rho") { Description = "adadelta; rmsprop's alpha" };

    public Option<bool> Amsgrad { get; } = new("--amsgrad") { Description = "adam, adamw" };

    public Option<bool> Centered { get; } = new("--centered") { Description = "rmsprop" };

    public Option<string?> Initializer { get; } = new("--initializer") { Description = $"One of {string.Join(", ", Networks.Initializer.Names)}", HelpName = "NAME" };

    public Option<string?> From { get; } = new("--from") { Description = "Go on from a model: its network, loss, schema and weights", HelpName = "MODEL" };

    public Option<int?> Member { get; } = CommonOptions.Member("--from");

    public Option<bool> NoShuffle { get; } = new("--no-shuffle") { Description = "Rows in file order" };

    public Option<string?> Checkpoint { get; } = new("--checkpoint") { Description = "Keep the whole state in a folder, after every epoch", HelpName = "DIR" };

    public Option<int?> CheckpointKeep { get; } = new("--checkpoint-keep") { Description = "Keep so many of the newest checkpoints (3)", HelpName = "N" };

    public Option<bool> Overwrite { get; } = new("--overwrite") { Description = "Let --checkpoint take a folder that holds another run's checkpoints, which are deleted" };

    public Option<string> OnDivergence { get; } = new("--on-divergence") { Description = "What to do when a number is not finite any more: stop, or go back to the last checkpoint and halve the learning rate", DefaultValueFactory = _ => "stop", HelpName = "stop|rollback" };

    public Option<int?> CheckpointEvery { get; } = new("--checkpoint-every") { Description = "… and after so many steps", HelpName = "STEPS" };

    public Option<string?> Resume { get; } = new("--resume") { Description = "Go on from a checkpoint; needs no other option, takes a new --max-time, and a new --epochs where the schedule does not depend on it", HelpName = "DIR" };

    public Option<string?> Log { get; } = new("--log") { Description = "A line of JSON for every epoch", HelpName = "FILE.jsonl" };

    public Option<string?> TensorBoard { get; } = new("--tensorboard") { Description = "Scalars of every epoch for TensorBoard, and of about 50 of them histograms of weights, gradients and δ of each layer", HelpName = "DIR" };

    public Option<string?> Report { get; } = new("--report") { Description = "A page about the run: what was chosen, learning curves, what rows that were held out are predicted as, what columns matter and what became of them", HelpName = "FILE.html" };

    public Option<string?> Config { get; } = new("--config") { Description = "Options as a JSON object; the command line wins, paths count from the current folder", HelpName = "FILE" };

    public Option<bool> Quiet { get; } = new("--quiet") { Description = "No progress" };

    /// <param name="command">What has them.</param>
    /// <param name="without">Those that it has not.</param>
    public void AddTo(Command command, params Option[] without)
    {
        Common.AddTo(command);
        Roles.AddTo(command);
        foreach (Option option in new Option[]
        {
            Output, Network, Loss, Optimizer, LearningRate, Schedule, Warmup, Average, BatchSize, Accumulate, Epochs, MaxTime, Seed, Precision, Threads, Validation, Folds, Ensemble, Preset,
            EarlyStopping, KeepBy, Threshold, ClassWeights, Dropout, L1, L2, WeightDecay, ClipNorm, ClipValue, LabelSmoothing, Momentum, Nesterov, Dampening,
            Beta1, Beta2, Epsilon, Rho, Amsgrad, Centered, Initializer, From, Member, NoShuffle, Checkpoint, CheckpointEvery, CheckpointKeep, Overwrite, OnDivergence, Resume, Log, TensorBoard, Report, Config, Quiet,
        }.Except(without))
        {
            command.Add(option);
        }

        Preset.AcceptOneOf("fast", "default", "best");
        OnDivergence.AcceptOneOf("stop", "rollback");
        KeepBy.AcceptOneOf([.. TrainerOptions.Figures]);
        Threshold.AcceptOneOf([.. DecisionThreshold.Figures]);
        Optimizer.Propose(Optimizers.TrainingMethod.Names);
        Schedule.Propose(LearningRateSchedule.Names);
        Initializer.Propose(Networks.Initializer.Names);
        Loss.Propose(Losses.Loss.Names);
        NumberOptions.ReadStrictly(command);
    }
}
