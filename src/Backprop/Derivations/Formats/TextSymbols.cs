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
        return Wording.After(explanation, factor) switch
        {
            Quantity.LossGradient => "(∇_yL)ᵀ",
            Quantity.Delta => factor.LeavesRow ? $"δ_{factor.Layer}ᵀ" : $"δ_{layer},{output}",
            Quantity.PreActivation => factor.LeavesRow ? $"(∂L/∂p_{factor.Layer})ᵀ" : $"∂L/∂p_{layer},{output}",
            Quantity.Activation => factor.LeavesRow ? $"(∂L/∂x_{factor.Layer - 1})ᵀ" : $"∂L/∂x_{layer},{output}",
            _ => $"∂L/∂{explanation.Parameter}",
        };
    }
}
