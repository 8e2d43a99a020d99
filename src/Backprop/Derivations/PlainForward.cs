using Backprop.Activations;
using Backprop.Kernels;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>The forward pass of one sample in plain loops on any element: what derivations stand on. Nothing of Propagation is used.</summary>
internal sealed unsafe class PlainForward<TElement> where TElement : unmanaged, IElement<TElement>
{
    private readonly Network<double> _network;
    private readonly PlainInput _input;
    private readonly PlainLayer[] _layers;
    private readonly TElement[][][] _inputTensors; // of each part
    private readonly TElement[][][] _tensors; // of each layer's norm
    private readonly ActivationKernel<TElement>[] _activations;
    private readonly OutputKernel<TElement> _output;
    private readonly TElement[] _targets;

    /// <summary>Copies the network's present numbers.</summary>
    public PlainForward(Network<double> network)
    {
        (_network, _input, _layers) = (network, new(network), PlainLayer.Of(network));
        _inputTensors = _input.Tensors<TElement>();
        _tensors = [.. _layers.Select(layer => Array.ConvertAll(layer.Tensors, tensor => Array.ConvertAll(tensor, TElement.Create)))];
        _activations = [.. network.Layers.Select(layer => layer.Activation.Bind<TElement>())];
        _output = network.Definition.Loss.Bind<TElement>(network.Layers[^1].Activation);
        _targets = new TElement[network.Definition.TargetCount];
        (Here, Moved) = (new(network.Definition), new(network.Definition));
    }

    /// <summary>What <see cref="Run"/> has found.</summary>
    public Values Here { get; }

    /// <summary>The row.</summary>
    public TElement[] Row { get; private set; } = [];

    /// <summary>What the last <see cref="With"/> has found, from the parameter's layer on.</summary>
    public Values Moved { get; }

    public ReadOnlySpan<TElement> Targets => _targets;

    public OutputKernel<TElement> Output => _output;

    /// <summary>The inputs, all layers and the loss.</summary>
    /// <exception cref="DataException">A row that x₀ cannot be made of.</exception>
    public TElement Run(ReadOnlySpan<double> row, ReadOnlySpan<double> target)
    {
        Propagation.Fit.RequireInputs(_network.Definition, row, row: null);
        Row = Array.ConvertAll(row.ToArray(), TElement.Create);
        _input.Forward(Row, _inputTensors, Here.Activations[0]);

        for (int i = 0; i < target.Length; i++)
        {
            _targets[i] = TElement.Create(target[i]);
        }

        return From(1, Here);
    }

    /// <summary>The loss of the same sample with one parameter replaced. In its layer one unit moves, or in the inputs x₀; the layers behind it are run again.</summary>
    public TElement With(ParameterName parameter, TElement value)
    {
        int l = parameter.Layer, i = parameter.Output;
        if (l == 0)
        {
            _input.Forward(Row, _input.With(_inputTensors, parameter, value), Moved.Activations[0]);
            return From(1, Moved);
        }

        Here.Activations[l - 1].CopyTo(Moved.Activations[l - 1], 0);
        Here.Products[l].CopyTo(Moved.Products[l], 0);
        TElement[][] tensors = _tensors[l - 1];
        if (parameter.IsWeight || parameter.IsBias)
        {
            Moved.Products[l][i] = Sum(l, i, parameter.Input, value);
        }
        else
        {
            (int tensor, int index) = PlainLayer.Place(_network, parameter);
            tensors = [.. tensors.Select((one, n) => n == tensor ? [.. one] : one)];
            tensors[tensor][index] = value;
        }

        Behind(l, Moved, tensors);
        return From(l + 1, Moved);
    }

    /// <summary>Layers first … N and the loss.</summary>
    private TElement From(int first, Values values)
    {
        int last = _layers.Length;
        for (int l = first; l <= last; l++)
        {
            TElement[] q = values.Products[l], x = values.Activations[l - 1];
            double[] weights = _layers[l - 1].Weights, biases = _layers[l - 1].Biases;
            for (int i = 0; i < q.Length; i++)
            {
                TElement sum = TElement.Create(biases[i]);
                for (int j = 0; j < x.Length; j++)
                {
                    sum = TElement.FusedMultiplyAdd(TElement.Create(weights[(i * x.Length) + j]), x[j], sum);
                }

                q[i] = sum;
            }

            Behind(l, values, _tensors[l - 1]);
        }

        return _output.Value(values.PreActivations[last], values.Activations[last], _targets);
    }

    /// <summary>From the product of a layer to x_ℓ.</summary>
    private void Behind(int l, Values values, TElement[][] tensors)
    {
        TElement[] q = values.Products[l], p = values.PreActivations[l], x = values.Activations[l], before = values.Activations[l - 1];
        _layers[l - 1].Norm?.Forward(q, before, tensors, p); // where there is none, q and p are one
        fixed (TElement* from = p, to = x)
        {
            _activations[l - 1].Forward(from, to, p.Length);
        }

        foreach (LayerPart part in _layers[l - 1].Behind)
        {
            part.Forward(x, before, [], x);
        }
    }

    /// <summary>q_ℓ,i with W_ℓ[i, input] replaced, or b_ℓ[i] where the input is −1.</summary>
    private TElement Sum(int l, int i, int input, TElement value)
    {
        TElement[] x = Here.Activations[l - 1];
        TElement sum = input < 0 ? value : TElement.Create(_layers[l - 1].Biases[i]);
        for (int j = 0; j < x.Length; j++)
        {
            sum = TElement.FusedMultiplyAdd(j == input ? value : TElement.Create(_layers[l - 1].Weights[(i * x.Length) + j]), x[j], sum);
        }

        return sum;
    }

    /// <summary>The numbers of a forward pass.</summary>
    internal sealed class Values
    {
        public Values(NetworkDefinition network)
        {
            Activations = [new TElement[network.InputsOf(1)], .. network.Layers.Select(layer => new TElement[layer.Units])];
            PreActivations = [[], .. network.Layers.Select(layer => new TElement[layer.Units])];
            Products = [[], .. network.Layers.Select((layer, n) => layer.Parts.Any(part => part.Place == LayerPlace.BeforeActivation) ? new TElement[layer.Units] : PreActivations[n + 1])];
        }

        /// <summary>q_ℓ = W_ℓ x_{ℓ−1} + b_ℓ, from ℓ = 1 on; the same as p_ℓ where there is no norm.</summary>
        public TElement[][] Products { get; }

        /// <summary>p_ℓ, what the activation is of, from ℓ = 1 on.</summary>
        public TElement[][] PreActivations { get; }

        /// <summary>x_ℓ; x₀ is what the inputs make of the row.</summary>
        public TElement[][] Activations { get; }
    }
}
