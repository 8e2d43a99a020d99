using Backprop.Layers;

namespace Backprop.Onnx.Reading;

/// <summary>What a value of a graph is found to be.</summary>
internal abstract record Value;

/// <summary>Nothing that a network has; whatever depends on it is nothing either.</summary>
/// <param name="Why">Where it began, and what was expected.</param>
internal sealed record Refused(string Why) : Value;

/// <summary>x_ℓ.</summary>
/// <param name="Number">ℓ; 0 is the input.</param>
/// <param name="Width">Its entries; null: any.</param>
internal sealed record LayerOutput(int Number, int? Width) : Value;

/// <summary>A function of p_ℓ, of which it is not yet known whether the layer ends with it.</summary>
/// <param name="Product">What p is.</param>
/// <param name="Values">The function's at <see cref="ScalarOperators.Points"/>; null: it is p itself.</param>
/// <param name="Operator">The operator that made it last.</param>
/// <param name="Vector">softmax or log_softmax of p; null: neither.</param>
internal sealed record Partial(Product Product, double[]? Values = null, string? Operator = null, string? Vector = null) : Value
{
    public bool IsProduct => Values is null && Vector is null;
}

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
