using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Derivations;

/// <summary>
/// The derivative of one row's loss, or of the mean loss of rows that are one batch, by one parameter, ready to be read: every factor of the recursion unrolled, the product so far after
/// each, the compact form ∂W_ℓ = δ_ℓ x_{ℓ−1}ᵀ of the whole layer beside it, the same number by back propagation and numerically, and what
/// each way costs. <see cref="Formats"/> has it as text, Markdown, LaTeX and JSON.
/// </summary>
public sealed class Explanation
{
    private Explanation(NetworkDefinition network, ParameterName parameter, double loss, double derivative, IReadOnlyList<DerivativeFactor> factors)
    {
        (Network, Parameter, Loss, Factors, Derivative) = (network, parameter, loss, factors, derivative);
        Operations = OperationCounts.Of(network, Parameter, jacobian: Factors.Any(factor => factor is { Role: "jacobian", Part: null }));
        Tensor = network.Tensors.First(Parameter.IsOf);
        var products = new List<double[]>();
        foreach (DerivativeFactor factor in Factors)
        {
            products.Add(factor.Times(products.Count == 0 ? [] : products[^1]));
        }

        PartialProducts = products;
    }

    /// <summary>The network's shape, activations and loss.</summary>
    public NetworkDefinition Network { get; }

    /// <summary>By which parameter.</summary>
    public ParameterName Parameter { get; }

    /// <summary>What the columns of x₀ are called, where they have names: formats then say from which a weight leads.</summary>
    public IReadOnlyList<string> InputNames { get; set; } = [];

    /// <summary>What the outputs are called, classes or columns of values, where they have names.</summary>
    public IReadOnlyList<string> OutputNames { get; set; } = [];

    /// <summary>Which row, counted from 0; 0 of a batch.</summary>
    public int Row { get; private init; }

    /// <summary>How many rows are one batch, of which batch norms take the statistics; null: one row is derived, by running statistics.</summary>
    public int? Batch { get; private init; }

    /// <summary>L(y | t) of the row, or the mean of the batch.</summary>
    public double Loss { get; }

    /// <summary>The unrolled product; multiplied from left to right it gives <see cref="Derivative"/>.</summary>
    public IReadOnlyList<DerivativeFactor> Factors { get; }

    /// <summary>The product of the first 1, 2, … factors: a row vector, from the column on a single number. After f′_m it is δ_mᵀ, after W_m (∂L/∂x_{m−1})ᵀ. Of a batch the same of each row, row-major.</summary>
    public IReadOnlyList<double[]> PartialProducts { get; }

    /// <summary>∂L/∂parameter by the recursion. Nothing of the backward pass is called.</summary>
    public double Derivative { get; }

    /// <summary>The same by back propagation.</summary>
    public double Backpropagation { get; private set; }

    /// <summary>The same numerically; null where it is left out.</summary>
    public double? Numerical { get; private set; }

    /// <summary>What left it out, a kink or the rounding of the loss; null where nothing did.</summary>
    public string? NumericalLeftOut { get; private set; }

    /// <summary>How it was taken: <c>complex step</c>, or <c>5-point differences</c> where a function has kinks.</summary>
    public string NumericalMethod { get; private set; } = "";

    /// <summary>The worst |a − b| / max(1, |a| + |b|) of any two of the three.</summary>
    public double Difference { get; private set; }

    /// <summary>Whether the three agree, by the rule of <see cref="GradientCheck"/>; where rounding alone excuses a difference beyond the tolerance, they do not.</summary>
    public bool Agrees { get; private set; }

    /// <summary>δ_ℓ = ∂L/∂(W_ℓ x_{ℓ−1} + b_ℓ) of the parameter's layer, by back propagation; it is ∂b_ℓ. None where the parameter is of the inputs, or of a batch.</summary>
    public IReadOnlyList<double> Deltas { get; private init; } = [];

    /// <summary>x_{ℓ−1}, what the parameter's layer takes in; ∂W_ℓ = δ_ℓ x_{ℓ−1}ᵀ. The row where the parameter is of the inputs; none of a batch.</summary>
    public IReadOnlyList<double> Inputs { get; private init; } = [];

    /// <summary>∂L/∂tensor of the whole tensor that the parameter is in, row-major, by back propagation.</summary>
    public IReadOnlyList<double> TensorGradient { get; private init; } = [];

    /// <summary>That tensor.</summary>
    public TensorDefinition Tensor { get; }

    /// <summary>What the recursion costs, and back propagation; for each row.</summary>
    public OperationCounts Operations { get; }

