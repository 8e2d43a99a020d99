namespace Backprop.Propagation.Passes;

/// <summary>How far the output pass goes.</summary>
internal enum OutputStage
{
    /// <summary>Y.</summary>
    Outputs,

    /// <summary>Y and the losses.</summary>
    Losses,

    /// <summary>Y, the losses and Δ_N.</summary>
    Deltas,
}
