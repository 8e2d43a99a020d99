using System.Collections.Immutable;
using System.Globalization;
using Backprop.Activations;
using Backprop.Layers;

namespace Backprop.Networks;

/// <summary>One dense layer: how many units, and their activation.</summary>
public sealed record LayerDefinition
{
    /// <summary>A layer of <paramref name="units"/> units.</summary>
    /// <param name="units">At least 1.</param>
    /// <param name="activation">The layer's f.</param>
    /// <param name="dropout">The fraction of outputs that training sets to 0, in [0, 1).</param>
    /// <exception cref="UsageException">A value is out of its range.</exception>
    public LayerDefinition(int units, ActivationFunction activation, double dropout = 0)
        : this(units, activation, dropout == 0 ? [] : [new Dropout(dropout)])
    {
    }

    /// <summary>A layer of <paramref name="units"/> units with more than its activation.</summary>
    /// <param name="units">At least 1.</param>
    /// <param name="activation">The layer's f.</param>
    /// <param name="parts">What else it has, in any order: where each stands is its own matter.</param>
    /// <exception cref="UsageException">A value is out of its range, or two parts that stand at the same place.</exception>
    public LayerDefinition(int units, ActivationFunction activation, IEnumerable<LayerPart> parts)
    {
        ArgumentNullException.ThrowIfNull(activation);
        ArgumentNullException.ThrowIfNull(parts);
        if (units < 1)
        {
            throw new UsageException($"a layer needs at least 1 unit, found {units}");
        }

        (Units, Activation, Parts) = (units, activation, [.. parts.OrderBy(part => part.Place)]);
        for (int n = 1; n < Parts.Length; n++)
        {
            if (Parts[n].Place == Parts[n - 1].Place)
            {
                throw new UsageException(Parts[n].Equals(Parts[n - 1]) ? $"a layer cannot have {Parts[n]} twice" : $"a layer cannot have both {Parts[n - 1]} and {Parts[n]}");
            }
        }
    }

    /// <summary>The number of outputs.</summary>
    public int Units { get; }

    /// <summary>The layer's f.</summary>
    public ActivationFunction Activation { get; }

    /// <summary>What it has beside weights and activation, in the order in which they stand.</summary>
    public ImmutableArray<LayerPart> Parts { get; }

    /// <summary>The fraction of outputs that training sets to 0; the others are divided by 1 − dropout.</summary>
    public double Dropout => Parts.OfType<Dropout>().FirstOrDefault()?.Rate ?? 0;

    /// <summary>The same layer with another part, in the place of the one that stands there.</summary>
    public LayerDefinition With(LayerPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return new(Units, Activation, [.. Parts.Where(other => other.Place != part.Place), part]);
    }

    /// <inheritdoc/>
    public bool Equals(LayerDefinition? other) => other is not null && Units == other.Units && Activation.Equals(other.Activation) && Parts.SequenceEqual(other.Parts);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Units, Activation, Parts.Length);

    /// <summary><c>128:relu</c>, <c>128:relu,layer_norm,residual,dropout(0.1)</c>: as specifications have them, dropout last.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Units}:{string.Join(',', Parts.OrderBy(part => part.Place == LayerPlace.AfterActivation).Select(part => part.ToString()).Prepend(Activation.ToString()))}");
}