    /// <summary>Explains one derivative.</summary>
    /// <typeparam name="T">The precision that back propagation runs in; the recursion and the numerical derivative are in double.</typeparam>
    /// <param name="network">The network.</param>
    /// <param name="data">Where the row is. Its sample weight does not count.</param>
    /// <param name="row">Counted from 0.</param>
    /// <param name="parameter">By which parameter.</param>
    /// <exception cref="DataException">Data that do not fit the network, or no such row.</exception>
    /// <exception cref="UsageException">No such parameter.</exception>
    public static Explanation Of<T>(Network<T> network, Dataset<T> data, int row, ParameterName parameter) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        Fit.Require(network.Definition, data, row);
        return OfOnly(network, data.Select([row]), row, parameter);
    }

    /// <param name="network">The network.</param>
    /// <param name="only">The row, alone.</param>
    /// <param name="row">What it is called.</param>
    /// <param name="parameter">By which parameter.</param>
    /// <param name="backpropagation">What the recursion is compared with; null: <see cref="Propagation.Backpropagation"/>.</param>
    public static Explanation OfOnly<T>(
        Network<T> network, Dataset<T> only, int row, ParameterName parameter, Func<Network<T>, Dataset<T>, Gradient<T>>? backpropagation = null) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        parameter.RequireIn(network.Definition);
        Fit.Require(network.Definition, only, targets: true);
        Fit.RequireInputs(network.Definition, only.Row(0), row);
        only = only.WithSampleWeights(null);
        Dataset<double> inDouble = GradientCheck.ToDouble(only);
        Network<double> exact = network.Convert<double>();

        var recursion = new UnrolledDerivative.Recursion(exact);
        UnrolledDerivative unrolled = recursion.Derive(inDouble, 0, parameter);
        Gradient<T> gradient = backpropagation is null ? Propagation.Backpropagation.Gradient(network, only) : backpropagation(network, only);
        double byBackpropagation = GradientCheck.Convert(network, gradient)(parameter);
        var differences = new NumericalGradient(exact);
        differences.Take(inDouble, 0);
        bool single = typeof(T) == typeof(float);
        var noise = new RoundingNoise(exact, single, [parameter]);
        noise.Add(inDouble, 0, 1);
        double numerical = differences.Derivative(parameter, noise.OfLoss, out string? leftOut, out double uncertainty);
        leftOut ??= GradientCheck.Unresolved(unrolled.Derivative, byBackpropagation, noise[0], uncertainty);
        return new Explanation(network.Definition, parameter, unrolled.Loss, unrolled.Derivative, unrolled.Factors)
        {
            Row = row,
            Deltas = parameter.Layer == 0 ? [] : Array.ConvertAll(gradient.BiasGradients(parameter.Layer), double.CreateTruncating),
            TensorGradient = Array.ConvertAll(gradient.Of(network.Find(parameter).Block), double.CreateTruncating),
            Inputs = parameter.Layer == 0 ? inDouble.Row(0).ToArray() : recursion.Activations(parameter.Layer - 1),
        }.Compared(byBackpropagation, numerical, leftOut, differences, noise[0], uncertainty, single);
    }

    /// <summary>Explains the derivative of the mean loss of rows that are one batch, of which batch norms take the statistics, as in training.</summary>
    /// <typeparam name="T">The precision that back propagation runs in; the recursion and the numerical derivative are in double.</typeparam>
    /// <param name="network">The network.</param>
    /// <param name="data">The rows, counted by their sample weights.</param>
    /// <param name="parameter">By which parameter.</param>
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    /// <exception cref="UsageException">No such parameter, or factors of more numbers than can be unrolled.</exception>
    public static Explanation OfBatch<T>(Network<T> network, Dataset<T> data, ParameterName parameter) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        parameter.RequireIn(network.Definition);
        Fit.Require(network.Definition, data, targets: true);
        Gradient<T> gradient = Propagation.Backpropagation.Gradient(network, data, batchStatistics: true);
        Network<double> exact = network.Convert<double>();
        var batch = new BatchDerivation(exact, GradientCheck.ToDouble(data));
        var differences = new NumericalGradient(exact);
        bool single = typeof(T) == typeof(float);
        double derivative = batch.Derivative(parameter), byBackpropagation = GradientCheck.Convert(network, gradient)(parameter), noise = batch.Noise(parameter, single);
        double numerical = batch.Numerical(parameter, differences.IsAnalytic(parameter.Layer), out string? leftOut, out double uncertainty);
        leftOut ??= GradientCheck.Unresolved(derivative, byBackpropagation, noise, uncertainty);
        return new Explanation(network.Definition, parameter, batch.Loss, derivative, new BatchUnrolling(batch).Factors(parameter))
        {
            Batch = data.Rows,
            TensorGradient = Array.ConvertAll(gradient.Of(network.Find(parameter).Block), double.CreateTruncating),
        }.Compared(byBackpropagation, numerical, leftOut, differences, noise, uncertainty, single);
    }

    /// <summary>With the other two ways beside the recursion.</summary>
    private Explanation Compared(double byBackpropagation, double numerical, string? leftOut, NumericalGradient differences, double noise, double uncertainty, bool single)
    {
        double first = GradientCheck.Difference(Derivative, byBackpropagation), second = 0, third = 0, tolerance = GradientCheck.Tolerance(single);
        double excess = GradientCheck.Excess(Derivative, byBackpropagation, tolerance, noise);
        string? drowned = GradientCheck.Drowned(Derivative, byBackpropagation, tolerance, noise);
        if (leftOut is null)
        {
            second = GradientCheck.Difference(byBackpropagation, numerical);
            third = GradientCheck.Difference(Derivative, numerical);
            tolerance = GradientCheck.Tolerance(single, differences.IsAnalytic(Parameter.Layer));
            double floor = noise + uncertainty;
            drowned ??= GradientCheck.Drowned(byBackpropagation, numerical, tolerance, floor) ?? GradientCheck.Drowned(Derivative, numerical, tolerance, floor);
            excess = Math.Max(excess, Math.Max(GradientCheck.Excess(byBackpropagation, numerical, tolerance, floor), GradientCheck.Excess(Derivative, numerical, tolerance, floor)));
        }

        (Backpropagation, Numerical, NumericalLeftOut, NumericalMethod) = (byBackpropagation, leftOut is null ? numerical : null, leftOut, differences.Method(Parameter.Layer));
        (Difference, Agrees) = (GradientCheck.Worse(first, GradientCheck.Worse(second, third)), excess <= 1 && drowned is null);
        return this;
    }
}
