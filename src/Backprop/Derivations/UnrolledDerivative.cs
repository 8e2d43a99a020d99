using System.Globalization;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>
/// math.md's way 1, the note's recursion for one parameter and one sample: the tangent starts as ∂p_ℓ = x_{ℓ−1,j} e_i (for b_ℓ[i]: e_i), is
/// pushed through every later layer, ∂p_{m+1} = W_{m+1} (f′_m(p_m) ∘ ∂p_m), and ends as ∂L = ∇_yL · D_N ∂p_N. Nothing of the backward pass is
/// called. Every factor of the unrolled product is kept to be read.
/// </summary>
public sealed class UnrolledDerivative
{
    private UnrolledDerivative(ParameterName parameter, double loss, double derivative, IReadOnlyList<DerivativeFactor> factors) =>
        (Parameter, Loss, Derivative, Factors) = (parameter, loss, derivative, factors);

    /// <summary>By which parameter.</summary>
    public ParameterName Parameter { get; }

    /// <summary>L(y | t) of the sample.</summary>
    public double Loss { get; }

    /// <summary>∂L/∂parameter.</summary>
    public double Derivative { get; }

    /// <summary>Multiplied from left to right they give <see cref="Derivative"/>.</summary>
    public IReadOnlyList<DerivativeFactor> Factors { get; }

