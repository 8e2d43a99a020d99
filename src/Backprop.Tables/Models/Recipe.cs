namespace Backprop.Tables.Models;

/// <summary>What trains where nothing of the model is chosen. The figures behind it are in docs/decisions/.</summary>
internal static class Recipe
{
    public const string Hidden = "256:silu-128:silu", Optimizer = "adamw", Schedule = "one-cycle";

    public const double LearningRate = 0.003, WeightDecay = 0.05, LabelSmoothing = 0.05;

    /// <summary>Into how many pieces columns of numbers are cut; where there are very many columns, the first layer is wide enough.</summary>
    public static int Bins(int columns) => columns <= 300 ? 8 : 0;

    /// <summary>
    /// How many folds rows are divided into, and so how many networks are trained; null: one network, on one split. What is asked for comes first: folds,
    /// an ensemble, rows that validate.
    /// </summary>
    public static int? Folds(TrainingOptions options, int rows)
    {
        if (!options.UsesRecipe || options.Ensemble is not null || !options.IsUsualValidation || options.Preset == Preset.Fast || rows < 40)
        {
            return null;
        }

        int many = rows <= 50_000 ? 8 : rows <= 200_000 ? 4 : 1;
        many *= options.Preset == Preset.Best ? 2 : 1;
        return many > 1 ? many : null;
    }

    /// <summary>It helps classes and harms values.</summary>
    public static double? Dropout(bool classes) => classes ? 0.1 : null;

    public static int BatchSize(int rows) => rows switch { < 1000 => 16, < 20_000 => 32, < 100_000 => 128, _ => 256 };

    /// <summary>About 2 000 to 20 000 steps.</summary>
    public static int Epochs(int rows) => rows switch { < 1000 => 100, < 5000 => 60, < 20_000 => 30, _ => 15 };
}
