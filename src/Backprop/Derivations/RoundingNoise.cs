using Backprop.Activations;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>
/// How far rounding alone moves a derivative: it is taken several times in double, by plain loops, with every number on the way (x₀, p, x, the targets,
/// ∇_yL, δ) moved at random by a few roundings of the precision in question, of its own size or of the terms that it is the sum of. What the same
/// derivative may be off by depends on where things cancel, so it is measured, not bounded. Nothing is judged by the value of the derivative here.
/// </summary>
internal sealed unsafe class RoundingNoise
{
    private const int Runs = 8;

    /// <summary>How many roundings a number is moved by at most.</summary>
    private const double Roundings = 4;

    private readonly Network<double> _network;
    private readonly IReadOnlyList<ParameterName> _parameters;
    private readonly (int Tensor, int Index)[] _places; // in the norms
    private readonly double _unit, _least, _lossUnit;
    private readonly PlainInput _input;
    private readonly Lane<double>[][][] _inputTensors;
    private readonly PlainLayer[] _layers; // ℓ = 1 at index 0
    private readonly double[][] _q, _p, _x, _g, _ofP, _slopes; // g: ∂L/∂q; of p: ∂L/∂p
    private readonly double[] _targets, _movedTargets;
    private readonly double[][] _sums; // of each run, by parameter; the first is not moved
    private readonly ActivationKernel<Lane<double>>[] _activations;
    private readonly OutputKernel<Lane<double>> _output;
    private CounterRandom _random;
    private ulong _drawn;
    private double _amount;

    /// <param name="network">In double.</param>
    /// <param name="single">Whether the numbers are rounded to float.</param>
    /// <param name="parameters">Which derivatives.</param>
    public RoundingNoise(Network<double> network, bool single, IReadOnlyList<ParameterName> parameters)
    {
        (_network, _parameters) = (network, parameters);
        _unit = Math.ScaleB(Roundings, single ? -24 : -53);
        _least = single ? 1.2e-38 : 2.3e-208; // below, numbers lose digits; those of the complex step are 10⁻¹⁰⁰ times as large
        _lossUnit = single ? Math.ScaleB(1, -29) : 1;
        (_input, _layers) = (new(network), PlainLayer.Of(network));
        _inputTensors = _input.Tensors<Lane<double>>();
        _places = [.. parameters.Select(parameter => PlainLayer.Place(network, parameter))];
        double[][] Layers() => [new double[network.Definition.InputsOf(1)], .. network.Layers.Select(layer => new double[layer.Outputs])];
        (_q, _p, _x, _g, _ofP, _slopes) = (Layers(), Layers(), Layers(), Layers(), Layers(), Layers());
        (_targets, _movedTargets) = (new double[network.Definition.TargetCount], new double[network.Definition.TargetCount]);
        _sums = [.. Enumerable.Range(0, Runs + 1).Select(_ => new double[parameters.Count])];
        _activations = [null!, .. network.Layers.Select(layer => layer.Activation.Bind<Lane<double>>())];
        _output = network.Definition.Loss.Bind<Lane<double>>(network.Layers[^1].Activation);
    }

    /// <summary>Whose derivatives.</summary>
    public IReadOnlyList<ParameterName> Parameters => _parameters;

    /// <summary>How far rounding to double moves the loss of the row that was added last.</summary>
    public double OfLoss { get; private set; }

    /// <summary>How far rounding moves the derivative of the mean loss by the n-th parameter.</summary>
    public double this[int n]
    {
        get
        {
            double noise = 0;
            for (int run = 1; run <= Runs; run++)
            {
                double moved = Math.Abs(_sums[run][n] - _sums[0][n]);
                noise = double.IsFinite(moved) ? Math.Max(noise, moved) : noise; // out of range is no rounding
            }

            return noise;
        }
    }

