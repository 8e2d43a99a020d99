using System.CommandLine;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Tables;
using Backprop.Tables.Inspection;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;
using Spectre.Console;

namespace Backprop.Cli.Commands;

/// <summary><c>importance MODEL DATA</c>.</summary>
internal static class ImportanceCommand
{
    /// <summary>So that a line has room in 80 characters.</summary>
    private const int BarWidth = 20, NameWidth = 26;

    public static Command Create()
    {
        var common = new CommonOptions();
        var usual = new ImportanceOptions();
        var model = new Argument<string>("MODEL") { Description = "A model file" };
        var metric = new Option<string?>("--metric") { Description = "The figure that is lost: loss, or a metric of evaluate (default: log_loss of classes, r2 of values)", HelpName = "NAME" };
        var repeats = new Option<int>("--repeats") { Description = "How often each column is permuted", DefaultValueFactory = _ => usual.Repeats, HelpName = "N" };
        var rows = new Option<int>("--rows") { Description = "The most rows that are measured; of more, so many are drawn; 0: all", DefaultValueFactory = _ => usual.Rows, HelpName = "N" };
        var seed = new Option<ulong>("--seed") { Description = "What permutations and rows are drawn by", DefaultValueFactory = _ => usual.Seed, HelpName = "SEED" };
        var command = new Command("importance", "How much worse the predictions become where one column after the other says nothing") { model };
        common.AddTo(command);
        foreach (Option option in new Option[] { metric, repeats, rows, seed })
        {
            command.Add(option);
        }

        NumberOptions.ReadStrictly(command);
        command.SetAction(parsed => Run(
            parsed.GetValue(model)!, common.Source(parsed), common.Targets(parsed), common.Prediction(parsed),
            new() { Metric = parsed.GetValue(metric)?.Trim(), Repeats = parsed.GetValue(repeats), Rows = parsed.GetValue(rows), Seed = parsed.GetValue(seed) },
            parsed.GetValue(common.Json)));
        return command;
    }

    private static int Run(string path, DataSource source, string? target, PredictionOptions prediction, ImportanceOptions options, bool json)
    {
        var model = TabularModel.Load(path);
        Importance importance = NoteLines.Of(notes => model.Importance(source, options, target, notes, prediction));
        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteString("metric", importance.Metric);
                line.Number("baseline", importance.Baseline);
                line.WriteNumber("rows", importance.Rows);
                line.WriteNumber("all_rows", importance.AllRows);
                line.WriteNumber("repeats", importance.Repeats);
                line.WriteNumber("seed", importance.Seed);
                line.WriteStartArray("columns");
                foreach (ColumnImportance column in importance.Columns)
                {
                    line.WriteStartObject();
                    line.WriteString("column", column.Column);
                    line.Number("importance", column.Mean);
                    line.Number("spread", column.Spread);
                    line.WriteEndObject();
                }

                line.WriteEndArray();
                line.WriteStartArray("not_used");
                foreach (string column in importance.NotUsed)
                {
                    line.WriteStringValue(column);
                }

                line.WriteEndArray();
                line.Warnings(ifAny: true);
            });
            return ExitCode.Done;
        }

        if (importance.Rows < importance.AllRows)
        {
            Terminal.Say($"backprop: {importance.Rows:N0} of {importance.AllRows:N0} rows {(importance.Rows == 1 ? "is" : "are")} measured, drawn by --seed; --rows 0 for all");
        }

        var table = new Spectre.Console.Table().AddColumn("column").AddColumn(new TableColumn(new string(' ', BarWidth)).NoWrap())
            .AddColumn(new TableColumn("loses").RightAligned()).AddColumn(new TableColumn("±").RightAligned());
        double most = importance.Columns.Select(column => column.Mean).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        foreach (ColumnImportance column in importance.Columns)
        {
            table.AddRow(Markup.Escape(Short(column.Column)), Bar(column.Mean, most), $"{column.Mean:G3}", $"{column.Spread:G2}");
        }

        Terminal.Data.Write(table);
        Terminal.Out.WriteLine($"{importance.Metric} {MetricText.Of(importance.Baseline)} on {importance.Rows:N0} row{(importance.Rows == 1 ? "" : "s")}; what it loses, mean and deviation of {importance.Repeats} permutation{(importance.Repeats == 1 ? "" : "s")}");
        if (importance.NotUsed.Count > 0)
        {
            Terminal.Say($"not used by the model: {string.Join(", ", importance.NotUsed.Take(20))}{(importance.NotUsed.Count > 20 ? $", … ({importance.NotUsed.Count} in all; --json lists them)" : "")}");
        }

        return ExitCode.Done;
    }

    private static string Bar(double loss, double most)
    {
        const string Parts = "▏▎▍▌▋▊▉█";
        int eighths = most > 0 && loss > 0 ? (int)Math.Round(8 * BarWidth * loss / most) : 0;
        return new string('█', eighths / 8) + (eighths % 8 == 0 ? "" : Parts[(eighths % 8) - 1]);
    }

    private static string Short(string name) => name.Length <= NameWidth ? name : $"{name[..(NameWidth - 1)]}…";
}
