using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace Backprop.Networks;

/// <summary>Networks of one definition that answer together: by the mean of what each predicts, each logit first divided by one temperature. One network alone is an ensemble of one.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Ensemble<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>An ensemble over the given networks, which are not copied.</summary>
    /// <param name="members">At least one, all of one definition.</param>
    /// <param name="temperature">What every logit is divided by; other than 1 only where a softmax or a sigmoid makes the outputs of them.</param>
    /// <exception cref="ArgumentException">No network, or different ones, or a temperature that is not above 0 or divides no logits.</exception>
    public Ensemble(IEnumerable<Network<T>> members, double temperature = 1)
    {
        ArgumentNullException.ThrowIfNull(members);
        (Members, Temperature) = ([.. members], temperature);
        if (Members.IsEmpty)
        {
            throw new ArgumentException("no network found, at least one expected", nameof(members));
        }

        if (Members.FirstOrDefault(member => !member.Definition.Equals(Definition)) is { } other)
        {
            throw new ArgumentException($"networks {Definition} and {other.Definition} found, all of one definition expected", nameof(members));
        }

        if (WhyNot(Definition, temperature) is { } why)
        {
            throw new ArgumentException(why, nameof(temperature));
        }
    }

    /// <summary>An ensemble of one.</summary>
    public Ensemble(Network<T> network) : this([network])
    {
    }

    /// <summary>What each of them is.</summary>
    public NetworkDefinition Definition => Members[0].Definition;

    /// <summary>The networks.</summary>
    public ImmutableArray<Network<T>> Members { get; }

    /// <summary>What every logit is divided by before the members' probabilities are taken.</summary>
    public double Temperature { get; }

    /// <summary>The only network, whose outputs are the ensemble's; null: there is more to it.</summary>
    internal Network<T>? Only => Members.Length == 1 && Temperature == 1 ? Members[0] : null;

    /// <summary>The same networks in another precision.</summary>
    public Ensemble<TOther> Convert<TOther>() where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther> =>
        new(Members.Select(member => member.Convert<TOther>()), Temperature);

    /// <summary>Why a network's outputs cannot have a temperature; null: they can.</summary>
    internal static string? WhyNot(NetworkDefinition definition, double temperature) =>
        !(temperature > 0 && double.IsFinite(temperature)) ? $"temperature {temperature.ToString(CultureInfo.InvariantCulture)} found, a number above 0 expected"
        : temperature != 1 && !definition.HasLogits ? $"temperature {temperature.ToString(CultureInfo.InvariantCulture)} found, the network {definition} makes its outputs of no logits: softmax, log_softmax or sigmoid expected"
        : null;
}
