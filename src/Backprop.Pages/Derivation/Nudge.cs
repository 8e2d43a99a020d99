using Backprop.Data;
using Backprop.Derivations;
using Backprop.Networks;

namespace Backprop.Pages.Derivation;

/// <summary>The mean loss of some rows as one parameter moves and all others stay, beside the tangent that the derivative promises.</summary>
internal sealed class Nudge
{
    /// <summary>How far the parameter is moved either way.</summary>
    public const double Reach = 1;

    private const int Points = 81;

    /// <summary>Points between which a browser listens.</summary>
    private const int Strip = 9;

    private readonly double[] _losses;

    private Nudge(double value, double derivative, double[] losses) => (Value, Derivative, _losses) = (value, derivative, losses);

    /// <summary>The parameter as it is.</summary>
    public double Value { get; }

    public double Derivative { get; }

    /// <summary>The loss at the parameter as it is.</summary>
    public double Here => _losses[Points / 2];

    /// <summary>The losses from −<see cref="Reach"/> to <see cref="Reach"/>.</summary>
    public IReadOnlyList<double> Losses => _losses;

    /// <summary>The loss at an offset, between the points that were taken.</summary>
    public double Loss(double offset)
    {
        double place = Math.Clamp((offset + Reach) / (2 * Reach), 0, 1) * (Points - 1);
        int left = Math.Min((int)place, Points - 2);
        return _losses[left] + ((place - left) * (_losses[left + 1] - _losses[left]));
    }

    /// <summary>What the derivative promises at an offset.</summary>
    public double Tangent(double offset) => Here + (Derivative * offset);

    /// <summary>Moves a parameter.</summary>
    /// <param name="network">The network.</param>
    /// <param name="rows">The rows of the mean.</param>
    /// <param name="parameter">What moves.</param>
    /// <param name="derivative">∂L/∂parameter.</param>
    /// <param name="pause">What is waited for after some of it; null: nothing.</param>
    public static async Task<Nudge> Of(Network<double> network, Dataset<double> rows, ParameterName parameter, double derivative, Func<Task>? pause = null)
    {
        double value = network.Get(parameter);
        double[] losses = new double[Points];
        var trace = new RowTrace(network);
        double weights = rows.SampleWeights?.Sum() ?? rows.Rows;
        for (int row = 0; row < rows.Rows; row++)
        {
            double share = weights == 0 ? 0 : (rows.SampleWeights?[row] ?? 1) / weights;
            trace.Run(rows.Row(row), SamplePasses.Target(network, rows, row));
            for (int point = 0; point < Points; point++)
            {
                losses[point] += share * trace.LossWith(parameter, value + Offset(point));
                if (pause is not null && point % Strip == 0)
                {
                    await pause();
                }
            }
        }

        return new(value, derivative, losses);
    }

    public static double Offset(int point) => Reach * ((2.0 * point / (Points - 1)) - 1);
}
