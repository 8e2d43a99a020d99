using System.Globalization;
using Backprop.Networks;
using Backprop.Optimizers;

namespace Backprop.Pages.Runs;

/// <summary>
/// How much an address or a field of the page can ask for: whoever follows a link has not chosen what is in it. What the command line asks
/// for may be larger, and the page then takes as much.
/// </summary>
internal static class PageLimits
{
    /// <summary>The steps that a run can be told to make: about an hour of a small network.</summary>
    public const long MostSteps = 1_000_000_000;

    /// <summary>Hidden layers.</summary>
    public const int MostLayers = 32;

    /// <summary>Weights and biases; weights, gradients, an optimizer's state and copies to draw take some 50 bytes for each.</summary>
    public const long MostParameters = 4_000_000;

    /// <summary>Rows of a batch × widths of all layers, input included; each is kept in several forms.</summary>
    public const long MostActivations = 16_000_000;

    /// <summary>Steps a second; slower is no pace but a pause.</summary>
    private const double LeastSpeed = 0.001;

    private static readonly Dictionary<string, (double Low, double High, string Kind)> s_ranges = new(StringComparer.Ordinal)
    {
        ["rows"] = (10, 20_000, "a whole number"),
        ["noise"] = (0, 1, "a number"),
        ["test"] = (0, 0.9, "a number"),
        ["rate"] = (0, 1e6, "a number"),
        ["momentum"] = (0, 0.999999, "a number"),
        ["speed"] = (LeastSpeed, 1e6, "0 (as fast as it goes) or a number"),
        ["batch"] = (1, 1 << 16, "a whole number"),
        ["l1"] = (0, 1e6, "a number"),
        ["l2"] = (0, 1e6, "a number"),
        ["steps"] = (0, MostSteps, "a whole number"),
        ["row"] = (0, int.MaxValue, "a whole number"),
        ["tour"] = (0, 6, "a whole number"),
        ["exercise"] = (0, 1_000_000, "a whole number"),
    };

    /// <summary>The greatest value of a number.</summary>
    public static double Most(string name) => s_ranges[name].High;

    /// <summary>What is wrong with a number; null where nothing is. NaN is in no range.</summary>
    public static string? Mistake(string name, double value, string found)
    {
        (double low, double high, string kind) = s_ranges[name];
        return (value >= low && value <= high) || (value == 0 && low == LeastSpeed)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{name}: '{found}' found, {kind} from {low:#,0.######} to {high:#,0.######} expected");
    }

    /// <summary>Refuses a state whose numbers are out of their ranges, or whose optimizer does not go batch by batch.</summary>
    /// <exception cref="UsageException">Which number, and its range; which optimizer, and those that there are.</exception>
    public static void Require(PageState state)
    {
        foreach ((string name, double value) in new[]
        {
            ("rows", state.Rows), ("noise", state.Noise), ("test", state.Test), ("rate", state.LearningRate), ("batch", state.BatchSize),
            ("l1", state.L1), ("l2", state.L2), ("steps", state.Steps), ("row", state.Row),
            ("momentum", state.Momentum), ("speed", state.Speed), ("tour", state.Tour), ("exercise", state.Exercise),
        })
        {
            if (Mistake(name, value, value.ToString("R", CultureInfo.InvariantCulture)) is { } mistake)
            {
                throw new UsageException(mistake);
            }
        }

        if (!Optimizer.Names.Contains(state.Optimizer))
        {
            throw new UsageException(TrainingMethod.Names.Contains(state.Optimizer)
                ? $"optimizer: '{state.Optimizer}' found, which takes all rows at once, and the page trains batch by batch; it knows {Suggestion.List(Optimizer.Names)} ('backprop train' knows {state.Optimizer} too)"
                : Suggestion.Unknown("optimizer", state.Optimizer, Optimizer.Names));
        }
    }

    /// <summary>Refuses a network that the page has no room for, before anything is made for it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batch">The rows of a batch.</param>
    /// <param name="given">What the command line asks for.</param>
    /// <param name="isGiven">Whether the network is the command line's model, which may be of any size.</param>
    /// <exception cref="UsageException">How large it is, and how large it may be.</exception>
    public static void Require(NetworkDefinition network, int batch, GivenFiles given, bool isGiven)
    {
        long most = Math.Max(MostParameters, given.Parameters), mostActivations = Math.Max(MostActivations, given.Activations), activations = Activations(network, batch);
        if (!isGiven && network.ParameterCount > most)
        {
            throw new UsageException($"the network would have {network.ParameterCount:N0} parameters, the page takes at most {most:N0}; 'backprop train' has no such limit, nor has a model that is given to 'backprop serve'");
        }

        if (activations > mostActivations)
        {
            throw new UsageException($"a batch of {batch:N0} rows would have {activations:N0} activations in this network, the page takes at most {mostActivations:N0}: fewer rows in a batch, or fewer units, expected");
        }
    }

    /// <summary>Rows of a batch × widths of all layers.</summary>
    public static long Activations(NetworkDefinition network, int batch) => batch * (network.Inputs + network.Layers.Sum(layer => (long)layer.Units));

    /// <summary>Refuses more layers than anybody looks at.</summary>
    /// <exception cref="UsageException">How many, and how many there may be.</exception>
    public static void RequireLayers(int count)
    {
        if (count > MostLayers)
        {
            throw new UsageException($"{count:N0} hidden layers found, the page takes at most {MostLayers}");
        }
    }
}
