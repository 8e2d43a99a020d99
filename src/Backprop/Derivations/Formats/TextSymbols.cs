namespace Backprop.Derivations.Formats;

/// <summary>Formulas as a line of text.</summary>
internal static class TextSymbols
{
    /// <summary>A factor as it stands in the product: the first as a row vector, slopes on a diagonal.</summary>
    public static string Factor(DerivativeFactor factor) => factor.Role switch
    {
        "loss_gradient" or "delta" when factor.Batch is not null => factor.Symbol,
        "loss_gradient" => "(∇_yL)ᵀ",
        "delta" => $"δ_{factor.Layer}ᵀ",
        "diagonal" => $"diag {factor.Symbol}",
        _ => factor.Symbol,
    };

    /// <summary>What the product is after a factor.</summary>
    public static string Product(Explanation explanation, DerivativeFactor factor)
    {
        (int layer, int output, _) = explanation.Parameter;
        if (explanation.Batch is not null)
        {
            return Wording.After(explanation, factor) switch
            {
                Quantity.LossGradient => factor.Symbol,
                Quantity.Delta => factor.LeavesRow ? $"Δ_{factor.Layer}" : $"Δ_{layer}[:,{output}]",
                Quantity.PreActivation => factor.LeavesRow ? $"∂L/∂P_{factor.Layer}" : $"∂L/∂P_{layer}[:,{output}]",
                Quantity.Activation => factor.LeavesRow ? $"∂L/∂X_{factor.Layer - 1}" : $"∂L/∂X_{layer}[:,{output}]",
                _ => $"∂L/∂{explanation.Parameter}",
            };
        }

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
