using Backprop.Pages.Drawing;
using Backprop.Training;
using Spectre.Console;

namespace Backprop.Cli.Output;

/// <summary>Actual against predicted classes: counts, or sums of weights where rows have them.</summary>
internal static class ConfusionTable
{
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
            table.AddRow([Name(r), .. confusion[r].Select((count, c) => count == 0 ? "[dim]·[/]" : $"[{(c == r ? "green" : "red")}]{ConfusionCell.Of(evaluation, r, c)}[/]")]);
        }

        return table;
    }
}
