using Backprop.Activations;
using Backprop.Kernels;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>The forward pass of rows that are one batch, on any element: on doubles, on complex numbers, or with every sum moved by its rounding.</summary>
internal sealed unsafe class BatchForward<TElement> where TElement : unmanaged, IElement<TElement>
{
    private readonly BatchDerivation _of;
    private readonly TElement[][][] _inputTensors;
    private readonly TElement[][] _weights, _biases;
    private readonly TElement[][][] _tensors;
    private readonly ActivationKernel<TElement>[] _kernels;
    private readonly OutputKernel<TElement> _output;

    public BatchForward(BatchDerivation of)
    {
        _of = of;
        _inputTensors = of.Input.Tensors<TElement>();
        _weights = Array.ConvertAll(of.Layers, layer => Array.ConvertAll(layer.Weights, TElement.Create));
        _biases = Array.ConvertAll(of.Layers, layer => Array.ConvertAll(layer.Biases, TElement.Create));
        _tensors = Array.ConvertAll(of.Layers, layer => Array.ConvertAll(layer.Tensors, tensor => Array.ConvertAll(tensor, TElement.Create)));
        _kernels = [.. of.Layers.Select(layer => layer.Dense.Activation.Bind<TElement>())];
        _output = of.Network.Definition.Loss.Bind<TElement>(of.Layers[^1].Dense.Activation);
        TElement[][][] Matrices() => [New(of.Network.Definition.InputsOf(1)), .. of.Layers.Select(layer => New(layer.Dense.Outputs))];
        TElement[][] New(int width) => [.. Enumerable.Range(0, of.Data.Rows).Select(_ => new TElement[width])];
        (Products, Normalised, PreActivations, Activations) = (Matrices(), Matrices(), Matrices(), Matrices());
        Scales = [[], .. of.Layers.Select(layer => new TElement[layer.Dense.Outputs])];
    }

    /// <summary>[ℓ][row][unit].</summary>
    public TElement[][][] Products { get; }

    /// <summary>u of batch norms.</summary>
    public TElement[][][] Normalised { get; }

    public TElement[][][] PreActivations { get; }

    public TElement[][][] Activations { get; }

    /// <summary>1/√(var + ε) of batch norms, [ℓ][unit].</summary>
    public TElement[][] Scales { get; }

    /// <summary>Moves a number by what rounding does to it and to terms of a size; null: nothing does.</summary>
    public Func<TElement, double, TElement>? Move { get; init; }

    /// <summary>The mean loss, one parameter replaced if one is given.</summary>
    public TElement Run(ParameterName? parameter, TElement value)
    {
        int first = Math.Max(1, parameter?.Layer ?? 0);
        TElement[][][] inputs = parameter is { Layer: 0 } moved ? _of.Input.With(_inputTensors, moved, value) : _inputTensors;
        for (int row = 0; row < _of.Data.Rows; row++)
        {
            if (first == 1)
            {
                _of.Input.Forward<TElement>(Array.ConvertAll(_of.Data.Row(row).ToArray(), TElement.Create), inputs, Activations[0][row]);
                MoveInputs(row);
                continue;
            }

            for (int input = 0; input < Activations[first - 1][row].Length; input++)
            {
                Activations[first - 1][row][input] = TElement.Create(_of.Here.Activations[first - 1][row][input].Value);
            }
        }

        for (int l = first; l <= _of.Layers.Length; l++)
        {
            Layer(l, parameter?.Layer == l ? parameter : null, value);
        }

        TElement loss = TElement.Create(0);
        for (int row = 0; row < _of.Data.Rows; row++)
        {
            if (_of.Shares[row] != 0)
            {
                loss += TElement.Create(_of.Shares[row]) * _output.Value(PreActivations[^1][row], Activations[^1][row], Targets(row));
            }
        }

        return loss;
    }

    public OutputKernel<TElement> Output => _output;

    public TElement[] Targets(int row) => [.. Enumerable.Range(0, _of.Network.Definition.TargetCount).Select(target => TElement.Create(_of.Data.Targets[row, target]))];