    /// <summary>Adds a row.</summary>
    public void Add(Dataset<double> data, int row, double scale)
    {
        ReadOnlySpan<double> values = data.Row(row);
        double[] inputs = values.ToArray(), sizes = _input.Sizes(values);
        for (int target = 0; target < _targets.Length; target++)
        {
            _targets[target] = data.Targets[row, target];
        }

        double loss = 0, spread = 0;
        for (int run = 0; run <= Runs; run++)
        {
            (_amount, _random, _drawn) = (run == 0 ? 0 : 1, new CounterRandom((ulong)row, (ulong)run), 0);
            _input.Forward(Lanes(inputs), _inputTensors, Lanes(_x[0]));
            for (int j = 0; j < sizes.Length; j++)
            {
                _x[0][j] = sizes[j] == 0 ? _x[0][j] : Move(_x[0][j], sizes[j]);
            }

            double moved = Forward(ofSlopes: run == 0);
            loss = run == 0 ? moved : loss;
            spread = double.IsFinite(moved) ? Math.Max(spread, Math.Abs(moved - loss)) : spread;
            Backward();
            for (int n = 0; n < _parameters.Count; n++)
            {
                double term = scale * Derivative(_parameters[n], _places[n], inputs);
                _sums[run][n] += Move(term, Math.Abs(term));
            }
        }

        OfLoss = (_lossUnit * spread) + Math.ScaleB(Math.Abs(loss), -53);
    }

    private double Derivative(ParameterName parameter, (int Tensor, int Index) place, double[] inputs)
    {
        (int layer, int output, int input) = parameter;
        if (parameter.IsWeight || parameter.IsBias)
        {
            return _g[layer][output] * (input < 0 ? 1 : _x[layer - 1][input]);
        }

        if (layer == 0)
        {
            double[] sizes = _input.TangentSizes(parameter, inputs);
            return _input.Tangent(parameter, inputs).Select((moved, j) => sizes[j] == 0 ? moved * _g[0][j] : Move(moved, sizes[j]) * _g[0][j]).Sum();
        }

        double[] tangent = _layers[layer - 1].Norm!.Tangent(place.Tensor, place.Index, _q[layer], _layers[layer - 1].Tensors);
        return tangent.Select((moved, i) => moved * _ofP[layer][i]).Sum();
    }

    private double Move(double value, double size) =>
        _amount == 0 ? value : value + (((2 * _random.Uniform(_drawn++)) - 1) * ((_unit * size) + _least));

    private double Forward(bool ofSlopes)
    {
        for (int target = 0; target < _targets.Length; target++)
        {
            _movedTargets[target] = Move(_targets[target], Math.Abs(_targets[target]));
        }

        for (int l = 1; l < _x.Length; l++)
        {
            double[] before = _x[l - 1];
            PlainLayer layer = _layers[l - 1];
            for (int i = 0; i < _q[l].Length; i++)
            {
                double sum = layer.Biases[i], size = Math.Abs(sum);
                for (int j = 0; j < before.Length; j++)
                {
                    double term = layer.Weights[(i * before.Length) + j] * before[j];
                    sum += term;
                    size += Math.Abs(term);
                }

                _q[l][i] = Move(sum, size);
            }

            if (layer.Norm is null)
            {
                _q[l].CopyTo(_p[l], 0);
            }
            else
            {
                layer.Norm.Forward<Lane<double>>(Lanes(_q[l]), Lanes(before), Array.ConvertAll(layer.Tensors, tensor => Lanes(tensor).ToArray()), Lanes(_p[l]));
                for (int i = 0; i < _p[l].Length; i++)
                {
                    _p[l][i] = Move(_p[l][i], Math.Abs(_p[l][i]) + Math.Abs(layer.Tensors[1][i]));
                }
            }

            for (int i = 0; ofSlopes && layer.Dense.Activation.IsElementwise && i < _p[l].Length; i++)
            {
                _slopes[l][i] = Slope(layer.Dense.Activation, _p[l][i]);
            }

            fixed (double* p = _p[l], x = _x[l])
            {
                _activations[l].Forward((Lane<double>*)p, (Lane<double>*)x, _p[l].Length);
            }

            foreach (LayerPart part in layer.Behind)
            {
                part.Forward<Lane<double>>(Lanes(_x[l]), Lanes(before), [], Lanes(_x[l]));
            }

            for (int i = 0; i < _x[l].Length; i++)
            {
                _x[l][i] = Move(_x[l][i], Math.Abs(_x[l][i]) + (layer.AddsBefore ? Math.Abs(before[i]) : 0));
            }
        }

        return _output.Value(Lanes(_p[^1]), Lanes(_x[^1]), Lanes(_movedTargets)).Value;
    }

