using System.Globalization;
using System.Numerics;
using Backprop.Tables.Cells;

namespace Backprop.Tables.Schemas;

/// <summary>What a schema makes of one column: numbers for the network, or nothing.</summary>
/// <param name="Name">The column.</param>
/// <param name="Kind">How it is encoded.</param>
/// <param name="Mean">Numeric, date: what is subtracted.</param>
/// <param name="Scale">Numeric, date: what is divided by.</param>
/// <param name="Imputed">Numeric, date: what stands in for a missing cell (before scaling).</param>
/// <param name="FlagsMissing">Whether a further 0/1 feature says that the cell is missing.</param>
/// <param name="Categories">Categorical: one feature each; a cell of none of them is all zeros, or the entry that rare ones share.</param>
/// <param name="Why">Ignored: the reason.</param>
public sealed record FeatureColumn(
    string Name, FeatureKind Kind, double Mean = 0, double Scale = 1, double Imputed = double.NaN, bool FlagsMissing = false,
    IReadOnlyList<string>? Categories = null, string? Why = null)
{
    /// <summary>How the numbers were written in training; null: the file had numbers, not texts.</summary>
    public NumberFormat? Format { get; init; }

    /// <summary>Numeric: whether true and false count as 1 and 0.</summary>
    public bool TakesBooleans { get; init; }

    /// <summary>Numeric: whether the flag for a missing cell is all that becomes of the column, because training had one number only.</summary>
    public bool IsFlagOnly { get; init; }

    /// <summary>Numeric: whether a number outside what training had is taken as the nearer end of that, <see cref="Minimum"/> or <see cref="Maximum"/>.</summary>
    public bool IsBounded { get; init; }

    /// <summary>Numeric: ascending numbers e₀ … eₙ; n features more say how far the number has come from each to the next, min(max((x − eᵢ) / (eᵢ₊₁ − eᵢ), 0), 1). null: none.</summary>
    public IReadOnlyList<double>? Edges { get; init; }

    /// <summary>Categorical: whether one feature more stands for all that training had too few rows of, and for what it never had.</summary>
    public bool SharesRare { get; init; }

    /// <summary>Date: how dates are written, beside ISO.</summary>
    public DateForm? Date { get; init; }

    /// <summary>Date: which places in year, week and day are encoded.</summary>
    public DateParts Parts { get; init; }

    /// <summary>Whether training had missing cells here.</summary>
    public bool HadMissing { get; init; }

    /// <summary>Numeric, date: the least number of training; NaN: not known.</summary>
    public double Minimum { get; init; } = double.NaN;

    /// <summary>Numeric, date: the greatest number of training; NaN: not known.</summary>
    public double Maximum { get; init; } = double.NaN;

    /// <summary>Ignored: the option that decides, with what it would say. Not kept.</summary>
    internal string? Remedy { get; init; }

    /// <summary>Whether the network sees it.</summary>
    public bool IsFeature => Kind is not (FeatureKind.Ignored or FeatureKind.Id);

    /// <summary>The features that the column becomes.</summary>
    public int FeatureCount => !IsFeature ? 0 : (FlagsMissing ? 1 : 0) + Kind switch
    {
        FeatureKind.Numeric => IsFlagOnly ? 0 : 1 + PieceCount,
        FeatureKind.Boolean => 1,
        FeatureKind.Date => 1 + (2 * BitOperations.PopCount((uint)Parts)),
        _ => Categories!.Count + (SharesRare ? 1 : 0),
    };

    /// <summary>The features' names.</summary>
    public IEnumerable<string> FeatureNames
    {
        get
        {
            IEnumerable<string> names = Kind switch
            {
                FeatureKind.Numeric => IsFlagOnly ? [] : [Name, .. PieceNames()],
                FeatureKind.Boolean => [Name],
                FeatureKind.Date => [Name, .. PartNames()],
                FeatureKind.Categorical => Categories!.Select(category => $"{Name}={category}").Concat(SharesRare ? [$"{Name} is rare"] : []),
                _ => [],
            };
            return FlagsMissing && IsFeature ? names.Append($"{Name} is missing") : names;
        }
    }

    internal int PieceCount => Edges is null ? 0 : Edges.Count - 1;

    private IEnumerable<string> PieceNames()
    {
        for (int n = 0; n < PieceCount; n++)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{Name} from {Edges![n]:G6} to {Edges[n + 1]:G6}");
        }
    }

    private IEnumerable<string> PartNames()
    {
        foreach ((DateParts part, string name) in ((DateParts, string)[])[(DateParts.Month, "month"), (DateParts.Weekday, "weekday"), (DateParts.DayOfYear, "day of year"), (DateParts.Hour, "hour")])
        {
            if (Parts.HasFlag(part))
            {
                yield return $"{Name} {name} sine";
                yield return $"{Name} {name} cosine";
            }
        }
    }
}
