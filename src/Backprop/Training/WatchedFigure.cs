namespace Backprop.Training;

/// <summary>
/// The one figure of the validation rows that decides: which epoch is kept, when early stopping stops, when the plateau schedule slows down.
/// A figure that is not finite is never better than another.
/// </summary>
public sealed class WatchedFigure
{
    /// <summary>The validation loss.</summary>
    public const string Loss = "loss";

    private static readonly string[] s_lower = [Loss, "log_loss", "brier", "calibration_error", "rmse", "mae"];

    private static readonly string[] s_higher = ["accuracy", "balanced_accuracy", "f1_macro", "auc", "r2"];

    /// <summary>A figure by its name, one of <see cref="Names"/>.</summary>
    /// <exception cref="UsageException">No such figure.</exception>
    public WatchedFigure(string name)
    {
        if (!Names.Contains(name))
        {
            throw new UsageException(Suggestion.Unknown("figure to keep an epoch by", name, Names));
        }

        Name = name;
    }

    /// <summary>All that can be watched.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_lower, .. s_higher];

    /// <summary>Which it is.</summary>
    public string Name { get; }

    /// <summary>Whether more of it is better, as of accuracy; of a loss less is.</summary>
    public bool IsHigherBetter => s_higher.Contains(Name);

    /// <summary>The figure, turned so that less is better.</summary>
    /// <exception cref="UsageException">The validation rows have no such figure.</exception>
    public double Of(Evaluation validation)
    {
        if (Name == Loss)
        {
            return validation.Loss;
        }

        foreach ((string name, double value) in validation.Metrics)
        {
            if (name == Name)
            {
                return s_lower.Contains(name) ? value : -value;
            }
        }

        throw new UsageException($"the validation rows have no {Name} to keep an epoch by; they have {string.Join(", ", validation.Metrics.Select(metric => metric.Key).Prepend(Loss))}");
    }

    /// <summary>Demands that the rows have the figure.</summary>
    /// <exception cref="UsageException">The validation rows have no such figure; why.</exception>
    public void Require(Evaluation validation)
    {
        _ = Of(validation);
        if (validation.Reasons.TryGetValue(Name, out string? why))
        {
            throw new UsageException($"the validation rows have no {Name} to keep an epoch by: {why}");
        }
    }

    /// <summary>Whether an evaluation is better than another: less, or as much at a lower loss.</summary>
    /// <param name="now">The one.</param>
    /// <param name="before">The other; null: none yet.</param>
    public bool IsBetter(Evaluation now, Evaluation? before)
    {
        double a = Of(now), b = before is null ? double.PositiveInfinity : Of(before);
        return double.IsFinite(a) && (!double.IsFinite(b) || a < b || (a == b && now.Loss < before!.Loss));
    }
}
