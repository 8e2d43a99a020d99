using Backprop.Activations;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Derivations;

/// <summary>
/// The recursion, and the numerical derivative, of the mean loss of rows that are one batch, of which batch norms take the statistics: the tangents
/// of all rows go through the network side by side, since at such a norm each row's depends on the others'. Plain loops, nothing of the passes.
/// </summary>
internal sealed unsafe class BatchDerivation
{
    private const double ComplexStep = 1e-100;
    private const int NoiseRuns = 8;

    private static readonly double[] s_steps = [1e-2, 2e-3, 4e-4, 1e-4, 1e-5];

    private readonly Network<double> _network;
    private readonly PlainInput _input;
    private readonly PlainLayer[] _layers;
    private readonly Dataset<double> _data;
    private readonly double[] _shares; // what each row counts for
    private readonly BatchForward<Lane<double>> _here;
    private readonly BatchForward<ComplexElement> _complex;
    private readonly BatchForward<Lane<double>> _real;
    private readonly double[][] _deltas; // δ_N of each row
    private (bool Single, BatchForward<Lane<double>>[] Forwards)? _moved; // the forward pass of each run of Noise
    private BatchForward<Lane<double>> _at; // what the recursion runs over: the forward pass, or a moved one
    private CounterRandom _random;
    private ulong _drawn;
    private double _rounding;

    /// <param name="network">The network.</param>
    /// <param name="data">The rows.</param>
    public BatchDerivation(Network<double> network, Dataset<double> data)
    {
        (_network, _input, _layers, _data) = (network, new(network), PlainLayer.Of(network), data);
        double weights = BatchScales.Sum(data, RowPermutation.FileOrder(data.Rows), 0, data.Rows);
        _shares = [.. Enumerable.Range(0, data.Rows).Select(row => weights == 0 ? 0 : (data.SampleWeights?[row] ?? 1) / weights)];
        _at = _here = new(this);
        (_complex, _real) = (new(this), new(this));
        Loss = _here.Run(null, default).Value;
        _deltas = [.. Enumerable.Range(0, data.Rows).Select(Delta)];
    }

    public Network<double> Network => _network;

    public PlainInput Input => _input;

    public PlainLayer[] Layers => _layers;

    public Dataset<double> Data => _data;

    /// <summary>What each row counts for, Σ = 1.</summary>
    public double[] Shares => _shares;

    /// <summary>The forward pass.</summary>
    public BatchForward<Lane<double>> Here => _here;

    /// <summary>δ_N of each row by itself.</summary>
    public double[][] Deltas => _deltas;

    /// <summary>L.</summary>
    public double Loss { get; }

    /// <summary>Where the recursion begins for one row: ∂q_ℓ, ∂p_ℓ of what a norm has learned, or ∂x₀.</summary>
    public double[] Tangent(ParameterName parameter, int row)
    {
        _rounding = 0;
        return Base(parameter, row);
    }

    /// <summary>∂L by the recursion.</summary>
    public double Derivative(ParameterName parameter) => Derivative(parameter, rounding: 0, run: 0);

    /// <summary>How far rounding moves that: every number on the way is moved by up to four roundings of the terms that it is the sum of.</summary>
    /// <param name="parameter">By which parameter.</param>
    /// <param name="single">Whether to float.</param>
    public double Noise(ParameterName parameter, bool single)
    {
        double exact = Derivative(parameter), noise = 0, rounding = Math.ScaleB(4, single ? -24 : -53);
        _moved = _moved is { } known && known.Single == single ? known : (single, [.. Enumerable.Range(1, NoiseRuns).Select(run => Moved(rounding, (ulong)run))]);
        for (int run = 1; run <= NoiseRuns; run++)
        {
            _at = _moved.Value.Forwards[run - 1];
            noise = Math.Max(noise, Math.Abs(Derivative(parameter, rounding, (ulong)run) - exact));
        }

        _at = _here;
        return noise;
    }

    /// <summary>A forward pass with every q, p and x of it moved: where norms take differences of numbers that are much larger, u is moved by far more than its own rounding.</summary>
    private BatchForward<Lane<double>> Moved(double rounding, ulong run)
    {
        (_rounding, _random, _drawn) = (rounding, new CounterRandom(run, 10), 0);
        var values = new BatchForward<Lane<double>>(this) { Move = (value, terms) => new(Move(value.Value, Math.Max(Math.Abs(value.Value), terms))) };
        _ = values.Run(null, default);
        return values;
    }

