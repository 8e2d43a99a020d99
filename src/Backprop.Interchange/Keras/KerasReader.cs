using System.Globalization;
using System.Text.Json;
using Backprop.Activations;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Tables;

namespace Backprop.Interchange.Keras;

/// <summary>Makes layers W x + b, norm, activation, dropout of a chain of Keras's, each of which is one of these alone.</summary>
internal sealed class KerasReader(IReadOnlyList<KerasLayer> layers, KerasWeights weights, bool isOld, string source, Notes? notes)
{
    /// <summary>What is nothing outside training, and is not known here.</summary>
    private static readonly string[] s_nothing = ["GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization"];

    private readonly List<Built> _built = [];
    private Affine? _pending;
    private int? _inputs;

    public Network<float> Read()
    {
        foreach (KerasLayer layer in layers)
        {
            Take(layer);
        }

        if (_pending is not null)
        {
            throw Odd(_pending.Names, "behind the activation of the last layer, where no weights can take it in");
        }

        if (_built.Count == 0)
        {
            throw new ModelException($"'{source}': no Dense layer found");
        }

        NetworkDefinition definition;
        try
        {
            definition = new((int)_built[0].Weights.Shape[1], _built.Select(built => new LayerDefinition((int)built.Weights.Shape[0], built.Activation ?? ActivationFunction.Create("identity"),
                [.. built.Norm is { } norm ? [norm] : Array.Empty<LayerPart>(), .. built.Rate > 0 ? [new Dropout(built.Rate)] : Array.Empty<LayerPart>()])));
        }
        catch (UsageException error)
        {
            throw new ModelException($"'{source}': {error.Message}", error);
        }

        var tensors = new Dictionary<string, ForeignTensor>(StringComparer.Ordinal);
        for (int n = 0; n < _built.Count; n++)
        {
            foreach ((string name, ForeignTensor tensor) in _built[n].Tensors.Append(new("weight", _built[n].Weights)))
            {
                tensors[string.Create(CultureInfo.InvariantCulture, $"layers.{n + 1}.{name}")] = tensor;
            }
        }

        return NetworkAssembly.Build(definition, tensors, source, notes);
    }

    private void Take(KerasLayer layer)
    {
        switch (layer.Class)
        {
            case "InputLayer":
                _inputs = Width(layer);
                break;
            case "Flatten": // of rows; more dimensions are counted by the input
                _ = _built.Count > 0 ? 0 : _inputs ??= Width(layer);
                break;
            case "Dense":
                Dense(layer);
                break;
            case "BatchNormalization":
                BatchNorm(layer);
                break;
            case "LayerNormalization":
                LayerNorm(layer);
                break;
            case "Rescaling" when layer.Get("scale") is { ValueKind: JsonValueKind.Number } && _inputs is { } width && _built.Count == 0:
                Pend(new(layer.ToString(), [.. Enumerable.Repeat(layer.Number("scale", 1), width)], [.. Enumerable.Repeat(layer.Number("offset", 0), width)]));
                break;
            case "Dropout":
                Dropout(layer);
                break;
            default:
                if (KerasActivations.OfLayer(layer, isOld, source) is { } activation)
                {
                    Activate(layer, activation);
                }
                else
                {
                    LeftOut(s_nothing.Contains(layer.Class, StringComparer.Ordinal) ? layer : throw new ModelException($"'{source}', {layer}: no layer of a multi-layer perceptron: Dense, Activation, ReLU, LeakyReLU, ELU, Softmax, BatchNormalization, LayerNormalization, Dropout, Flatten and InputLayer are read"));
                }

                break;
        }
    }

    /// <summary>The entries of a row, where they are said.</summary>
    private int? Width(KerasLayer layer)
    {
        if ((layer.Get("batch_shape") ?? layer.Get("batch_input_shape")) is not { } shape)
        {
            return null;
        }

        long width = 1;
        foreach (JsonElement size in shape.EnumerateArray().Skip(1))
        {
            width = size.ValueKind == JsonValueKind.Number && size.GetInt64() is > 0 and <= NetworkDefinition.MaxWidth and var entries && width * entries <= NetworkDefinition.MaxWidth ? width * entries
                : throw new ModelException($"'{source}', {layer}: a shape {shape.GetRawText()} found, rows of as many numbers each expected");
        }

        return (int)width;
    }

