using System.Globalization;
using System.Numerics;
using System.Text;
using Backprop.Kernels;
using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Interchange.CSharp;

/// <summary>The way from features to p_N, as a method that runs one network; which, its weights say.</summary>
internal sealed class NetworkSource<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Network<T> _network;
    private readonly NetworkDefinition _definition;
    private readonly FormulaSource _formulas;
    private readonly WeightSource<T> _weights;
    private readonly int _first;
    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _loops = [];

    /// <summary>Adds the weights of a network, and writes how they are used.</summary>
    public NetworkSource(Network<T> network, FormulaSource formulas, WeightSource<T> weights)
    {
        (_network, _definition, _formulas, _weights, _first) = (network, network.Definition, formulas, weights, weights.Count);
        Input();
        for (int layer = 1; layer <= _definition.Layers.Length; layer++)
        {
            Layer(layer);
        }
    }

    /// <summary>The runtime classes that it calls.</summary>
    public HashSet<string> Parts { get; } = ["Dense"];

    /// <summary>The activations that a loop is needed for, by the names of their methods.</summary>
    public IReadOnlyCollection<string> Loops => _loops;

    /// <summary>The statements; x is what the features became so far, w the network's weights, scratch the memory.</summary>
    public string Body => _text.ToString();

    /// <summary>The most numbers that are between layers.</summary>
    public int Width => Enumerable.Range(1, _definition.Layers.Length).Max(layer => Math.Max(_definition.InputsOf(layer), _definition.Layers[layer - 1].Units));

    private void Input()
    {
        if (_definition.Input is not { } input)
        {
            return;
        }

        Line("Span<Real> x0 = scratch.Input;");
        int column = input.Numbers;
        if (input.Scale)
        {
            Line($"ReadOnlySpan<Real> scale = {Slice(_weights.Add(Get("input.scale")), input.Numbers)};");
            Line($"for (int n = 0; n < {input.Numbers}; n++)");
            Line("{");
            Line("    x0[n] = (Real)(scale[n] * x[n]);");
            Line("}");
            Line("");
        }
        else if (input.Numbers > 0)
        {
            Line($"x.Slice(0, {input.Numbers}).CopyTo(x0);");
        }

        if (input.Periodic is { } periodic)
        {
            Parts.Add("Periodic");
            _formulas.Function<T>(FormulaOperation.Cos, isVector: false);
            T[] weights = Get("input.periodic.weight"), biases = Get("input.periodic.bias");
            int frequencies = periodic.Frequencies, size = periodic.Size;
            int first = _weights.Add(Get("input.periodic.frequency"));
            _weights.Add(Get("input.periodic.phase"));
            for (int number = 0; number < input.Numbers; number++)
            {
                _weights.AddPanels(weights.AsSpan(number * size * frequencies, size * frequencies), biases.AsSpan(number * size, size));
            }

            int count = input.Numbers * ((2 * frequencies) + (size * (frequencies + 1)));
            Line($"Periodic(x.Slice(0, {input.Numbers}), {Slice(first, count)}, scratch.Waves, {size}, x0.Slice({column}, {input.Numbers * size}));");
            column += input.Numbers * size;
        }

        for (int code = 0; code < input.Codes.Length; code++)
        {
            Parts.Add("Codes");
            (int categories, int size) = input.Codes[code];
            Line($"{Slice(_weights.Add(Get($"input.embeddings.{code + 1}.weight")), categories * size)}.Slice({size} * Code(x[{input.Numbers + code}], {categories}, {input.Numbers + code}), {size}).CopyTo(x0.Slice({column}));");
            column += size;
        }

        Line("x = x0;");
    }

    private void Layer(int number)
    {
        DenseLayer<T> layer = _network.Layers[number - 1];
        bool isLast = number == _definition.Layers.Length;
        string y = $"x{number}";
        Line($"Span<Real> {y} = scratch.{(number % 2 == 1 ? "Odd" : "Even")}.AsSpan(0, {layer.Outputs});");
        int first = _weights.AddPanels(layer.GetWeights(), layer.GetBiases());
        Line($"Dense(x, {Slice(first, layer.Outputs * (layer.Inputs + 1))}, {y});");
        foreach (LayerPart part in layer.Definition.Parts)
        {
            Norm(part, number, layer.Outputs, y);
        }

        if (!isLast && _formulas.Activation<T>(layer.Activation, isVector: true) is { } name)
        {
            _loops.Add(name);
            Line($"Each{name}({y});");
        }

        if (layer.Definition.Parts.Any(part => part is Residual))
        {
            Parts.Add("Sum");
            Line($"Add(x, {y});");
        }

        Line(isLast ? $"return {y};" : $"x = {y};");
    }

    private void Norm(LayerPart part, int number, int units, string y)
    {
        T[] Of(string name) => Get(string.Create(CultureInfo.InvariantCulture, $"layers.{number}.norm.{name}"));
        switch (part)
        {
            case LayerNorm norm:
                Parts.Add("LayerNorm");
                (int gamma, int beta) = (_weights.Add(Of("weight")), _weights.Add(Of("bias")));
                Line($"LayerNorm({y}, {Slice(gamma, units)}, {Slice(beta, units)}, (Real){CSharpText.Literal(norm.Epsilon)});");
                break;
            case BatchNorm norm:
                Parts.Add("Affine");
                T[] scales = Of("weight"), shifts = Of("bias"), means = Of("running_mean"), variances = Of("running_var");
                for (int n = 0; n < units; n++)
                {
                    scales[n] *= T.One / T.Sqrt(variances[n] + T.CreateTruncating(norm.Epsilon));
                    shifts[n] -= scales[n] * means[n];
                }

                (int s, int t) = (_weights.Add(scales), _weights.Add(shifts));
                Line($"Affine({y}, {Slice(s, units)}, {Slice(t, units)});");
                break;
            case Dropout or Residual:
                break;
            default:
                throw new ModelException($"layer {number}: '{part}' cannot be written as C#");
        }
    }

    private T[] Get(string name) => _network.Blocks.Single(block => block.Name == name).Get();

    private string Slice(int first, int count) => string.Create(CultureInfo.InvariantCulture, $"w.Slice({first - _first}, {count})");

    private void Line(string line) => _text.Append(line.Length == 0 ? "\n" : $"        {line}\n");
}
