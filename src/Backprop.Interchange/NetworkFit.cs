using Backprop.Activations;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Interchange;

/// <summary>What is said about a network beside its file.</summary>
public static class NetworkFit
{
    /// <summary>
    /// A network with what a file does not say: its loss, the dropout of its layers, and the names of activations that are the same functions. All else must be as in the file: it is what the caller
    /// believes the file to hold.
    /// </summary>
    /// <param name="network">The network of a file.</param>
    /// <param name="specification">What it is expected to be; null: whatever it is.</param>
    /// <param name="loss">Its loss; null: that of the specification where it is another than goes with the last layer by itself, else the one that it has.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="ModelException">It is another network: both are told.</exception>
    /// <exception cref="UsageException">The loss does not go with the last layer.</exception>
    public static Network<float> Apply(Network<float> network, NetworkDefinition? specification, Loss? loss, string source)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (specification is null && loss is null)
        {
            return Misfit(network.Definition) is { } odd ? throw new ModelException($"'{source}': {odd}") : network;
        }

        if (specification is not null && !IsSame(network.Definition, specification))
        {
            throw new ModelException($"'{source}': the network {network.Definition} found, {specification} expected");
        }

        NetworkDefinition definition = (specification ?? network.Definition).With(loss ?? Said(specification) ?? network.Definition.Loss);
        if (Misfit(definition) is { } misfit)
        {
            throw new UsageException($"'{source}', the network {definition}: {misfit}") { Settings = ["Loss", "Network"] };
        }

        var result = new Network<float>(definition);
        result.CopyFrom(network);
        return result;
    }

    /// <summary>The loss that somebody chose.</summary>
    private static Loss? Said(NetworkDefinition? specification) => specification is null || specification.Loss.Equals(NetworkDefinition.DefaultLoss(specification.Layers[^1].Activation)) ? null : specification.Loss;

    /// <summary>The same of networks that answer together. Their loss, by which they are joined, is the file's.</summary>
    /// <param name="ensemble">The networks of a file.</param>
    /// <param name="specification">What each is expected to be; null: whatever it is.</param>
    /// <param name="loss">Its loss; null: the one that it has.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="ModelException">They are others: both are told.</exception>
    /// <exception cref="UsageException">The loss does not go with the last layer, or is another than that of several networks.</exception>
    public static Ensemble<float> Apply(Ensemble<float> ensemble, NetworkDefinition? specification, Loss? loss, string source)
    {
        ArgumentNullException.ThrowIfNull(ensemble);
        Loss own = ensemble.Definition.Loss;
        if (ensemble.Members.Length > 1 || ensemble.Temperature != 1)
        {
            _ = loss is null || loss.Equals(own) ? loss = own : throw new UsageException($"'{source}': the loss {loss} found, {own} expected: by it {ensemble.Members.Length} networks answer together") { Settings = ["Loss"] };
        }

        return new(ensemble.Members.Select(member => Apply(member, specification, loss, source)), ensemble.Temperature);
    }

    /// <summary>As training refuses it; what the layer has of itself, whatever its loss, is the file's.</summary>
    private static string? Misfit(NetworkDefinition network) => network.Loss.Name == NetworkDefinition.DefaultLoss(network.Layers[^1].Activation).Name ? null : OutputAdvice.Refusal(network);

    private static bool IsSame(NetworkDefinition found, NetworkDefinition expected) =>
        found.Inputs == expected.Inputs && Equals(found.Input, expected.Input) && found.Layers.Length == expected.Layers.Length &&
        found.Layers.Zip(expected.Layers).All(pair => pair.First.Units == pair.Second.Units && IsSame(pair.First.Activation, pair.Second.Activation) && Parts(pair.First).SequenceEqual(Parts(pair.Second)));

    /// <summary>Dropout is nothing outside training.</summary>
    private static IEnumerable<LayerPart> Parts(LayerDefinition layer) => layer.Parts.Where(part => part is not Dropout);

    private static bool IsSame(ActivationFunction found, ActivationFunction expected)
    {
        if (found.Equals(expected) || !found.IsElementwise || !expected.IsElementwise)
        {
            return found.Equals(expected);
        }

        double[] points = ComparedPoints.With(found.Alpha ?? 0, expected.Alpha ?? 0), one = new double[points.Length], other = new double[points.Length];
        found.Value(points, one);
        expected.Value(points, other);
        return one.Zip(other).All(pair => pair.First.Equals(pair.Second) || Math.Abs(pair.First - pair.Second) <= 1e-6 * Math.Max(1, Math.Abs(pair.First)));
    }
}
