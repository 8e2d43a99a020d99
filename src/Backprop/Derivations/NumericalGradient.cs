using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>
/// math.md's way 3, without any derivative formula: the complex step where every function from the parameter to the loss is analytic,
/// five-point central differences elsewhere. A point that sits within a step of a kink is named and left out, never silently passed.
/// </summary>
public sealed class NumericalGradient
{
    /// <summary>So short that it is nothing beside any number, even after large weights have multiplied it.</summary>
    private const double ComplexStep = 1e-100;

    /// <summary>2 to this power is about how far p is moved.</summary>
    private const int StepExponent = -10;

    private readonly Network<double> _network;
    private readonly PlainForward<ComplexElement> _complex;
    private readonly PlainForward<Lane<double>> _real;
    private readonly PlainInput _input;
    private readonly bool[] _analyticFrom;
    private double[] _target = [];

    /// <summary>Plans the derivatives of a network.</summary>
    public NumericalGradient(Network<double> network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
        _input = new(network);
        _complex = new(network);
        _real = new(network);
        _analyticFrom = new bool[network.Layers.Length + 1];
        bool analytic = network.Definition.Loss.IsAnalytic;
        for (int l = network.Layers.Length; l >= 1; l--)
        {
            analytic &= network.Layers[l - 1].Activation.IsAnalytic;
            _analyticFrom[l] = analytic;
        }

        _analyticFrom[0] = analytic;
    }

    /// <summary>Takes a row; the derivatives that follow are of its loss.</summary>
    /// <exception cref="DataException">Data that do not fit the network, or no such row.</exception>
    public void Take(Dataset<double> data, int row)
    {
        ArgumentNullException.ThrowIfNull(data);
        Propagation.Fit.Require(_network.Definition, data, row);
        _target = new double[_network.Definition.TargetCount];
        for (int output = 0; output < _target.Length; output++)
        {
            _target[output] = data.Targets[row, output];
        }

        _complex.Run(data.Row(row), _target);
        _real.Run(data.Row(row), _target);
    }

    /// <summary>Whether the derivative by the parameters of a layer, 0 of the inputs, can be had by the complex step.</summary>
    public bool IsAnalytic(int layer) => _analyticFrom[layer];

    /// <summary>How the derivative by the parameters of a layer is taken.</summary>
    public string Method(int layer) => IsAnalytic(layer) ? "complex step" : "5-point differences";

    /// <summary>∂L/∂parameter, or what keeps it from being known.</summary>
    /// <param name="parameter">By which parameter.</param>
    /// <param name="leftOut">The kink within a step, or null.</param>
    /// <returns>The derivative; NaN where it is left out.</returns>
    /// <exception cref="UsageException">No such parameter.</exception>
    public double Derivative(ParameterName parameter, out string? leftOut)
    {
        parameter.RequireIn(_network.Definition);
        return Derivative(parameter, 0, out leftOut, out _);
    }

    /// <param name="parameter">By which parameter.</param>
    /// <param name="noise">How far rounding moves the loss.</param>
    /// <param name="leftOut">The kink within a step, or null.</param>
    /// <param name="uncertainty">What differences are uncertain by: how far half the step is from the whole one, and the noise over the step. 0 for the complex step.</param>
    internal double Derivative(ParameterName parameter, double noise, out string? leftOut, out double uncertainty)
    {
        (leftOut, uncertainty) = (null, 0);
        double value = _network.Get(parameter);
        if (_analyticFrom[parameter.Layer])
        {
            return _complex.With(parameter, new(value, ComplexStep)).Imaginary / ComplexStep;
        }

        // The step in p is about 2⁻¹⁰ whatever the input; a power of two, so that w ± h loses little. Near a kink a shorter one is tried.
        double input = parameter.IsWeight ? Math.Abs(_real.Here.Activations[parameter.Layer - 1][parameter.Input].Value)
            : parameter.Layer == 0 ? _input.Speed(parameter, Array.ConvertAll(_real.Row, entry => entry.Value)) : 1;
        double h = Math.ScaleB(1, StepExponent - Math.Max(0, Math.ILogB(Math.Max(1, Math.Max(input, Math.Abs(value))))));
        h = Gentle(parameter, value, h);
        return Differences(parameter, value, h, noise, out leftOut, out uncertainty) ?? Differences(parameter, value, h / 16, noise, out leftOut, out uncertainty) ?? double.NaN;
    }

