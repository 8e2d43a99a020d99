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

        return From(1, -1, -1, default, PreActivations, Activations);
    }

    /// <summary>The loss of the same sample with one parameter replaced.</summary>
    public TElement With(ParameterName parameter, TElement value) =>
        From(parameter.Layer, parameter.Output, parameter.Input, value, MovedPreActivations, MovedActivations);

    /// <summary>Layers first … N and the loss, with W_first[output, input] (or b_first[output]) replaced unless output is −1.</summary>
    private TElement From(int first, int output, int input, TElement value, TElement[][] preActivations, TElement[][] activations)
    {
        int last = _definition.Layers.Length;
        for (int l = first; l <= last; l++)
        {
            TElement[] p = preActivations[l], x = l == first ? Activations[l - 1] : activations[l - 1];
            double[] weights = _weights[l - 1], biases = _biases[l - 1];
            for (int i = 0; i < p.Length; i++)
            {
                bool replaced = l == first && i == output;
                TElement sum = replaced && input < 0 ? value : TElement.Create(biases[i]);
                for (int j = 0; j < x.Length; j++)
                {
                    TElement weight = replaced && j == input ? value : TElement.Create(weights[(i * x.Length) + j]);
                    sum = TElement.FusedMultiplyAdd(weight, x[j], sum);
                }

                p[i] = sum;
            }

            fixed (TElement* from = p, to = activations[l])
            {
                _activations[l - 1].Forward(from, to, p.Length);
            }
        }

        return _output.Value(preActivations[last], activations[last], _targets);
    }
}
