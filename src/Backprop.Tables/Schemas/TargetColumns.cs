namespace Backprop.Tables.Schemas;

/// <summary>What a schema makes of the target columns.</summary>
/// <param name="Names">The columns.</param>
/// <param name="Kind">What they hold.</param>
/// <param name="Labels">Class: the labels, in the order of the network's outputs.</param>
/// <param name="Means">Values: what is subtracted from each.</param>
/// <param name="Scales">Values: what each is divided by.</param>
public sealed record TargetColumns(
    IReadOnlyList<string> Names, TargetKind Kind, IReadOnlyList<string>? Labels = null, IReadOnlyList<double>? Means = null, IReadOnlyList<double>? Scales = null)
{
    /// <summary>A predicted value in the column's own units.</summary>
    public double Unscale(int target, double value) => Means is null ? value : (value * Scales![target]) + Means[target];
}
