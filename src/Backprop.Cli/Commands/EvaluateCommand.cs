using System.CommandLine;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Data;
using Backprop.Training;
using Spectre.Console;

namespace Backprop.Cli.Commands;

/// <summary><c>evaluate MODEL DATA</c>.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var model = new Argument<string>("MODEL") { Description = "A model file" };
        var command = new Command("evaluate", "Loss and metrics of a model on data") { model };
        common.AddTo(command);
        command.SetAction(parsed => Run(parsed.GetValue(model)!, common.Source(parsed), common.Targets(parsed), parsed.GetValue(common.Json)));
        return command;
    }

    private static int Run(string path, DataSource source, string[]? targets, bool json)
    {
        Model<double> model = Model<double>.Read(path);
        Dataset<double> data = DatasetBuilder.ForModel<double>(source, model.Network.Definition, model.Schema, targets, needTargets: true);
        Evaluation evaluation = model.Evaluator().Evaluate(data);
        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteNumber("rows", evaluation.Rows);
                line.Number("loss", evaluation.Loss);
                line.WriteStartObject("metrics");
                line.Metrics(evaluation);
                line.WriteEndObject();
            });
            return ExitCode.Done;
        }

        var table = new Spectre.Console.Table().AddColumn("metric").AddColumn(new TableColumn("value").RightAligned());
        table.AddRow("rows", $"{evaluation.Rows}").AddRow("loss", $"{evaluation.Loss:G6}");
        foreach ((string name, double value) in evaluation.Metrics)
        {
            table.AddRow(name, $"{value:G6}");
        }

        Terminal.Data.Write(table);
        if (evaluation.Confusion is { Length: <= 30 } confusion)
        {
            Terminal.Data.Write(ConfusionTable.Of(confusion, model.Schema?.Target.Labels));
        }

        return ExitCode.Done;
    }
}
