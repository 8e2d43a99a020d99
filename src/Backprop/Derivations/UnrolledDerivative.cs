using System.Globalization;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>
/// math.md's way 1, the note's recursion for one parameter and one sample: the tangent starts as ∂p_ℓ = x_{ℓ−1,j} e_i (for b_ℓ[i]: e_i), is
/// pushed through every later layer, ∂p_{m+1} = W_{m+1} (f′_m(p_m) ∘ ∂p_m), and ends as ∂L = ∇_yL · D_N ∂p_N. Nothing of the backward pass is
/// called. By a parameter of the inputs it starts one step earlier, as ∂x₀. Every factor of the unrolled product is kept to be read.
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
        private readonly PlainInput _input = new(network);
        private readonly PlainLayer[] _layers = PlainLayer.Of(network);
        private readonly double[][] _slopes = [.. network.Layers.Select(layer => new double[layer.Outputs])];
        private readonly double[]?[] _norms = new double[network.Layers.Length][]; // ∂p/∂q of the norms
        private readonly PlainForward<Lane<double>> _forward = new(network);

        private double[] _lossGradient = []; // ∇_yL, or δ_N where it fuses with D_N
        private double[]? _jacobian;

        private int Last => network.Layers.Length;

        /// <summary>x_ℓ of the row, ℓ = 0 … N.</summary>
        public double[] Activations(int layer) => Numbers(_forward.Here.Activations[layer]);

        /// <summary>The forward pass of one row, the slopes f′ of every layer, the Jacobians of the norms, and ∇_yL. Returns L.</summary>
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
                    _slopes[layer.Index - 1][unit] = layer.Activation.Derivative(_forward.Here.PreActivations[layer.Index][unit].Value);
                }

                _norms[layer.Index - 1] = _layers[layer.Index - 1].Jacobian(Numbers(_forward.Here.Products[layer.Index]));
            }

            Lane<double>[] p = _forward.Here.PreActivations[Last], y = _forward.Here.Activations[Last], gradient = new Lane<double>[y.Length];
            if (_forward.Output.IsFused)
            {
                _forward.Output.Delta(p, y, _forward.Targets, gradient);
            }
            else
            {
                _forward.Output.Gradient(y, _forward.Targets, gradient);
            }

            _lossGradient = Numbers(gradient);
            _jacobian = network.Layers[^1].Activation.IsElementwise || _forward.Output.IsFused ? null : network.Layers[^1].Activation.Jacobian(Numbers(p));
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
            (double[] tangent, bool isOfProduct) = Base(parameter);
            tangent = isOfProduct ? PlainLayer.Times(_norms[l - 1], tangent) : tangent; // ∂p_ℓ, or ∂x₀
            double[]? before = null; // ∂x_{m−1}, once there is one
            for (int m = l; m < Last; m++)
            {
                double[] moved = m == 0 ? tangent : new double[tangent.Length]; // ∂x_m = f′_m(p_m) ∘ ∂p_m (+ ∂x_{m−1})
                for (int c = 0; m > 0 && c < tangent.Length; c++)
                {
                    moved[c] = (_slopes[m - 1][c] * tangent[c]) + (before is not null && _layers[m - 1].AddsBefore ? before[c] : 0);
                }

                double[] next = new double[network.Layers[m].Outputs], weights = _layers[m].Weights;
                for (int c = 0; c < moved.Length; c++)
                {
                    for (int r = 0; moved[c] != 0 && r < next.Length; r++)
                    {
                        next[r] += weights[(r * moved.Length) + c] * moved[c];
                    }
                }

                (before, tangent) = (moved, PlainLayer.Times(_norms[m], next));
            }

            double sum = 0;
            for (int r = 0; r < tangent.Length; r++)
            {
                sum += _lossGradient[r] * AtOutput(tangent, r);
            }

            return sum;
        }

        /// <summary>The base case: ∂q_ℓ of a weight or a bias, ∂p_ℓ of what a norm has learned, ∂x₀ of what the inputs have.</summary>
        private (double[] Tangent, bool IsOfProduct) Base(ParameterName parameter)
        {
            int l = parameter.Layer;
            if (l == 0)
            {
                return (_input.Tangent(parameter, Numbers(_forward.Row)), false);
            }

            if (!parameter.IsWeight && !parameter.IsBias)
            {
                (int tensor, int index) = PlainLayer.Place(network, parameter);
                return (_layers[l - 1].Norm!.Tangent(tensor, index, Numbers(_forward.Here.Products[l]), _layers[l - 1].Tensors), false);
            }

            double[] tangent = new double[network.Layers[l - 1].Outputs]; // (4.1)
            tangent[parameter.Output] = parameter.IsBias ? 1 : _forward.Here.Activations[l - 1][parameter.Input].Value;
            return (tangent, true);
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

        /// <summary>
        /// (∇_yL)ᵀ D_N W_N D_{N−1} … D_{ℓ+1} W_{ℓ+1}[:,i] · f′_ℓ(p_ℓ,i) · x_{ℓ−1,j}. Behind D_m stands J_m where layer m has a norm; the three of a
        /// residual layer are one factor, I + D_m J_m W_m; and where J_ℓ mixes the units of the parameter's own layer, e_i takes the column of it.
        /// By a parameter of the inputs the last two are W_1 and the column ∂x₀.
        /// </summary>
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
                factors.Add(_jacobian is null ? Slopes(n) : new("jacobian", $"J_{n}(p_{n})", n, [outputs, outputs], _jacobian));
            }

            for (int m = n; m > l; m--)
            {
                if (_layers[m - 1].AddsBefore)
                {
                    factors.Add(PastAndThrough(m));
                    continue;
                }

                factors.AddRange(m < n ? [Slopes(m), .. Norm(m)] : Norm(m));
                factors.Add(new("matrix", $"W_{m}", m, [network.Layers[m - 1].Outputs, network.Layers[m - 1].Inputs], _layers[m - 1].Weights));
            }

            (double[] tangent, bool isOfProduct) = Base(parameter);
            if (l == 0)
            {
                factors.Add(new("column", $"∂x_0/∂{parameter}", 0, [tangent.Length], tangent));
                return factors;
            }

            int unit = parameter.Output;
            string place = unit.ToString(CultureInfo.InvariantCulture);
            DerivativeFactor[] norm = isOfProduct ? [.. Norm(l)] : [];
            if (l < n && norm.Length == 0)
            {
                DerivativeFactor matrix = factors[^1]; // of which one column counts
                factors[^1] = new("column", $"{matrix.Symbol}[:,{place}]", l + 1, [matrix.Shape[0]], [.. Enumerable.Range(0, matrix.Shape[0]).Select(r => matrix.Values[(r * matrix.Shape[1]) + unit])]) { Part = matrix.Part };
                factors.Add(new("slope", $"f′_{l}(p_{l},{place})", l, [], [_slopes[l - 1][unit]]));
            }
            else
            {
                double[] column = new double[tangent.Length];
                column[unit] = 1;
                factors.AddRange(l < n ? [Slopes(l), .. norm] : norm);
                factors.Add(new("column", $"e_{place}", l, [column.Length], column));
            }

            if (parameter.IsWeight)
            {
                factors.Add(new("input", $"x_{l - 1},{parameter.Input.ToString(CultureInfo.InvariantCulture)}", l - 1, [], [tangent[unit]]));
            }
            else if (!isOfProduct && _layers[l - 1].Norm!.TangentSymbol(PlainLayer.Place(network, parameter).Tensor, l, unit) is { } symbol)
            {
                factors.Add(new("input", symbol.Text, l, [], [tangent[unit]]) { Part = _layers[l - 1].Norm });
            }

            return factors;
        }

        /// <summary>f′ of a layer.</summary>
        private DerivativeFactor Slopes(int m) => new("diagonal", $"f′_{m}(p_{m})", m, [network.Layers[m - 1].Outputs], _slopes[m - 1]);

        /// <summary>J of a layer's norm, if it has one.</summary>
        private IEnumerable<DerivativeFactor> Norm(int m)
        {
            if (_norms[m - 1] is { } norm)
            {
                int units = network.Layers[m - 1].Outputs;
                LayerPart part = _layers[m - 1].Norm!;
                string symbol = part.JacobianSymbol(m).Text;
                yield return norm.Length == units ? new("diagonal", symbol, m, [units], norm) { Part = part } : new("jacobian", symbol, m, [units, units], norm) { Part = part };
            }
        }

        /// <summary>I + D_m J_m W_m of a residual layer.</summary>
        private DerivativeFactor PastAndThrough(int m)
        {
            int units = network.Layers[m - 1].Outputs;
            double[] matrix = new double[units * units], weights = _layers[m - 1].Weights;
            for (int c = 0; c < units; c++)
            {
                double[] column = PlainLayer.Times(_norms[m - 1], [.. Enumerable.Range(0, units).Select(r => weights[(r * units) + c])]);
                for (int r = 0; r < units; r++)
                {
                    matrix[(r * units) + c] = (_slopes[m - 1][r] * column[r]) + (r == c ? 1 : 0);
                }
            }

            string norm = _norms[m - 1] is null ? "" : $" {(_norms[m - 1]!.Length == units ? "diag " : "")}{_layers[m - 1].Norm!.JacobianSymbol(m).Text}";
            return new("matrix", $"(I + diag f′_{m}(p_{m}){norm} W_{m})", m, [units, units], matrix) { Part = _layers[m - 1].Behind.First(part => part.AddsBefore) };
        }

        private static double[] Numbers(Lane<double>[] values) => Array.ConvertAll(values, value => value.Value);
    }
}
