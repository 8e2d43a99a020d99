using System.Globalization;
using Backprop.Tables.Models;

namespace Backprop.Tables.Tuning;

/// <summary>The recipe, spelled out as options: with them, and <see cref="TrainingOptions.KeepBy"/>, training does what it does without any, where it has one size of network; of two these are the larger. What is given already is left out.</summary>
internal static class RecipeValues
{
    /// <param name="options">What is given; nothing of the model is (<see cref="TrainingOptions.UsesRecipe"/>).</param>
    /// <param name="rows">How many rows are learned.</param>
    /// <param name="columns">How many columns the table has, its target among them; null: the features are arrays that stay as they are.</param>
    /// <param name="classes">Whether the target is a class.</param>
    /// <param name="all">How many rows there are, those that validate among them; null: as many.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(TrainingOptions options, int rows, int? columns, bool classes, int? all = null)
    {
        (string Name, object? Value)[] values =
        [
            ("network", Recipe.Hidden), ("optimizer", Recipe.Optimizer), ("learning-rate", Recipe.LearningRate), ("weight-decay", Recipe.WeightDecay), ("dropout", Recipe.Dropout),
            ("label-smoothing", classes ? Recipe.LabelSmoothing : null), ("schedule", Recipe.Schedule), ("batch-size", Recipe.BatchSize(rows)), ("epochs", Recipe.Epochs(rows)),
            ("bins", columns is { } count && options.Columns.Preprocess ? Recipe.Bins(count, all ?? rows, classes) : null),
        ];
        return [.. values.Where(value => value.Value is not null && TunableOption.Of(value.Name).Get(options) is null).Select(value => KeyValuePair.Create(value.Name, string.Create(CultureInfo.InvariantCulture, $"{value.Value}")))];
    }
}
