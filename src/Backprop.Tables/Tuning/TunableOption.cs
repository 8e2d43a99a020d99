using System.Globalization;
using Backprop.Tables.Models;

namespace Backprop.Tables.Tuning;

/// <summary>An option of training that may be searched for, by the command line's name: how its text becomes a value. The one list of them.</summary>
internal sealed record TunableOption(string Name, TunableKind Kind, Func<TrainingOptions, object?> Get, Func<TrainingOptions, string, TrainingOptions> Set)
{
    public static IReadOnlyList<TunableOption> All { get; } =
    [
        Text("network", options => options.Network, (options, text) => options with { Network = text }),
        Text("optimizer", options => options.Optimizer, (options, text) => options with { Optimizer = text }),
        Real("learning-rate", options => options.OptimizerOptions.LearningRate, (options, value) => options with { OptimizerOptions = options.OptimizerOptions with { LearningRate = value } }),
        Real("weight-decay", options => options.OptimizerOptions.WeightDecay, (options, value) => options with { OptimizerOptions = options.OptimizerOptions with { WeightDecay = value } }),
        Real("dropout", options => options.Dropout, (options, value) => options with { Dropout = value }),
        Real("label-smoothing", options => options.LabelSmoothing, (options, value) => options with { LabelSmoothing = value }),
        Text("schedule", options => options.Schedule, (options, text) => options with { Schedule = text }),
        Whole("batch-size", options => options.BatchSize, (options, value) => options with { BatchSize = value }),
        Whole("epochs", options => options.Epochs, (options, value) => options with { Epochs = value }),
        Whole("bins", options => options.Columns.Bins, (options, value) => options with { Columns = options.Columns with { Bins = value } }),
        Text("loss", options => options.Loss, (options, text) => options with { Loss = text }),
        Text("initializer", options => options.Initializer, (options, text) => options with { Initializer = text }),
        Text("average", options => options.Average, (options, text) => options with { Average = text }),
        Text("class-weights", options => options.ClassWeights, (options, text) => options with { ClassWeights = ClassWeights.Parse(text) }),
        Whole("warmup", options => options.WarmupSteps == 0 ? null : options.WarmupSteps, (options, value) => options with { WarmupSteps = value }),
        Whole("accumulate", options => options.Accumulate == 1 ? null : options.Accumulate, (options, value) => options with { Accumulate = value }),
        Whole("early-stopping", options => options.EarlyStopping, (options, value) => options with { EarlyStopping = value }),
        Real("l1", options => options.L1 == 0 ? null : options.L1, (options, value) => options with { L1 = value }),
        Real("l2", options => options.L2 == 0 ? null : options.L2, (options, value) => options with { L2 = value }),
        Real("clip-norm", options => options.ClipNorm, (options, value) => options with { ClipNorm = value }),
        Real("clip-value", options => options.ClipValue, (options, value) => options with { ClipValue = value }),
        Real("momentum", options => options.OptimizerOptions.Momentum, (options, value) => options with { OptimizerOptions = options.OptimizerOptions with { Momentum = value } }),
        Real("dampening", options => options.OptimizerOptions.Dampening, (options, value) => options with { OptimizerOptions = options.OptimizerOptions with { Dampening = value } }),
        Real("beta1", options => options.OptimizerOptions.Beta1, (options, value) => options with { OptimizerOptions = options.OptimizerOptions with { Beta1 = value } }),
        Real("beta2", options => options.OptimizerOptions.Beta2, (options, value) => options with { OptimizerOptions = options.OptimizerOptions with { Beta2 = value } }),
        Real("epsilon", options => options.OptimizerOptions.Epsilon, (options, value) => options with { OptimizerOptions = options.OptimizerOptions with { Epsilon = value } }),
        Real("rho", options => options.OptimizerOptions.Rho, (options, value) => options with { OptimizerOptions = options.OptimizerOptions with { Rho = value } }),
    ];

    /// <exception cref="UsageException">No such option, or none that can be searched for.</exception>
    public static TunableOption Of(string name) => All.FirstOrDefault(option => option.Name == name)
        ?? throw new UsageException(Suggestion.Unknown("option to give a range", name, [.. All.Select(option => option.Name)]));

    /// <summary>The options with all values set.</summary>
    public static TrainingOptions Apply(TrainingOptions options, IEnumerable<KeyValuePair<string, string>> values) =>
        values.Aggregate(options, (set, value) => Of(value.Key).Set(set, value.Value));

    private static TunableOption Text(string name, Func<TrainingOptions, object?> get, Func<TrainingOptions, string, TrainingOptions> set) => new(name, TunableKind.Text, get, set);

    private static TunableOption Real(string name, Func<TrainingOptions, double?> get, Func<TrainingOptions, double, TrainingOptions> set) =>
        new(name, TunableKind.Real, options => get(options), (options, text) => set(options, double.Parse(text, CultureInfo.InvariantCulture)));

    private static TunableOption Whole(string name, Func<TrainingOptions, int?> get, Func<TrainingOptions, int, TrainingOptions> set) =>
        new(name, TunableKind.Whole, options => get(options), (options, text) => set(options, int.Parse(text, CultureInfo.InvariantCulture)));
}