    /// <summary>The step, or a shorter one where large weights behind the parameter make much of it: no p may be moved across what is curved there.</summary>
    private double Gentle(ParameterName parameter, double value, double h)
    {
        _real.With(parameter, new(value + h));
        double most = 1;
        for (int l = Math.Max(1, parameter.Layer); l <= _network.Layers.Length; l++)
        {
            for (int i = 0; i < _real.Here.PreActivations[l].Length; i++)
            {
                double p = _real.Here.PreActivations[l][i].Value, moved = Math.Abs(_real.Moved.PreActivations[l][i].Value - p);
                most = Math.Max(most, Math.ScaleB(moved, -StepExponent) / Math.Max(1, Math.Abs(p)));
            }
        }

        return double.IsFinite(most) ? Math.ScaleB(h, -Math.ILogB(most)) : h;
    }

    /// <summary>The five-point central difference; null where a kink is within two steps.</summary>
    private double? Differences(ParameterName parameter, double value, double h, double noise, out string? leftOut, out double uncertainty)
    {
        double[] losses = new double[6];
        int[]? region = null;
        uncertainty = 0;
        ReadOnlySpan<int> offsets = [0, -4, -2, -1, 1, 2, 4];
        for (int n = 0; n < offsets.Length; n++)
        {
            double loss = _real.With(parameter, new(value + (offsets[n] * (h / 2)))).Value;
            int[] here = Region(parameter.Layer);
            region ??= here;
            leftOut = Differs(region, here, parameter.Layer);
            if (leftOut is not null)
            {
                return null;
            }

            if (n > 0)
            {
                losses[n - 1] = loss;
            }
        }

        leftOut = null;
        double whole = ((losses[0] - losses[5]) + (8 * (losses[4] - losses[1]))) / (12 * h);
        double half = ((losses[1] - losses[4]) + (8 * (losses[3] - losses[2]))) / (6 * h);
        uncertainty = Math.Abs(whole - half) + (noise / h);
        return whole;
    }

    /// <summary>On which side of each kink every pre-activation and the loss lie.</summary>
    private int[] Region(int firstLayer)
    {
        var sides = new List<int>();
        for (int l = Math.Max(1, firstLayer); l <= _network.Layers.Length; l++)
        {
            foreach (Lane<double> p in _real.Moved.PreActivations[l])
            {
                int side = 0;
                foreach (double kink in _network.Layers[l - 1].Activation.Kinks)
                {
                    side += p.Value < kink ? 0 : p.Value > kink ? 2 : 1;
                }

                sides.Add(side);
            }
        }

        var margins = new List<double>();
        _network.Definition.Loss.AddMargins(Array.ConvertAll(_real.Moved.Activations[^1], y => y.Value), _target, margins);
        sides.AddRange(margins.Select(margin => margin < 0 ? 0 : margin > 0 ? 2 : 1));
        return [.. sides];
    }

    private string? Differs(int[] a, int[] b, int firstLayer)
    {
        for (int n = 0; n < a.Length; n++)
        {
            if (a[n] == b[n])
            {
                continue;
            }

            int unit = n;
            for (int l = Math.Max(1, firstLayer); l <= _network.Layers.Length; l++)
            {
                if (unit < _network.Layers[l - 1].Outputs)
                {
                    return $"unit {unit} of layer {l} is within a step of a kink of {_network.Layers[l - 1].Activation}";
                }

                unit -= _network.Layers[l - 1].Outputs;
            }

            return $"the loss {_network.Definition.Loss} is within a step of a kink";
        }

        return null;
    }
}
