namespace Backprop.Derivations.Formats;

/// <summary>What the product of some factors from the left is the derivative of the loss by.</summary>
public enum Quantity
{
    /// <summary>y.</summary>
    LossGradient,

    /// <summary>What a layer's product gives: δ.</summary>
    Delta,

    /// <summary>What the activation is of, where a norm stands before it.</summary>
    PreActivation,

    /// <summary>What the layer before gives.</summary>
    Activation,

    /// <summary>The parameter.</summary>
    Parameter,
}
