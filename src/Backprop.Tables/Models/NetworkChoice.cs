using System.Numerics;
using Backprop.Activations;
using Backprop.Data;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Models;

/// <summary>Which network is trained on the data: the given one, completed by an output layer where it has none.</summary>
internal sealed class NetworkChoice(TrainingOptions options, Notes? notes)
{
    /// <param name="data">The rows that are learned.</param>
    /// <param name="schema">How they became numbers.</param>
    /// <param name="from">The network to go on from, or null.</param>
    /// <param name="place">Where the target of a row stands, by their numbers.</param>
    public NetworkDefinition Choose<T>(Dataset<T> data, TableSchema? schema, NetworkDefinition? from, Func<int, int, string> place) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (from is not null)
        {
            NetworkDefinition same = from.With(WithDropout(from.Layers, fallback: null), Smooth(from.Loss));
            RequireRange(data, same.Loss, place, "From");
            Advise(same, data);
            return same;
        }

        Loss? loss = options.UsedLoss is { } name ? Loss.Parse(name) : null;
        if (loss?.TakesOffset == true && schema?.Offset is null)
        {
            throw new UsageException($"the loss {loss} takes the exposure of each row, which is a column") { Settings = ["Offset"] };
        }

        (int? inputs, IReadOnlyList<LayerDefinition> layers) = options.Layers;
        if (inputs is null)
        {
            layers = [.. layers, Output(data, schema, loss)];
        }
        else if (inputs != data.FeatureCount)
        {
            throw new UsageException($"the network has {inputs} inputs, the data have {data.FeatureCount} features") { Settings = ["Network"] };
        }

        layers = WithDropout(layers, options.UsesRecipe ? Recipe.Dropout : null);
        if (options.Ending != Ending.None)
        {
            layers = [.. layers.SkipLast(1), options.Ending == Ending.Ordered ? OrderedLabels.Waist : PositiveValues.Waist, layers[^1]];
        }

        loss ??= data.Targets.AreClasses && layers[^1].Units > 1 && layers[^1].Activation.Name == "identity"
            ? throw new UsageException("an identity output of several units needs a loss for classes, such as hinge, or a softmax") { Settings = ["Loss"] }
            : NetworkDefinition.DefaultLoss(layers[^1].Activation);
        var network = new NetworkDefinition(data.FeatureCount, layers, Smooth(loss));
        if (data.Targets.AreClasses ? network.TargetCount < data.Targets.Count : network.TargetCount != data.Targets.Count)
        {
            throw new UsageException($"the output layer {layers[^1]} with loss {loss} takes {network.TargetCount} targets, the data have {data.Targets.Count} {(data.Targets.AreClasses ? "class" : "target value")}{(data.Targets.Count == 1 ? "" : data.Targets.AreClasses ? "es" : "s")}") { Settings = ["Network", "Loss"] };
        }

        RequireRange(data, network.Loss, place, options is { Loss: null, Columns.Offset: { } exposure } ? $"Offset = {exposure}" : "Loss");
        Advise(network, data);
        return network;
    }

    /// <exception cref="UsageException">Nothing could be learned.</exception>
    private void Advise<T>(NetworkDefinition network, Dataset<T> data) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (OutputAdvice.Refusal(network, data.Targets) is { } why)
        {
            throw new UsageException(why);
        }

        foreach (string doubt in OutputAdvice.Doubts(network, data.Targets))
        {
            notes?.Add(new(doubt, IsLoss: false));
        }

        if (data.Targets.AreClasses && data.Targets.Count > 20 && data.Targets.Count > data.Rows / 2)
        {
            notes?.Add(new($"the target is taken for {data.Targets.Count} classes, in {data.Rows} rows to learn from", IsLoss: false, "Task = regression"));
        }
    }

    /// <exception cref="DataException">A target that the loss does not take.</exception>
    private static void RequireRange<T>(Dataset<T> data, Loss loss, Func<int, int, string> place, string setting) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (OutputAdvice.OutOfRange(loss, data.Targets) is { } bad)
        {
            throw new DataException($"{place(bad.Row, bad.Target)}: {bad.Why}") { Settings = [setting] };
        }
    }

    /// <summary>Classes: softmax; 0/1 flags: sigmoid; values: identity, two for each under gaussian_nll.</summary>
    private static LayerDefinition Output<T>(Dataset<T> data, TableSchema? schema, Loss? loss) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int targets = data.Targets.Count - (schema?.Offset is null ? 0 : 1);
        if (data.Targets.AreClasses)
        {
            return new(Math.Max(2, targets), ActivationFunction.Create(loss?.Name == "hinge" ? "identity" : "softmax")); // softmax of one unit is 1 whatever goes in
        }

        bool flags = loss?.Name == "binary_cross_entropy" || (loss is null && schema?.Target.Kind == TargetKind.Flags);
        return loss?.Name == "gaussian_nll" ? new(2 * targets, ActivationFunction.Create("identity"))
            : loss?.Name == "cross_entropy" ? new(targets, ActivationFunction.Create("softmax"))
            : new(targets, ActivationFunction.Create(flags ? "sigmoid" : "identity"));
    }

    private IReadOnlyList<LayerDefinition> WithDropout(IReadOnlyList<LayerDefinition> layers, double? fallback)
    {
        double? dropout = options.Dropout ?? fallback;
        if (options.Dropout > 0 && layers.Count == 1)
        {
            throw new UsageException("dropout sets outputs of hidden layers to 0, and the network has none") { Settings = ["Dropout", "Network"] };
        }

        return dropout is null ? layers : [.. layers.Select((layer, index) => index == layers.Count - 1 ? layer : layer.With(new Dropout(dropout.Value)))];
    }

    private Loss Smooth(Loss loss)
    {
        double? smoothing = options.LabelSmoothing;
        if (smoothing is not null && loss.Name != "cross_entropy")
        {
            throw new UsageException($"label smoothing belongs to cross_entropy, the loss is {loss.Name}") { Settings = ["LabelSmoothing", "Loss"] };
        }

        smoothing ??= options.UsesRecipe && options.Ending != Ending.Ordered && loss.Name == "cross_entropy" ? Recipe.LabelSmoothing : null;
        return smoothing is { } value ? Loss.Create("cross_entropy", value) : loss;
    }
}
