using Backprop.Data;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Derivations;

/// <summary>One derivative of the mean loss of some rows, found in three ways that share no code.</summary>
public sealed class ThreeWays
{
    private ThreeWays(double loss, double recursion, double backpropagation, double numerical, string method, string? leftOut) =>
        (Loss, Recursion, Backpropagation, Numerical, Method, LeftOut) = (loss, recursion, backpropagation, numerical, method, leftOut);

    /// <summary>The mean loss.</summary>
    public double Loss { get; }

    /// <summary>By the recursion for one parameter.</summary>
    public double Recursion { get; }

    /// <summary>By back propagation.</summary>
    public double Backpropagation { get; }

    /// <summary>By the complex step or five-point differences; NaN where a kink is too near.</summary>
    public double Numerical { get; }

    /// <summary>Which of the two.</summary>
    public string Method { get; }

    /// <summary>The kink, or null.</summary>
    public string? LeftOut { get; }

    /// <summary>How far the first two are apart.</summary>
    public double RecursionResidual => GradientCheck.Difference(Recursion, Backpropagation);

    /// <summary>How far the last two are apart.</summary>
    public double NumericalResidual => GradientCheck.Difference(Backpropagation, Numerical);

    /// <summary>Derives in the three ways.</summary>
    /// <param name="network">The network.</param>
    /// <param name="rows">The rows of the mean.</param>
    /// <param name="gradient">Their gradient by back propagation.</param>
    /// <param name="parameter">By which parameter.</param>
    /// <exception cref="UsageException">No such parameter.</exception>
    public static ThreeWays Of(Network<double> network, Dataset<double> rows, Gradient<double> gradient, ParameterName parameter)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(gradient);
        parameter.RequireIn(network.Definition);
        var recursion = new UnrolledDerivative.Recursion(network);
        var differences = new NumericalGradient(network);
        double weights = rows.SampleWeights?.Sum() ?? rows.Rows, unrolled = 0, numerical = 0;
        string? leftOut = null;
        for (int row = 0; row < rows.Rows; row++)
        {
            double share = weights == 0 ? 0 : (rows.SampleWeights?[row] ?? 1) / weights; // as back propagation has it
            recursion.Forward(rows, row);
            unrolled += share * recursion.Derivative(parameter);
            differences.Take(rows, row);
            numerical += share * differences.Derivative(parameter, out string? kink);
            leftOut ??= kink;
        }

        return new(gradient.Loss, unrolled, GradientCheck.Convert(network, gradient)(parameter), numerical, differences.IsAnalytic(parameter.Layer) ? "complex step" : "five-point differences", leftOut);
    }
}