    /// <summary>Derives the loss of one row by one parameter.</summary>
    /// <param name="network">In double.</param>
    /// <param name="data">Where the row is.</param>
    /// <param name="row">Counted from 0.</param>
    /// <param name="parameter">By which parameter.</param>
    /// <exception cref="DataException">Data that do not fit the network, or no such row.</exception>
    /// <exception cref="UsageException">No such parameter.</exception>
    public static UnrolledDerivative Derive(Network<double> network, Dataset<double> data, int row, ParameterName parameter)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        Propagation.Fit.Require(network.Definition, data, row);
        parameter.RequireIn(network.Definition);
        return new Recursion(network).Derive(data, row, parameter);
    }

    /// <summary>The recursion for many parameters of one sample: one forward pass, then a tangent for each.</summary>
    internal sealed class Recursion(Network<double> network)
    {
        private readonly double[][] _weights = [.. network.Layers.Select(layer => layer.GetWeights())];
        private readonly double[][] _slopes = [.. network.Layers.Select(layer => new double[layer.Outputs])];
        private readonly PlainForward<Lane<double>> _forward = new(
            network.Definition,
            [.. network.Layers.Select(layer => layer.GetWeights())],
            [.. network.Layers.Select(layer => layer.GetBiases())]);

        private double[] _lossGradient = []; // ∇_yL, or δ_N where it fuses with D_N
        private double[]? _jacobian;

        private int Last => network.Layers.Length;

        /// <summary>x_ℓ of the row, ℓ = 0 … N.</summary>
        public double[] Activations(int layer) => Array.ConvertAll(_forward.Activations[layer], value => value.Value);

        /// <summary>The forward pass of one row, the slopes f′ of every layer and ∇_yL. Returns L.</summary>
        public double Forward(Dataset<double> data, int row)
        {
            double[] target = new double[network.Definition.TargetCount];
            for (int output = 0; output < target.Length; output++)
            {
                target[output] = data.Targets[row, output];
            }

            double loss = _forward.Run(data.Row(row), target).Value;
            foreach (DenseLayer<double> layer in network.Layers)
            {
                for (int unit = 0; unit < layer.Outputs && layer.Activation.IsElementwise; unit++)
                {
                    _slopes[layer.Index - 1][unit] = layer.Activation.Derivative(_forward.PreActivations[layer.Index][unit].Value);
                }
            }

            Lane<double>[] p = _forward.PreActivations[Last], y = _forward.Activations[Last], gradient = new Lane<double>[y.Length];
            if (_forward.Output.IsFused)
            {
                _forward.Output.Delta(p, y, _forward.Targets, gradient);
            }
            else
            {
                _forward.Output.Gradient(y, _forward.Targets, gradient);
            }

            _lossGradient = Array.ConvertAll(gradient, value => value.Value);
            _jacobian = network.Layers[^1].Activation.IsElementwise || _forward.Output.IsFused ? null : network.Layers[^1].Activation.Jacobian(Array.ConvertAll(p, value => value.Value));
            return loss;
        }

        /// <summary>The derivative of one row's loss by one parameter, with its factors.</summary>
        public UnrolledDerivative Derive(Dataset<double> data, int row, ParameterName parameter)
        {
            double loss = Forward(data, row);
            return new(parameter, loss, Derivative(parameter), Factors(parameter));
        }

        /// <summary>∂L by the recursion.</summary>
        public double Derivative(ParameterName parameter)
        {
            int l = parameter.Layer;
            double[] tangent = new double[network.Layers[l - 1].Outputs]; // ∂p_ℓ, the base case (4.1)
            tangent[parameter.Output] = parameter.IsBias ? 1 : _forward.Activations[l - 1][parameter.Input].Value;
            for (int m = l; m < Last; m++)
            {
                double[] next = new double[network.Layers[m].Outputs], weights = _weights[m];
                for (int c = 0; c < tangent.Length; c++)
                {
                    double moved = _slopes[m - 1][c] * tangent[c]; // f′_m(p_m) ∘ ∂p_m
                    for (int r = 0; moved != 0 && r < next.Length; r++)
                    {
                        next[r] += weights[(r * tangent.Length) + c] * moved;
                    }
                }

                tangent = next;
            }

            double sum = 0;
            for (int r = 0; r < tangent.Length; r++)
            {
                sum += _lossGradient[r] * AtOutput(tangent, r);
            }

            return sum;
        }

        /// <summary>Row r of D_N ∂p_N; ∂p_N itself where D_N is part of δ_N.</summary>
        private double AtOutput(double[] tangent, int r)
        {
            if (_forward.Output.IsFused)
            {
                return tangent[r];
            }

            if (_jacobian is null)
            {
                return _slopes[Last - 1][r] * tangent[r];
            }

            double sum = 0;
            for (int c = 0; c < tangent.Length; c++)
            {
                sum += _jacobian[(r * tangent.Length) + c] * tangent[c];
            }

            return sum;
        }

        /// <summary>(∇_yL)ᵀ D_N W_N D_{N−1} … D_{ℓ+1} W_{ℓ+1}[:,i] · f′_ℓ(p_ℓ,i) · x_{ℓ−1,j}.</summary>
        public IReadOnlyList<DerivativeFactor> Factors(ParameterName parameter)
        {
            int n = Last, l = parameter.Layer, outputs = network.Definition.Outputs;
            var factors = new List<DerivativeFactor>();
            if (_forward.Output.IsFused)
            {
                factors.Add(new("delta", $"δ_{n}", n, [outputs], _lossGradient));
            }
            else
            {
                factors.Add(new("loss_gradient", "∇_yL", n, [outputs], _lossGradient));
                factors.Add(_jacobian is null
                    ? new("diagonal", $"f′_{n}(p_{n})", n, [outputs], _slopes[n - 1])
                    : new("jacobian", $"J_{n}(p_{n})", n, [outputs, outputs], _jacobian));
            }

            for (int m = n; m > l + 1; m--)
            {
                factors.Add(new("matrix", $"W_{m}", m, [network.Layers[m - 1].Outputs, network.Layers[m - 1].Inputs], _weights[m - 1]));
                factors.Add(new("diagonal", $"f′_{m - 1}(p_{m - 1})", m - 1, [network.Layers[m - 2].Outputs], _slopes[m - 2]));
            }

            string unit = parameter.Output.ToString(CultureInfo.InvariantCulture);
            if (l == n)
            {
                double[] column = new double[outputs];
                column[parameter.Output] = 1;
                factors.Add(new("column", $"e_{unit}", n, [outputs], column));
            }
            else
            {
                DenseLayer<double> next = network.Layers[l];
                double[] column = [.. Enumerable.Range(0, next.Outputs).Select(r => _weights[l][(r * next.Inputs) + parameter.Output])];
                factors.Add(new("column", $"W_{l + 1}[:,{unit}]", l + 1, [next.Outputs], column));
                factors.Add(new("slope", $"f′_{l}(p_{l},{unit})", l, [], [_slopes[l - 1][parameter.Output]]));
            }

            if (!parameter.IsBias)
            {
                factors.Add(new("input", $"x_{l - 1},{parameter.Input.ToString(CultureInfo.InvariantCulture)}", l - 1, [], [_forward.Activations[l - 1][parameter.Input].Value]));
            }

            return factors;
        }
    }
}