    /// <summary>Im L(w + ih)/h, or a five-point difference.</summary>
    /// <param name="parameter">By which parameter.</param>
    /// <param name="analytic">Whether every function from it to the loss is.</param>
    /// <param name="leftOut">The kink that is within every step, or null.</param>
    /// <param name="uncertainty">What differences are uncertain by.</param>
    public double Numerical(ParameterName parameter, bool analytic, out string? leftOut, out double uncertainty)
    {
        double value = _network.Get(parameter);
        (leftOut, uncertainty) = (null, 0);
        if (analytic)
        {
            return _complex.Run(parameter, new(value, ComplexStep)).Imaginary / ComplexStep;
        }

        double best = double.NaN, noise = Math.ScaleB(Math.Abs(_real.Run(parameter, new(value)).Value), -51);
        uncertainty = double.PositiveInfinity;
        string? kink = null;
        ReadOnlySpan<int> offsets = [-4, -2, -1, 1, 2, 4];
        Span<double> losses = stackalloc double[6];
        foreach (double h in s_steps) // the least uncertain of several
        {
            List<(int Side, int Row, int Layer, int Unit)>? region = null;
            bool crosses = false;
            for (int n = 0; n < offsets.Length && !crosses; n++)
            {
                losses[n] = _real.Run(parameter, new(value + (offsets[n] * (h / 2)))).Value;
                List<(int Side, int Row, int Layer, int Unit)> here = Region(parameter.Layer);
                region ??= here;
                for (int k = 0; k < here.Count && !crosses; k++)
                {
                    (crosses, kink) = here[k] == region[k] ? (false, kink) : (true, Where(here[k].Row, here[k].Layer, here[k].Unit));
                }
            }

            double whole = ((losses[0] - losses[5]) + (8 * (losses[4] - losses[1]))) / (12 * h);
            double half = ((losses[1] - losses[4]) + (8 * (losses[3] - losses[2]))) / (6 * h);
            double found = Math.Abs(whole - half) + (noise / h);
            (best, uncertainty) = !crosses && found < uncertainty ? (whole, found) : (best, uncertainty);
        }

        if (double.IsNaN(best))
        {
            (leftOut, uncertainty) = (kink is null ? "the loss is not finite" : $"{kink}", 0);
        }

        return best;
    }

    /// <summary>On which side of each kink every pre-activation of every row and the loss lie.</summary>
    private List<(int Side, int Row, int Layer, int Unit)> Region(int firstLayer)
    {
        var sides = new List<(int Side, int Row, int Layer, int Unit)>();
        for (int l = Math.Max(1, firstLayer); l <= _layers.Length; l++)
        {
            ActivationFunction activation = _layers[l - 1].Dense.Activation;
            for (int row = 0; row < _data.Rows && activation.Kinks.Count > 0; row++)
            {
                for (int unit = 0; unit < _real.PreActivations[l][row].Length; unit++)
                {
                    double p = _real.PreActivations[l][row][unit].Value;
                    sides.Add((activation.Kinks.Sum(kink => p < kink ? 0 : p > kink ? 2 : 1), row, l, unit));
                }
            }
        }

        var margins = new List<double>();
        for (int row = 0; row < _data.Rows; row++)
        {
            margins.Clear();
            _network.Definition.Loss.AddMargins(Numbers(_real.Activations[^1][row]), Numbers(_real.Targets(row)), margins);
            sides.AddRange(margins.Select(margin => (margin < 0 ? 0 : margin > 0 ? 2 : 1, row, 0, 0)));
        }

        return sides;
    }

    /// <summary>What has a kink there: a unit, or in layer 0 the loss.</summary>
    private string Where(int row, int layer, int unit) => layer == 0
        ? $"row {row}: the loss {_network.Definition.Loss} is within a step of a kink"
        : $"row {row}: unit {unit} of layer {layer} is within a step of a kink of {_layers[layer - 1].Dense.Activation}";

    private double Derivative(ParameterName parameter, double rounding, ulong run)
    {
        (_rounding, _random, _drawn) = (rounding, new CounterRandom(run, 9), 0);
        int l = parameter.Layer;
        double[][] tangents = [.. Enumerable.Range(0, _data.Rows).Select(row => Base(parameter, row))], before = [];
        if (parameter.IsWeight || parameter.IsBias)
        {
            ThroughNorm(l, tangents);
        }

        for (int m = l; m < _layers.Length; m++)
        {
            double[][] moved = m == 0 ? tangents : [.. tangents.Select((tangent, row) => tangent.Select((v, unit) =>
            {
                double through = _layers[m - 1].Dense.Activation.Derivative(_at.PreActivations[m][row][unit].Value) * v, past = before.Length > 0 && _layers[m - 1].AddsBefore ? before[row][unit] : 0;
                return Move(through + past, Math.Abs(through) + Math.Abs(past));
            }).ToArray())];
            PlainLayer next = _layers[m];
            tangents = Array.ConvertAll(moved, v => Products(next, v));
            ThroughNorm(m + 1, tangents);
            before = moved;
        }

        double sum = 0, size = 0;
        for (int row = 0; row < _data.Rows; row++)
        {
            double[] deltas = _rounding == 0 ? _deltas[row] : Delta(row);
            for (int unit = 0; unit < tangents[row].Length; unit++)
            {
                double term = _shares[row] * deltas[unit] * tangents[row][unit];
                sum += term;
                size += Math.Abs(term);
            }
        }

        return Move(sum, size);
    }

