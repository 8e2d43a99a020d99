using Backprop.Data;
using Backprop.Derivations;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Cli.Pages.Derivation;

/// <summary>One derivative of the mean loss of some rows, found in three ways that share no code.</summary>
/// <param name="Loss">The mean loss.</param>
/// <param name="Recursion">By the recursion for one parameter.</param>
/// <param name="Backpropagation">By back propagation.</param>
/// <param name="Numerical">By the complex step or five-point differences; NaN where a kink is too near.</param>
/// <param name="Method">Which of the two.</param>
/// <param name="LeftOut">The kink, or null.</param>
internal sealed record ThreeWays(double Loss, double Recursion, double Backpropagation, double Numerical, string Method, string? LeftOut)
{
    public double RecursionResidual => GradientCheck.Difference(Recursion, Backpropagation);

    public double NumericalResidual => GradientCheck.Difference(Backpropagation, Numerical);

    /// <param name="network">The network.</param>
    /// <param name="rows">The rows of the mean.</param>
    /// <param name="gradient">Their gradient by back propagation.</param>
    /// <param name="parameter">By which parameter.</param>
    public static ThreeWays Of(Network<double> network, Dataset<double> rows, Gradient<double> gradient, ParameterName parameter)
    {
        var recursion = new UnrolledDerivative.Recursion(network);
        var differences = new NumericalGradient(network);
        double weights = rows.SampleWeights?.Sum() ?? rows.Rows, unrolled = 0, numerical = 0;
        string? leftOut = null;
        for (int row = 0; row < rows.Rows; row++)
        {
            double share = (rows.SampleWeights?[row] ?? 1) / weights;
            recursion.Forward(rows, row);
            unrolled += share * recursion.Derivative(parameter);
            differences.Take(rows, row);
            numerical += share * differences.Derivative(parameter, out string? kink);
            leftOut ??= kink;
        }

        DenseLayer<double> layer = network.Layers[parameter.Layer - 1];
        long index = parameter.IsBias ? layer.BiasIndex(parameter.Output) : layer.WeightIndex(parameter.Output, parameter.Input);
        return new(gradient.Loss, unrolled, gradient.Buffer.Span[(int)index], numerical, differences.IsAnalytic(parameter.Layer) ? "complex step" : "five-point differences", leftOut);
    }
}
