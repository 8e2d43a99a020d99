namespace Backprop.Layers;

/// <summary>Where a part stands in a layer: x_ℓ = x_{ℓ−1} + dropout(f(norm(W x_{ℓ−1} + b))).</summary>
internal enum LayerPlace
{
    /// <summary>Between product and activation.</summary>
    BeforeActivation,

    /// <summary>Behind the activation.</summary>
    AfterActivation,

    /// <summary>Around everything.</summary>
    Around,
}