    /// <summary>∂q_ℓ of a weight or a bias for one row, ∂p_ℓ of what a norm has learned, ∂x₀ of what the inputs have.</summary>
    private double[] Base(ParameterName parameter, int row)
    {
        int l = parameter.Layer;
        if (l == 0)
        {
            double[] sizes = _input.TangentSizes(parameter, _data.Row(row));
            return [.. _input.Tangent(parameter, _data.Row(row)).Select((v, j) => Move(v, sizes[j]))];
        }

        double[] tangent = new double[_layers[l - 1].Dense.Outputs];
        if (parameter.IsWeight || parameter.IsBias)
        {
            tangent[parameter.Output] = parameter.IsBias ? 1 : _at.Activations[l - 1][row][parameter.Input].Value;
            return tangent;
        }

        (int tensor, int index) = PlainLayer.Place(_network, parameter);
        if (_layers[l - 1].Norm is not BatchNorm)
        {
            return _layers[l - 1].Norm!.Tangent(tensor, index, Numbers(_at.Products[l][row]), _layers[l - 1].Tensors);
        }

        tangent[index] = tensor == 1 ? 1 : _at.Normalised[l][row][index].Value;
        return tangent;
    }

    /// <summary>∂q of all rows becomes ∂p: γ ∘ (∂q − Σ w ∂q − u Σ w u ∂q) / √(var + ε) of a batch norm, J ∂q of another.</summary>
    private void ThroughNorm(int l, double[][] tangents)
    {
        PlainLayer layer = _layers[l - 1];
        if (layer.Norm is not BatchNorm)
        {
            for (int row = 0; row < tangents.Length && layer.Norm is not null; row++)
            {
                double[] q = Numbers(_at.Products[l][row]), sizes = layer.Norm.JacobianSizes(q, layer.Tensors)!;
                double[] size = PlainLayer.Times(sizes, Array.ConvertAll(tangents[row], Math.Abs));
                tangents[row] = [.. PlainLayer.Times(layer.Jacobian(q), tangents[row]).Select((v, unit) => Move(v, size[unit]))];
            }

            return;
        }

        for (int unit = 0; unit < layer.Dense.Outputs; unit++)
        {
            double mean = 0, along = 0, sizeOfMean = 0, sizeAlong = 0, scale = _at.Scales[l][unit].Value;
            double largest = Enumerable.Range(0, tangents.Length).Max(row => Math.Abs(_at.Products[l][row][unit].Value));
            double[] us = [.. Enumerable.Range(0, tangents.Length).Select(row => Move(_at.Normalised[l][row][unit].Value, Math.Abs(_at.Normalised[l][row][unit].Value) + (scale * largest)))]; // u is a difference of numbers that may be much larger
            for (int row = 0; row < tangents.Length; row++)
            {
                double term = _shares[row] * tangents[row][unit], u = us[row];
                (mean, along, sizeOfMean, sizeAlong) = (mean + term, along + (term * u), sizeOfMean + Math.Abs(term), sizeAlong + Math.Abs(term * u));
            }

            double factor = layer.Tensors[0][unit] * scale;
            for (int row = 0; row < tangents.Length; row++)
            {
                double u = us[row], v = tangents[row][unit];
                tangents[row][unit] = Move(factor * (v - mean - (u * along)), Math.Abs(factor) * (Math.Abs(v) + sizeOfMean + (Math.Abs(u) * sizeAlong)));
            }
        }
    }

    /// <summary>δ_N of a row. A residual of numbers that nearly agree is all rounding: t is moved too where rounding is looked at.</summary>
    private double[] Delta(int row)
    {
        Lane<double>[] p = _at.PreActivations[^1][row], y = _at.Activations[^1][row], t = _at.Targets(row), delta = new Lane<double>[y.Length];
        ActivationFunction activation = _layers[^1].Dense.Activation;
        if (_rounding != 0)
        {
            t = Array.ConvertAll(t, value => new Lane<double>(Move(value.Value, Math.Abs(value.Value))));
        }

        if (_at.Output.IsFused)
        {
            _at.Output.Delta(p, y, t, delta);
            return Numbers(delta);
        }

        _at.Output.Gradient(y, t, delta);
        double[] gradient = Numbers(delta);
        double[]? jacobian = activation.IsElementwise ? null : activation.Jacobian(Numbers(p));
        return [.. gradient.Select((g, unit) => jacobian is null ? g * activation.Derivative(p[unit].Value) : gradient.Select((other, r) => other * jacobian[(r * y.Length) + unit]).Sum())];
    }

    private double[] Products(PlainLayer layer, double[] v)
    {
        double[] products = new double[layer.Dense.Outputs];
        for (int r = 0; r < products.Length; r++)
        {
            products[r] = Sum(v, layer.Weights.AsSpan(r * v.Length, v.Length));
        }

        return products;
    }

    private double Sum(double[] v, ReadOnlySpan<double> weights)
    {
        double sum = 0, size = 0;
        for (int c = 0; c < v.Length; c++)
        {
            sum += weights[c] * v[c];
            size += Math.Abs(weights[c] * v[c]);
        }

        return Move(sum, size);
    }

    private double Move(double value, double size) => _rounding == 0 ? value : value + (((2 * _random.Uniform(_drawn++)) - 1) * _rounding * size);

    internal static double[] Numbers(Lane<double>[] values) => Array.ConvertAll(values, value => value.Value);
}
