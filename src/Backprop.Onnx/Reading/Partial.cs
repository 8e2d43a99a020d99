namespace Backprop.Onnx.Reading;

/// <summary>A function of p_ℓ, of which it is not yet known whether the layer ends with it.</summary>
/// <param name="Product">What p is.</param>
/// <param name="Values">The function's at the points where functions are compared; null: it is p itself.</param>
/// <param name="Operator">The operator that made it last.</param>
/// <param name="Vector">softmax or log_softmax of p; null: neither.</param>
internal sealed record Partial(Product Product, double[]? Values = null, string? Operator = null, string? Vector = null) : Value
{
    public bool IsProduct => Values is null && Vector is null;
}