    private void Layer(int l, ParameterName? parameter, TElement value)
    {
        PlainLayer layer = _of.Layers[l - 1];
        (TElement[] weights, TElement[] biases, TElement[][] tensors) = (_weights[l - 1], _biases[l - 1], _tensors[l - 1]);
        int first = 0, end = biases.Length; // the units whose q moves
        if (parameter is { } replaced)
        {
            (int tensor, int index) = PlainLayer.Place(_of.Network, replaced);
            bool isOfProduct = replaced.IsWeight || replaced.IsBias;
            (first, end) = isOfProduct ? (replaced.Output, replaced.Output + 1) : (0, 0);
            weights = replaced.IsWeight ? With(weights, index, value) : weights;
            biases = replaced.IsBias ? With(biases, index, value) : biases;
            tensors = isOfProduct ? tensors : [.. tensors.Select((one, n) => n == tensor ? With(one, index, value) : one)];
        }

        for (int row = 0; row < _of.Data.Rows; row++)
        {
            TElement[] x = Activations[l - 1][row], q = Products[l][row];
            for (int unit = 0; unit < biases.Length; unit++)
            {
                if (unit < first || unit >= end)
                {
                    q[unit] = TElement.Create(_of.Here.Products[l][row][unit].Value);
                    continue;
                }

                TElement sum = biases[unit];
                for (int input = 0; input < x.Length; input++)
                {
                    sum = TElement.FusedMultiplyAdd(weights[(unit * x.Length) + input], x[input], sum);
                }

                q[unit] = Move is null ? sum : Move(sum, SizeOfProduct(l, row, unit));
            }

            q.CopyTo(PreActivations[l][row], 0);
            if (layer.Norm is not (null or BatchNorm))
            {
                layer.Norm.Forward(q, x, tensors, PreActivations[l][row]);
                MoveOwn(PreActivations[l][row], layer.Tensors[1]);
            }
        }

        for (int unit = 0; layer.Norm is BatchNorm && unit < biases.Length; unit++)
        {
            Normalise(l, unit, ((BatchNorm)layer.Norm).Epsilon, tensors);
        }

        for (int row = 0; row < _of.Data.Rows; row++)
        {
            if (layer.Norm is BatchNorm)
            {
                MoveOwn(PreActivations[l][row], layer.Tensors[1]);
            }

            fixed (TElement* p = PreActivations[l][row], x = Activations[l][row])
            {
                _kernels[l - 1].Forward(p, x, biases.Length);
            }

            foreach (LayerPart part in layer.Behind)
            {
                part.Forward(Activations[l][row], Activations[l - 1][row], [], Activations[l][row]);
            }

            MoveOwn(Activations[l][row], null);
        }
    }

    /// <summary>What of x₀ is not the row's own.</summary>
    private void MoveInputs(int row)
    {
        double[] sizes = Move is null ? [] : _of.Input.Sizes(_of.Data.Row(row));
        for (int n = 0; n < sizes.Length; n++)
        {
            Activations[0][row][n] = sizes[n] == 0 ? Activations[0][row][n] : Move!(Activations[0][row][n], sizes[n]);
        }
    }

    private static TElement[] With(TElement[] numbers, int index, TElement value)
    {
        TElement[] replaced = [.. numbers];
        replaced[index] = value;
        return replaced;
    }

    /// <summary>What the terms of q_ℓ add up to in size.</summary>
    private double SizeOfProduct(int l, int row, int unit)
    {
        PlainLayer layer = _of.Layers[l - 1];
        Lane<double>[] x = _of.Here.Activations[l - 1][row];
        double size = Math.Abs(layer.Biases[unit]);
        for (int input = 0; input < x.Length; input++)
        {
            size += Math.Abs(layer.Weights[(unit * x.Length) + input] * x[input].Value);
        }

        return size;
    }

    /// <summary>Numbers moved by their own rounding, and that of terms.</summary>
    private void MoveOwn(TElement[] numbers, double[]? terms)
    {
        for (int n = 0; Move is not null && n < numbers.Length; n++)
        {
            numbers[n] = Move(numbers[n], Math.Abs(terms?[n] ?? 0));
        }
    }

    /// <summary>One unit over the rows.</summary>
    private void Normalise(int l, int unit, double epsilon, TElement[][] tensors)
    {
        TElement mean = TElement.Create(0), variance = mean;
        for (int row = 0; row < _of.Data.Rows; row++)
        {
            mean = TElement.FusedMultiplyAdd(TElement.Create(_of.Shares[row]), Products[l][row][unit], mean);
        }

        for (int row = 0; row < _of.Data.Rows; row++)
        {
            TElement deviation = Products[l][row][unit] - mean;
            variance = TElement.FusedMultiplyAdd(TElement.Create(_of.Shares[row]), deviation * deviation, variance);
        }

        Scales[l][unit] = TElement.Create(1) / TElement.Sqrt(variance + TElement.Create(epsilon));
        for (int row = 0; row < _of.Data.Rows; row++)
        {
            Normalised[l][row][unit] = (Products[l][row][unit] - mean) * Scales[l][unit];
            PreActivations[l][row][unit] = TElement.FusedMultiplyAdd(tensors[0][unit], Normalised[l][row][unit], tensors[1][unit]);
        }
    }
}
