namespace Backprop.Training;

/// <summary>Why training ended.</summary>
public enum StopReason
{
    /// <summary>All epochs are done.</summary>
    Finished,

    /// <summary>The watched figure became no better.</summary>
    EarlyStopping,

    /// <summary>The time was up.</summary>
    MaxTime,

    /// <summary>The caller asked for it.</summary>
    Cancelled,

    /// <summary>A minimizer has found that no further step changes anything.</summary>
    Converged,
}
