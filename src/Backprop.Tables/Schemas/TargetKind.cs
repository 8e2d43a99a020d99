namespace Backprop.Tables.Schemas;

/// <summary>What the target columns hold.</summary>
public enum TargetKind
{
    /// <summary>One column: a class label.</summary>
    Class,

    /// <summary>Numbers to be met.</summary>
    Values,

    /// <summary>Several columns of 0 and 1.</summary>
    Flags,
}
