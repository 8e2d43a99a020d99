using Backprop.Training;
using Spectre.Console;

namespace Backprop.Cli.Output;

/// <summary>Actual against predicted classes: counts, or sums of weights where rows have them.</summary>
internal static class ConfusionTable
{
    /// <summary>The number of a place.</summary>
    public static string Cell(Evaluation evaluation, int actual, int predicted) =>
        evaluation.WeightedConfusion is { } weighted ? $"{weighted[actual][predicted]:G6}" : $"{evaluation.Confusion![actual][predicted]}";

    public static Spectre.Console.Table Of(Evaluation evaluation, IReadOnlyList<string> labels)
    {
        int[][] confusion = evaluation.Confusion!;
        string Name(int c) => Markup.Escape(labels[c]);
        var table = new Spectre.Console.Table().Title(evaluation.WeightedConfusion is null ? "confusion" : "confusion, by weight").AddColumn("actual \\ predicted");
        for (int c = 0; c < confusion.Length; c++)
        {
            table.AddColumn(new TableColumn(Name(c)).RightAligned());
        }

        for (int r = 0; r < confusion.Length; r++)
        {
            table.AddRow([Name(r), .. confusion[r].Select((count, c) => count == 0 ? "[dim]·[/]" : $"[{(c == r ? "green" : "red")}]{Cell(evaluation, r, c)}[/]")]);
        }

        return table;
    }
}
