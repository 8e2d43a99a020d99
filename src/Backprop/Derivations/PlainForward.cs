using Backprop.Activations;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>The forward pass of one sample in plain loops on any element: what derivations stand on. Nothing of Propagation is used.</summary>
internal sealed unsafe class PlainForward<TElement> where TElement : unmanaged, IElement<TElement>
{
    private readonly NetworkDefinition _definition;
    private readonly double[][] _weights, _biases;
    private readonly ActivationKernel<TElement>[] _activations;
    private readonly OutputKernel<TElement> _output;
    private readonly TElement[] _targets;

    /// <param name="network">Its definition.</param>
    /// <param name="weights">W_ℓ row-major [Out×In], ℓ = 1 at index 0.</param>
    /// <param name="biases">b_ℓ.</param>
    public PlainForward(NetworkDefinition network, double[][] weights, double[][] biases)
    {
        (_definition, _weights, _biases) = (network, weights, biases);
        _activations = [.. network.Layers.Select(layer => layer.Activation.Bind<TElement>())];
        _output = network.Loss.Bind<TElement>(network.Layers[^1].Activation);
        Activations = [.. Enumerable.Range(0, network.Layers.Length + 1).Select(layer => new TElement[layer == 0 ? network.Inputs : network.Layers[layer - 1].Units])];
        PreActivations = [[], .. network.Layers.Select(layer => new TElement[layer.Units])];
        MovedActivations = [.. Activations.Select(x => new TElement[x.Length])];
        MovedPreActivations = [.. PreActivations.Select(p => new TElement[p.Length])];
        _targets = new TElement[network.TargetCount];
    }

    /// <summary>x_ℓ; x₀ is the input.</summary>
    public TElement[][] Activations { get; }

    /// <summary>p_ℓ, from ℓ = 1 on.</summary>
    public TElement[][] PreActivations { get; }

    /// <summary>x_ℓ as the last <see cref="With"/> left them, from the parameter's layer on.</summary>
    public TElement[][] MovedActivations { get; }

    /// <summary>p_ℓ as the last <see cref="With"/> left them, from the parameter's layer on.</summary>
    public TElement[][] MovedPreActivations { get; }

    public ReadOnlySpan<TElement> Targets => _targets;

    public OutputKernel<TElement> Output => _output;

    /// <summary>All layers and the loss.</summary>
    public TElement Run(ReadOnlySpan<double> input, ReadOnlySpan<double> target)
    {
        for (int i = 0; i < input.Length; i++)
        {
            Activations[0][i] = TElement.Create(input[i]);
        }

        for (int i = 0; i < target.Length; i++)
        {
            _targets[i] = TElement.Create(target[i]);
        }

        return From(1, PreActivations, Activations);
    }

    /// <summary>The loss of the same sample with one parameter replaced. In its layer one unit moves; the layers behind it are run again.</summary>
    public TElement With(ParameterName parameter, TElement value)
    {
        int l = parameter.Layer, i = parameter.Output;
        PreActivations[l].CopyTo(MovedPreActivations[l], 0);
        MovedPreActivations[l][i] = Sum(l, i, parameter.IsBias ? -1 : parameter.Input, value);
        if (_definition.Layers[l - 1].Activation.IsElementwise)
        {
            Activations[l].CopyTo(MovedActivations[l], 0);
            Activate(l, i, 1, MovedPreActivations, MovedActivations);
        }
        else
        {
            Activate(l, 0, MovedPreActivations[l].Length, MovedPreActivations, MovedActivations);
        }

        return From(l + 1, MovedPreActivations, MovedActivations);
    }

    /// <summary>Layers first … N and the loss.</summary>
    private TElement From(int first, TElement[][] preActivations, TElement[][] activations)
    {
        int last = _definition.Layers.Length;
        for (int l = first; l <= last; l++)
        {
            TElement[] p = preActivations[l], x = activations[l - 1];
            double[] weights = _weights[l - 1], biases = _biases[l - 1];
            for (int i = 0; i < p.Length; i++)
            {
                TElement sum = TElement.Create(biases[i]);
                for (int j = 0; j < x.Length; j++)
                {
                    sum = TElement.FusedMultiplyAdd(TElement.Create(weights[(i * x.Length) + j]), x[j], sum);
                }

                p[i] = sum;
            }

            Activate(l, 0, p.Length, preActivations, activations);
        }

        return _output.Value(preActivations[last], activations[last], _targets);
    }

    /// <summary>p_ℓ,i with W_ℓ[i, input] replaced, or b_ℓ[i] where the input is −1.</summary>
    private TElement Sum(int l, int i, int input, TElement value)
    {
        TElement[] x = Activations[l - 1];
        TElement sum = input < 0 ? value : TElement.Create(_biases[l - 1][i]);
        for (int j = 0; j < x.Length; j++)
        {
            sum = TElement.FusedMultiplyAdd(j == input ? value : TElement.Create(_weights[l - 1][(i * x.Length) + j]), x[j], sum);
        }

        return sum;
    }

    private void Activate(int l, int from, int count, TElement[][] preActivations, TElement[][] activations)
    {
        fixed (TElement* p = preActivations[l], x = activations[l])
        {
            _activations[l - 1].Forward(p + from, x + from, count);
        }
    }
}
