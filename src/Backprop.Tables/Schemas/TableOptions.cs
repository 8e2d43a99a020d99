using Backprop.Tables.Reading;

namespace Backprop.Tables.Schemas;

/// <summary>How a schema is made of a table. Where columns are named, * stands for any characters.</summary>
public sealed record TableOptions
{
    internal const int MostBins = 1000;

    /// <summary>The target columns; null: y, target, label or class, if there is exactly one of them.</summary>
    public IReadOnlyList<string>? Targets { get; init; }

    /// <summary>Class or value.</summary>
    public TableTask Task { get; init; }

    /// <summary>Whether features are standardised, encoded and imputed; otherwise they are taken as they are.</summary>
    public bool Preprocess { get; init; } = true;

    /// <summary>Whether values to be met are standardised too.</summary>
    public bool ScaleTargets { get; init; }

    /// <summary>
    /// Into how many pieces of about as many rows each column of numbers is cut, for features that say how far a number is through each
    /// (<see cref="FeatureColumn.Edges"/>), and for bounding it to what training had; 0: none; null: as whoever trains sees fit.
    /// </summary>
    public int? Bins { get; init; }

    /// <summary>The column of sample weights, which is no feature.</summary>
    public string? SampleWeight { get; init; }

    /// <summary>The column of exposures (years, kilometres, people), above 0, which is no feature: counts are of so much, and the rate is of one. null: none.</summary>
    public string? Offset { get; init; }

    /// <summary>The rows that statistics are taken from; null: all.</summary>
    public IReadOnlyList<int>? TrainingRows { get; init; }

    /// <summary>Columns that are numbers, whatever they are called and however they count.</summary>
    public IReadOnlyList<string> Numeric { get; init; } = [];

    /// <summary>Columns that are categories, numbers too.</summary>
    public IReadOnlyList<string> Categorical { get; init; } = [];

    /// <summary>Columns that are dates; <c>COLUMN=d/m/y</c> says how they are written (<see cref="Cells.DateForm"/>).</summary>
    public IReadOnlyList<string> Dates { get; init; } = [];

    /// <summary>Columns that are not used.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Columns that are not used, but carried into predictions.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>Whether rows without a target are left out (<see cref="SchemaInference.WithTargets"/>); otherwise they are an error.</summary>
    public bool DropMissingTargets { get; init; }

    /// <summary>Those by which a schema is made, as far as they are given: where there is a schema they have nothing to say.</summary>
    internal IReadOnlyList<string> Decisions =>
    [
        .. Task == TableTask.Auto ? Array.Empty<string>() : [nameof(Task)], .. Preprocess ? Array.Empty<string>() : [nameof(Preprocess)],
        .. Bins is null ? Array.Empty<string>() : [nameof(Bins)],
        .. Roles,
    ];

    /// <summary>Those that name columns as something, as far as they are given.</summary>
    internal IReadOnlyList<string> Roles =>
    [
        .. new (string Name, IReadOnlyList<string> Columns)[] { (nameof(Numeric), Numeric), (nameof(Categorical), Categorical), (nameof(Dates), Dates), (nameof(Ignore), Ignore), (nameof(Ids), Ids) }
            .Where(role => role.Columns.Count > 0).Select(role => role.Name),
    ];

    /// <summary>How the table was read. The schema keeps what stands for a missing cell, and the decimal mark, for the files of predictions.</summary>
    public ReadingOptions? Reading { get; init; }
}
