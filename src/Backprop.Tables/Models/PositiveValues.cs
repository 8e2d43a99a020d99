using System.Numerics;
using Backprop.Activations;
using Backprop.Networks;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Models;

/// <summary>
/// Values that are never below 0 and skewed, such as prices, of which causes are rather factors than terms: one exponential unit before the output, whose weight and bias begin as what makes
/// <code>y = ȳ·eʰ</code>
/// of it in the target's own units, ȳ being the mean. All of it is learned from there on, as any dense layer is. The loss stays the squared error of y itself, unlike where a logarithm is learned.
/// </summary>
/// <remarks>Of 2,051 house prices R² of other ones rises from .875 to .898 by it, of many other tables by nothing: the rows out of fold decide.</remarks>
internal static class PositiveValues
{
    /// <summary>From here on values are skewed: two of an exponential distribution, 0 of a normal one.</summary>
    private const double Skewed = 1;

    /// <summary>The layer before the output.</summary>
    public static LayerDefinition Waist { get; } = new(1, ActivationFunction.Create("exponential"));

    /// <summary>Whether a target is such.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="target">What becomes of it.</param>
    public static bool Are(Table table, TargetColumns target)
    {
        if (target is not { Kind: TargetKind.Values, Names: [var name], Means: not null })
        {
            return false;
        }

        var cells = new NumberCells(table.Find(name)!, target.Formats is [{ } format, ..] ? format : null);
        double sum = 0, most = 0;
        for (int row = 0; row < table.Rows; row++)
        {
            if (!(cells[row] >= 0))
            {
                return false;
            }

            most = Math.Max(most, cells[row]);
            sum += cells[row] / table.Rows;
        }

        double squares = 0, cubes = 0; // of values between 0 and 1, so that nothing overflows
        for (int row = 0; row < table.Rows; row++)
        {
            double off = (cells[row] - sum) / most;
            squares += off * off / table.Rows;
            cubes += off * off * off / table.Rows;
        }

        return cubes / Math.Pow(squares, 1.5) >= Skewed;
    }

    /// <summary>Writes the weight and the bias of the last layer, of a target that is standardised.</summary>
    public static void Initialize<T>(Network<T> network, TargetColumns target) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double inDeviations = target.Means![0] / target.Scales![0];
        network.Layers[^1].SetWeight(0, 0, T.CreateTruncating(inDeviations));
        network.Layers[^1].SetBias(0, T.CreateTruncating(-inDeviations));
    }
}
