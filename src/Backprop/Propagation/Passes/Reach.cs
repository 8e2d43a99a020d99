namespace Backprop.Propagation.Passes;

/// <summary>How much of a batch must be there at once for a pass or a stage to do a part of its work.</summary>
internal enum Reach
{
    /// <summary>Some panels of units of some samples.</summary>
    Panel,

    /// <summary>All units of some samples.</summary>
    Row,

    /// <summary>Some panels of units of all samples.</summary>
    Batch,
}
