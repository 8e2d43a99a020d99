using Backprop.Activations;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>
/// How far rounding alone moves a derivative: it is taken several times in double, by plain loops, with every number on the way (p, x, the targets,
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
    private readonly double _unit, _least, _lossUnit;
    private readonly double[][] _weights, _biases, _p, _x, _g, _slopes;
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
        _weights = [[], .. network.Layers.Select(layer => layer.GetWeights())];
        _biases = [[], .. network.Layers.Select(layer => layer.GetBiases())];
        double[][] Layers() => [new double[network.Definition.Inputs], .. network.Layers.Select(layer => new double[layer.Outputs])];
        (_p, _x, _g, _slopes) = (Layers(), Layers(), Layers(), Layers());
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
        data.Row(row).CopyTo(_x[0]);
        for (int target = 0; target < _targets.Length; target++)
        {
            _targets[target] = data.Targets[row, target];
        }

        double loss = 0, spread = 0;
        for (int run = 0; run <= Runs; run++)
        {
            (_amount, _random, _drawn) = (run == 0 ? 0 : 1, new CounterRandom((ulong)row, (ulong)run), 0);
            double moved = Forward(ofSlopes: run == 0);
            loss = run == 0 ? moved : loss;
            spread = double.IsFinite(moved) ? Math.Max(spread, Math.Abs(moved - loss)) : spread;
            Backward();
            for (int n = 0; n < _parameters.Count; n++)
            {
                (int layer, int output, int input) = _parameters[n];
                double term = scale * _g[layer][output] * (input < 0 ? 1 : _x[layer - 1][input]);
                _sums[run][n] += Move(term, Math.Abs(term));
            }
        }

        OfLoss = (_lossUnit * spread) + Math.ScaleB(Math.Abs(loss), -53);
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
            for (int i = 0; i < _p[l].Length; i++)
            {
                double sum = _biases[l][i], size = Math.Abs(sum);
                for (int j = 0; j < before.Length; j++)
                {
                    double term = _weights[l][(i * before.Length) + j] * before[j];
                    sum += term;
                    size += Math.Abs(term);
                }

                _p[l][i] = Move(sum, size);
                if (ofSlopes && _network.Layers[l - 1].Activation.IsElementwise)
                {
                    _slopes[l][i] = Slope(_network.Layers[l - 1].Activation, sum);
                }
            }

            fixed (double* p = _p[l], x = _x[l])
            {
                _activations[l].Forward((Lane<double>*)p, (Lane<double>*)x, _p[l].Length);
            }

            for (int i = 0; i < _x[l].Length; i++)
            {
                _x[l][i] = Move(_x[l][i], Math.Abs(_x[l][i]));
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

    /// <summary>δ of every layer, in g.</summary>
    private void Backward()
    {
        int last = _x.Length - 1;
        Span<Lane<double>> delta = Lanes(_g[last]);
        if (_output.IsFused)
        {
            _output.Delta(Lanes(_p[last]), Lanes(_x[last]), Lanes(_movedTargets), delta);
            for (int i = 0; i < _g[last].Length; i++)
            {
                _g[last][i] = Move(_g[last][i], Math.Abs(_g[last][i]));
            }
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

        for (int l = last - 1; l >= 1; l--)
        {
            for (int j = 0; j < _g[l].Length; j++)
            {
                double sum = 0, size = 0;
                for (int i = 0; i < _g[l + 1].Length; i++)
                {
                    double term = _weights[l + 1][(i * _g[l].Length) + j] * _g[l + 1][i];
                    sum += term;
                    size += Math.Abs(term);
                }

                _g[l][j] = Move(sum, size);
            }

            Through(l);
        }
    }

    /// <summary>δ_ℓ = D_ℓᵀ ∂L/∂x_ℓ.</summary>
    private void Through(int l)
    {
        double[] before = [.. _g[l]];
        fixed (double* p = _p[l], x = _x[l], g = _g[l])
        {
            _activations[l].Backward((Lane<double>*)p, (Lane<double>*)x, (Lane<double>*)g, before.Length);
        }

        for (int i = 0; i < before.Length; i++)
        {
            _g[l][i] = Move(_g[l][i], Math.Abs(_g[l][i]) + (_slopes[l][i] * Math.Abs(before[i])));
        }
    }

    private static Span<Lane<double>> Lanes(double[] values) => System.Runtime.InteropServices.MemoryMarshal.Cast<double, Lane<double>>(values.AsSpan());
}
