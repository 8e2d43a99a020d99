using System.Globalization;
using Backprop.Activations;

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
    {
        ArgumentNullException.ThrowIfNull(activation);
        if (units < 1)
        {
            throw new UsageException($"a layer needs at least 1 unit, found {units}");
        }

        if (!(dropout >= 0 && dropout < 1))
        {
            throw new UsageException($"dropout must be at least 0 and below 1, found {dropout.ToString(CultureInfo.InvariantCulture)}");
        }

        (Units, Activation, Dropout) = (units, activation, dropout);
    }

    /// <summary>The number of outputs.</summary>
    public int Units { get; }

    /// <summary>The layer's f.</summary>
    public ActivationFunction Activation { get; }

    /// <summary>The fraction of outputs that training sets to 0; the others are divided by 1 − dropout.</summary>
    public double Dropout { get; }

    /// <summary><c>128:relu</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Units}:{Activation}");
}