    /// <summary>The greatest slope between 0 and p: what an f′ of terms that cancel in the tails is a sum of.</summary>
    private static double Slope(ActivationFunction activation, double p)
    {
        double greatest = 0;
        for (int quarter = 0; quarter <= 4; quarter++)
        {
            double slope = Math.Abs(activation.Derivative(p * quarter / 4));
            greatest = double.IsFinite(slope) ? Math.Max(greatest, slope) : greatest;
        }

        return greatest;
    }

    /// <summary>δ of every layer, in g; ∂L/∂x₀ in the first.</summary>
    private void Backward()
    {
        int last = _x.Length - 1;
        Span<Lane<double>> delta = Lanes(_g[last]);
        if (_output.IsFused)
        {
            _output.Delta(Lanes(_p[last]), Lanes(_x[last]), Lanes(_movedTargets), delta);
            for (int i = 0; i < _g[last].Length; i++)
            {
                _ofP[last][i] = _g[last][i] = Move(_g[last][i], Math.Abs(_g[last][i]));
            }

            ThroughNorm(last);
        }
        else
        {
            _output.Gradient(Lanes(_x[last]), Lanes(_movedTargets), delta);
            for (int i = 0; i < _g[last].Length; i++)
            {
                _g[last][i] = Move(_g[last][i], Math.Abs(_g[last][i]));
            }

            Through(last);
        }

        double[] past = []; // ∂L/∂x of the layer behind, where it adds what is before it
        for (int l = last - 1; l >= (_inputTensors.Length > 0 ? 0 : 1); l--)
        {
            for (int j = 0; j < _g[l].Length; j++)
            {
                double sum = past.Length > 0 ? past[j] : 0, size = Math.Abs(sum);
                for (int i = 0; i < _g[l + 1].Length; i++)
                {
                    double term = _layers[l].Weights[(i * _g[l].Length) + j] * _g[l + 1][i];
                    sum += term;
                    size += Math.Abs(term);
                }

                _g[l][j] = Move(sum, size);
            }

            if (l == 0)
            {
                break;
            }

            past = _layers[l - 1].AddsBefore ? [.. _g[l]] : [];
            Through(l);
        }
    }

    /// <summary>∂L/∂q = Jᵀ ∂L/∂p of a norm.</summary>
    private void ThroughNorm(int l)
    {
        PlainLayer layer = _layers[l - 1];
        if (layer.Norm is null || layer.Jacobian(_q[l]) is not { } jacobian || layer.Norm.JacobianSizes(_q[l], layer.Tensors) is not { } sizes)
        {
            return;
        }

        int n = _g[l].Length;
        for (int c = 0; c < n; c++)
        {
            double sum = 0, size = 0;
            for (int r = 0; r < n; r++)
            {
                int entry = jacobian.Length == n ? c : (r * n) + c;
                double g = jacobian.Length == n && r != c ? 0 : _ofP[l][r];
                sum += jacobian[entry] * g;
                size += sizes[entry] * Math.Abs(g);
            }

            _g[l][c] = Move(sum, size);
        }
    }

    /// <summary>∂L/∂p = D_ℓᵀ ∂L/∂x_ℓ, and δ_ℓ, ∂L/∂q.</summary>
    private void Through(int l)
    {
        double[] before = [.. _g[l]];
        fixed (double* p = _p[l], x = _x[l], g = _g[l])
        {
            _activations[l].Backward((Lane<double>*)p, (Lane<double>*)x, (Lane<double>*)g, before.Length);
        }

        for (int i = 0; i < before.Length; i++)
        {
            _ofP[l][i] = _g[l][i] = Move(_g[l][i], Math.Abs(_g[l][i]) + (_slopes[l][i] * Math.Abs(before[i])));
        }

        ThroughNorm(l);
    }

    private static Span<Lane<double>> Lanes(double[] values) => System.Runtime.InteropServices.MemoryMarshal.Cast<double, Lane<double>>(values.AsSpan());
}
