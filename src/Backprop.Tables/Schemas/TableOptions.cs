namespace Backprop.Tables.Schemas;

/// <summary>How a schema is made of a table.</summary>
public sealed record TableOptions
{
    /// <summary>The target columns; null: y, target, label or class, if there is exactly one of them.</summary>
    public IReadOnlyList<string>? Targets { get; init; }

    /// <summary>Class or value.</summary>
    public TableTask Task { get; init; }

    /// <summary>Whether features are standardised, encoded and imputed; otherwise they are taken as they are.</summary>
    public bool Preprocess { get; init; } = true;

    /// <summary>Whether values to be met are standardised too.</summary>
    public bool ScaleTargets { get; init; }

    /// <summary>The column of sample weights, which is no feature.</summary>
    public string? SampleWeight { get; init; }

    /// <summary>The rows that statistics are taken from; null: all.</summary>
    public IReadOnlyList<int>? TrainingRows { get; init; }
}
