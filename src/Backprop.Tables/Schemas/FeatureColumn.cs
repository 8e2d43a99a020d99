namespace Backprop.Tables.Schemas;

/// <summary>What a schema makes of one column: numbers for the network, or nothing.</summary>
/// <param name="Name">The column.</param>
/// <param name="Kind">How it is encoded.</param>
/// <param name="Mean">Numeric: what is subtracted.</param>
/// <param name="Scale">Numeric: what is divided by.</param>
/// <param name="Imputed">Numeric: what stands in for a missing cell (before scaling).</param>
/// <param name="FlagsMissing">Whether a further 0/1 feature says that the cell is missing.</param>
/// <param name="Categories">Categorical: one feature each; a cell of none of them is all zeros.</param>
/// <param name="Why">Ignored: the reason.</param>
public sealed record FeatureColumn(
    string Name, FeatureKind Kind, double Mean = 0, double Scale = 1, double Imputed = double.NaN, bool FlagsMissing = false,
    IReadOnlyList<string>? Categories = null, string? Why = null)
{
    /// <summary>The features that the column becomes.</summary>
    public int FeatureCount => Kind switch
    {
        FeatureKind.Numeric => FlagsMissing ? 2 : 1,
        FeatureKind.Categorical => Categories!.Count + (FlagsMissing ? 1 : 0),
        _ => 0,
    };

    /// <summary>The features' names.</summary>
    public IEnumerable<string> FeatureNames
    {
        get
        {
            IEnumerable<string> names = Kind switch
            {
                FeatureKind.Numeric => [Name],
                FeatureKind.Categorical => Categories!.Select(category => $"{Name}={category}"),
                _ => [],
            };
            return FlagsMissing && Kind != FeatureKind.Ignored ? names.Append($"{Name} is missing") : names;
        }
    }
}
