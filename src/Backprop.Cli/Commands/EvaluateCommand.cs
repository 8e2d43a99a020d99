using System.CommandLine;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Tables;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;
using Backprop.Training;
using Spectre.Console;

namespace Backprop.Cli.Commands;

/// <summary><c>evaluate MODEL DATA</c>.</summary>
internal static class EvaluateCommand
{
    /// <summary>More classes than this are not shown one by one.</summary>
    private const int MostClasses = 30;

    public static Command Create()
    {
        var common = new CommonOptions();
        var model = new Argument<string>("MODEL") { Description = "A model file" };
        var command = new Command("evaluate", "Loss and metrics of a model on data") { model };
        Option<double?> coverage = CommonOptions.Coverage("Measure how many rows lie in the intervals, or in the sets, that are to hold such a part of them, 0.9 say, and how large they are");
        common.AddTo(command);
        command.Add(coverage);
        NumberOptions.ReadStrictly(command);
        command.SetAction(parsed =>
        {
            PredictionOptions options = common.Prediction(parsed) with { Coverage = parsed.GetValue(coverage) };
            return Run(parsed.GetValue(model)!, common.Source(parsed), common.Targets(parsed), options, parsed.GetValue(common.Json));
        });
        return command;
    }

    private static int Run(string path, DataSource source, string? target, PredictionOptions options, bool json)
    {
        var model = TabularModel.Load(path);
        Evaluation evaluation = NoteLines.Of(notes => model.Evaluate(source, target, notes, options));
        IReadOnlyList<string> labels = model.LabelsOf(evaluation.Confusion?.Length ?? 0), names = model.TargetNames;
        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteNumber("rows", evaluation.Rows);
                line.Number("loss", evaluation.Loss);
                line.WriteStartObject("metrics");
                line.DetailedMetrics(evaluation, labels, names);
                line.WriteEndObject();
                if (evaluation.Coverage is { } measured)
                {
                    line.Coverage(measured, names);
                }

                line.Warnings(ifAny: true);
            });
            return ExitCode.Done;
        }

        var table = new Spectre.Console.Table().AddColumn("metric").AddColumn(new TableColumn("value").RightAligned());
        table.AddRow("rows", $"{evaluation.Rows}").AddRow("loss", $"{evaluation.Loss:G6}");
        foreach ((string name, _) in evaluation.Metrics)
        {
            table.AddRow(name, Markup.Escape(MetricText.Of(evaluation, name)));
        }

        if (evaluation.Coverage is { } held)
        {
            table.AddRow($"coverage of {held.Asked:0.####}", MetricText.Of(held.Measured)).AddRow(held.AreSets ? "mean labels of a set" : "mean width", MetricText.Of(held.MeanSize));        }

        Terminal.Data.Write(table);
        if (evaluation.Coverage?.PerOutput is { } coverages)
        {
            Terminal.Data.Write(Rows("target", ["coverage", "mean width"], names, coverages.Select(one => new[] { one.Measured, one.MeanWidth })));
        }

        if (evaluation.PerOutput is { Count: > 0 } outputs)
        {
            IEnumerable<string> ofOnes = outputs[0].Ones is null ? [] : ["precision", "recall", "f1"];
            Terminal.Data.Write(Rows("target", outputs[0].Metrics.Select(metric => metric.Key).Concat(ofOnes), names, outputs.Select(output =>
                output.Metrics.Select(metric => metric.Value).Concat(output.Ones is { } ones ? [ones.Precision, ones.Recall, ones.F1] : []))));
        }

        if (evaluation.PerClass is { } classes)
        {
            if (classes.Count > MostClasses)
            {
                Terminal.Say($"{classes.Count} classes: --json lists each, and the confusion");
                return ExitCode.Done;
            }

            Terminal.Data.Write(Rows("class", ["precision", "recall", "f1", "auc", "support"], labels, classes.Select(c => new[] { c.Precision, c.Recall, c.F1, c.Auc, c.Support })));
            Terminal.Data.Write(ConfusionTable.Of(evaluation, labels));
        }

        return ExitCode.Done;
    }

    private static Spectre.Console.Table Rows(string what, IEnumerable<string> metrics, IReadOnlyList<string> names, IEnumerable<IEnumerable<double>> values)
    {
        Spectre.Console.Table table = new Spectre.Console.Table().AddColumn(what);
        foreach (string metric in metrics)
        {
            table.AddColumn(new TableColumn(metric).RightAligned());
        }

        foreach ((string name, IEnumerable<double> row) in names.Zip(values))
        {
            table.AddRow([Markup.Escape(name), .. row.Select(value => MetricText.Of(value))]);
        }

        return table;
    }
}
