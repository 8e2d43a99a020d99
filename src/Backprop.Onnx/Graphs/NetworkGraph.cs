using System.Globalization;
using Backprop.Activations;
using Backprop.Inputs;
using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Onnx.Graphs;

/// <summary>One network, from its features to P_N.</summary>
/// <param name="graph">Where to.</param>
/// <param name="network">The network.</param>
/// <param name="prefix">What the names of its tensors begin with.</param>
internal sealed class NetworkGraph(GraphBuilder graph, Network<float> network, string prefix)
{
    /// <summary>The two tensors that have other sizes in a graph: [Numbers×Frequencies×Size] and [Numbers·Size].</summary>
    public const string PeriodicWeight = "input.periodic.weight", PeriodicBias = "input.periodic.bias";

    private readonly Dictionary<string, ParameterBlock<float>> _blocks = network.Blocks.ToDictionary(block => block.Name, StringComparer.Ordinal);

    /// <summary>P_N [N×Outputs] of features [N×Inputs], in float.</summary>
    /// <exception cref="ModelException">A part or an activation that no operator computes.</exception>
    public string PreActivations(string features)
    {
        string x = network.Definition.Input is { } input ? Input(features, input) : features;
        for (int layer = 1; ; layer++)
        {
            LayerDefinition definition = network.Definition.Layers[layer - 1];
            string p = graph.Add("Gemm", [GraphBuilder.Attribute("transB", 1L)], x, Tensor(layer, "weight"), Tensor(layer, "bias"));
            p = Normalised(layer, definition, p);
            if (layer == network.Definition.Layers.Length)
            {
                return p; // what is behind it is dropout alone
            }

            string y = Activation(graph, definition.Activation, p, layer);
            x = definition.Parts.Any(part => part is Residual) ? graph.Add("Add", x, y) : y;
        }
    }

    /// <summary>f of P, by the operators that it names.</summary>
    /// <exception cref="ModelException">It names none.</exception>
    public static string Activation(GraphBuilder graph, ActivationFunction activation, string p, int layer)
    {
        IReadOnlyList<OperatorStep> steps = activation.Operators
            ?? throw new ModelException(string.Create(CultureInfo.InvariantCulture, $"layer {layer}: the activation '{activation}' names no operators of ONNX (IActivation.Operators), and cannot be exported"));
        string x = p;
        foreach (OperatorStep step in steps)
        {
            string[] operands = [.. step.Operands.Select(operand => operand is { } number ? graph.Float(number) : p)];
            x = graph.Add(step.Name, step.Attributes.Select(attribute => GraphBuilder.Attribute(attribute.Key, attribute.Value)), [x, .. operands]);
        }

        return x;
    }

    private string Normalised(int layer, LayerDefinition definition, string p)
    {
        foreach (LayerPart part in definition.Parts)
        {
            switch (part)
            {
                case LayerNorm norm:
                    p = graph.Add("LayerNormalization", [GraphBuilder.Attribute("axis", -1L), GraphBuilder.Attribute("epsilon", norm.Epsilon)], p, Tensor(layer, "norm.weight"), Tensor(layer, "norm.bias"));
                    break;
                case BatchNorm norm:
                    p = graph.Add("BatchNormalization", [GraphBuilder.Attribute("epsilon", norm.Epsilon)], p,
                        Tensor(layer, "norm.weight"), Tensor(layer, "norm.bias"), Tensor(layer, "norm.running_mean"), Tensor(layer, "norm.running_var"));
                    break;
                case Residual or Dropout:
                    break; // behind the activation; nothing outside training
                default:
                    throw new ModelException(string.Create(CultureInfo.InvariantCulture, $"layer {layer}: '{part}' has no operator in ONNX, and cannot be exported"));
            }
        }

        return p;
    }

    /// <summary>x₀: numbers, their periodic embeddings, embeddings of codes.</summary>
    private string Input(string row, InputDefinition input)
    {
        List<string> parts = [];
        if (input.Numbers > 0)
        {
            string numbers = input.Codes.IsEmpty ? row : graph.Columns(row, [.. Enumerable.Range(0, input.Numbers)]);
            parts.Add(input.Scale ? graph.Add("Mul", numbers, Tensor(0, "scale")) : numbers);
            if (input.Periodic is { } periodic)
            {
                parts.Add(Periodic(numbers, input.Numbers, periodic));
            }
        }

        for (int k = 1; k <= input.Codes.Length; k++)
        {
            parts.Add(Embedding(graph.Column(row, input.Numbers + k - 1), k, input.Codes[k - 1].Categories));
        }

        return graph.Concat(parts);
    }

    /// <summary>A cos(2π(ω v + φ)) + a, [N×(Numbers·Size)]. Whole turns are taken off before the cosine.</summary>
    private string Periodic(string numbers, int count, PeriodicEmbedding embedding)
    {
        int q = embedding.Frequencies, s = embedding.Size;
        string v = graph.Add("Unsqueeze", numbers, graph.Longs([2L]));
        string turns = graph.Add("Add", graph.Add("Mul", v, Tensor(0, "periodic.frequency")), Tensor(0, "periodic.phase"));
        string angle = graph.Add("Mul", graph.Add("Sub", turns, graph.Add("Round", turns)), graph.Float(2 * Math.PI));
        string waves = graph.Add("Unsqueeze", graph.Add("Cos", angle), graph.Longs([2L])); // [N×Numbers×1×Frequencies]
        string sums = graph.Add("MatMul", waves, graph.Floats(Turned(_blocks[PeriodicWeight].Get(), s, q), [count, q, s], prefix + PeriodicWeight));
        string flat = graph.Add("Reshape", sums, graph.Longs([0L, (long)count * s]));
        return graph.Add("Add", flat, graph.Floats(_blocks[PeriodicBias].Get(), [count * s], prefix + PeriodicBias));
    }

    /// <summary>Matrices [Rows×Columns], one behind another, as [Columns×Rows].</summary>
    public static float[] Turned(float[] matrices, int rows, int columns)
    {
        float[] turned = new float[matrices.Length];
        for (int n = 0; n < turned.Length; n++)
        {
            (int matrix, int at) = Math.DivRem(n, rows * columns);
            turned[(matrix * rows * columns) + (at % columns * rows) + (at / columns)] = matrices[n];
        }

        return turned;
    }

    /// <summary>The row of a table for each code. What is no code is taken to a row that there is not, which the runtime refuses.</summary>
    private string Embedding(string code, int number, int categories)
    {
        string whole = graph.Add("Equal", graph.Add("Floor", code), code);
        string within = graph.Add("And", graph.Add("GreaterOrEqual", code, graph.Float(0)), graph.Add("Less", code, graph.Float(categories)));
        string place = graph.Add("Where", graph.Add("And", whole, within), code, graph.Float(categories));
        return graph.Add("Gather", Tensor(0, string.Create(CultureInfo.InvariantCulture, $"embeddings.{number}.weight")), graph.Cast(place, ElementType.Int64));
    }

    private string Tensor(int layer, string name)
    {
        ParameterBlock<float> block = _blocks[layer == 0 ? $"input.{name}" : string.Create(CultureInfo.InvariantCulture, $"layers.{layer}.{name}")];
        return graph.Floats(block.Get(), block.Shape.AsSpan(), prefix + block.Name);
    }
}
