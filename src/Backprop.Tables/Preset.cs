namespace Backprop.Tables;

/// <summary>How much time the recipe takes for a better model.</summary>
public enum Preset
{
    /// <summary>Several networks, as many as pay: under a minute of two processors for 20 000 rows.</summary>
    Default,

    /// <summary>One network.</summary>
    Fast,

    /// <summary>Twice as many networks.</summary>
    Best,
}