    private void Dense(KerasLayer layer)
    {
        bool hasBias = layer.Flag("use_bias", true);
        IReadOnlyList<ForeignTensor> found = weights.Of(layer, hasBias ? ["kernel", "bias"] : ["kernel"]);
        int? before = _built.Count > 0 ? (int)_built[^1].Weights.Shape[0] : _inputs ?? _pending?.Factors.Length;
        int units = (int)layer.Number("units", 0);
        if (found[0].Shape.Count != 2 || found[0].Shape[1] != units || (before is { } inputs && found[0].Shape[0] != inputs))
        {
            throw new ModelException($"'{source}', {layer}, tensor '{found[0].Name}': shape {ForeignTensor.Text(found[0].Shape)} found, [{before?.ToString(CultureInfo.InvariantCulture) ?? "In"}, {units}] expected");
        }

        ForeignTensor kernel = found[0].Transposed(), bias = hasBias ? found[1] : new("", [units], new double[units], false);
        if (_pending is not null && bias.Values.Length == units)
        {
            _pending.FoldInto(kernel.Values, bias.Values);
            notes?.Add(new($"'{source}': {_pending.Names} {(_built.Count == 0 ? "stands before the first layer" : "stands behind an activation")}, and is part of the weights of {layer} now: predictions are the same but for rounding", IsLoss: false));
            _pending = null;
        }

        ActivationFunction activation = KerasActivations.Of(layer, isOld, source);
        _built.Add(new(kernel) { Activation = activation.Name == "identity" ? null : activation, Tensors = [new("bias", bias)] });
    }

    private void BatchNorm(KerasLayer layer)
    {
        ForeignTensor[] tensors = Norm(layer, "running_mean", "running_var");
        double epsilon = layer.Number("epsilon", 1e-3);
        if (_built is [.., { Activation: null, Norm: null } last] && _pending is null)
        {
            last.Norm = new BatchNorm(epsilon);
            last.Tensors = [.. last.Tensors, .. Named(tensors)];
            return;
        }

        Pend(Affine.OfBatchNorm(layer.ToString(), tensors[0].Values, tensors[1].Values, tensors[2].Values, tensors[3].Values, epsilon));
    }

    private void LayerNorm(KerasLayer layer)
    {
        if (_built is not [.., { Activation: null, Norm: null } last] || _pending is not null || layer.Flag("rms_scaling", false))
        {
            throw Odd(layer.ToString(), layer.Flag("rms_scaling", false) ? "with rms_scaling" : "elsewhere");
        }

        last.Norm = new LayerNorm(layer.Number("epsilon", 1e-3));
        last.Tensors = [.. last.Tensors, .. Named(Norm(layer))];
    }

    /// <summary>γ, β and what there is more, of as many units as there are before it.</summary>
    private ForeignTensor[] Norm(KerasLayer layer, params string[] more)
    {
        if (!layer.IsAlongUnits)
        {
            throw new ModelException($"'{source}', {layer}: an axis of its own found, the last expected");
        }

        (bool scale, bool center) = (layer.Flag("scale", true), layer.Flag("center", true));
        var found = new Queue<ForeignTensor>(weights.Of(layer, [.. scale ? ["gamma"] : Array.Empty<string>(), .. center ? ["beta"] : Array.Empty<string>(), .. more]));
        long units = _built.Count > 0 ? _built[^1].Weights.Shape[0] : _inputs ?? found.FirstOrDefault()?.Shape[0] ?? 0;
        if (found.FirstOrDefault(tensor => tensor.Shape.Count != 1 || tensor.Shape[0] != units) is { } odd)
        {
            throw new ModelException($"'{source}', {layer}, tensor '{odd.Name}': shape {ForeignTensor.Text(odd.Shape)} found, [{units}] expected");
        }

        ForeignTensor Same(double value) => new("", [units], [.. Enumerable.Repeat(value, (int)units)], false);
        return [scale ? found.Dequeue() : Same(1), center ? found.Dequeue() : Same(0), .. found];
    }

    private static IEnumerable<KeyValuePair<string, ForeignTensor>> Named(ForeignTensor[] tensors) => ((string[])["norm.weight", "norm.bias", "norm.running_mean", "norm.running_var"]).Zip(tensors, KeyValuePair.Create);

    private void Activate(KerasLayer layer, ActivationFunction activation)
    {
        if (activation.Name == "identity")
        {
            return;
        }

        if (_built is not [.., { Activation: null } last] || _pending is not null)
        {
            throw Odd(layer.ToString(), "elsewhere");
        }

        last.Activation = activation;
    }

    /// <summary>Here it comes behind the activation; where it stands elsewhere, that matters in training only.</summary>
    private void Dropout(KerasLayer layer)
    {
        double rate = layer.Number("rate", 0);
        if (_built is [.., { Rate: 0, Activation: not null } last] && rate is > 0 and < 1)
        {
            last.Rate = rate;
        }
        else if (rate != 0)
        {
            LeftOut(layer);
        }
    }

    private void Pend(Affine affine) => _pending = _pending is null ? affine : _pending.Then(affine);

    private void LeftOut(KerasLayer layer) => notes?.Add(new($"'{source}': left out: {layer}, which is nothing outside training", IsLoss: true));

    private ModelException Odd(string layer, string where) => new($"'{source}', {layer}: found {where}; a norm, then an activation, each at most once, expected behind a Dense layer");

    /// <summary>A layer so far.</summary>
    private sealed class Built(ForeignTensor weights)
    {
        public ForeignTensor Weights { get; } = weights;

        public ActivationFunction? Activation { get; set; }

        public LayerPart? Norm { get; set; }

        public double Rate { get; set; }

        public IReadOnlyList<KeyValuePair<string, ForeignTensor>> Tensors { get; set; } = [];
    }
}
