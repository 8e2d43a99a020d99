using Backprop.Layers;

namespace Backprop.Onnx.Reading;

/// <summary>W x + b, and what normalises it.</summary>
internal sealed class Product
{
    /// <summary>ℓ − 1.</summary>
    public required int Before { get; init; }

    public required int Inputs { get; init; }

    public required int Units { get; init; }

    /// <summary>[Units×Inputs].</summary>
    public required float[] Weights { get; init; }

    /// <summary>[Units]; null: there is none so far.</summary>
    public float[]? Biases { get; init; }

    public LayerPart? Norm { get; init; }

    /// <summary>The tensors of the norm by the ends of their names.</summary>
    public IReadOnlyList<KeyValuePair<string, float[]>> NormTensors { get; init; } = [];

    /// <summary>What the layer was found to end with, and as which.</summary>
    public (Partial Value, bool IsResidual, LayerOutput Layer)? Ended { get; set; }

    public Product With(float[] biases) => new() { Before = Before, Inputs = Inputs, Units = Units, Weights = Weights, Biases = biases };

    public Product With(LayerPart norm, IReadOnlyList<KeyValuePair<string, float[]>> tensors) =>
        new() { Before = Before, Inputs = Inputs, Units = Units, Weights = Weights, Biases = Biases, Norm = norm, NormTensors = tensors };
}
