namespace Backprop.Derivations.Formats;

/// <summary>Formulas as a line of text.</summary>
internal static class TextSymbols
{
    /// <summary>A factor as it stands in the product: the first as a row vector, slopes on a diagonal.</summary>
    public static string Factor(DerivativeFactor factor) => factor.Role switch
    {
        "loss_gradient" => "(∇_yL)ᵀ",
        "delta" => $"δ_{factor.Layer}ᵀ",
        "diagonal" => $"diag {factor.Symbol}",
        _ => factor.Symbol,
    };

    /// <summary>What the product is after a factor.</summary>
    public static string Product(Explanation explanation, DerivativeFactor factor)
    {
        (int layer, int output, _) = explanation.Parameter;
        return factor.Role switch
        {
            "loss_gradient" => "(∇_yL)ᵀ",
            "delta" or "diagonal" or "jacobian" => $"δ_{factor.Layer}ᵀ",
            "matrix" => $"(∂L/∂x_{factor.Layer - 1})ᵀ",
            "column" => layer == explanation.Network.Layers.Length ? $"δ_{layer},{output}" : $"∂L/∂x_{layer},{output}",
            "slope" => $"δ_{layer},{output}",
            _ => $"∂L/∂{explanation.Parameter}",
        };
    }
}
