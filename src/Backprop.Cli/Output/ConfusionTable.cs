using Spectre.Console;

namespace Backprop.Cli.Output;

/// <summary>Counts of actual against predicted classes.</summary>
internal static class ConfusionTable
{
    public static Spectre.Console.Table Of(int[][] confusion, IReadOnlyList<string>? labels)
    {
        string Name(int c) => Markup.Escape(labels is { } names && c < names.Count ? names[c] : c.ToString());
        var table = new Spectre.Console.Table().Title("confusion").AddColumn("actual \\ predicted");
        for (int c = 0; c < confusion.Length; c++)
        {
            table.AddColumn(new TableColumn(Name(c)).RightAligned());
        }

        for (int r = 0; r < confusion.Length; r++)
        {
            table.AddRow([Name(r), .. confusion[r].Select((count, c) => count == 0 ? "[dim]·[/]" : c == r ? $"[green]{count}[/]" : $"[red]{count}[/]")]);
        }

        return table;
    }
}
