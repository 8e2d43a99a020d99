using System.CommandLine;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Data;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Tables;
using Backprop.Tables.Schemas;
using Backprop.Tables.Writing;
using Backprop.Training;

namespace Backprop.Cli.Commands;

/// <summary><c>predict MODEL DATA [-o FILE]</c>.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var model = new Argument<string>("MODEL") { Description = "A model file" };
        var output = new Option<string>("--output", "-o") { Description = "Where predictions go, by extension: .csv .tsv .json .jsonl .parquet, or - for CSV on standard output", DefaultValueFactory = _ => "-", HelpName = "FILE" };
        var command = new Command("predict", "Predictions of a model for rows of data") { model };
        common.AddTo(command);
        command.Add(output);
        command.SetAction(parsed => Run(parsed.GetValue(model)!, common.Source(parsed), common.Targets(parsed), parsed.GetValue(output)!, parsed.GetValue(common.Json)));
        return command;
    }

    private static int Run(string path, DataSource source, string[]? targets, string output, bool json)
    {
        if (output != "-")
        {
            PredictionWriter.RequireFormat(output);
            OutputFile.RequireWritable(output);
        }

        Model<double> model = Model<double>.Read(path);
        NetworkDefinition network = model.Network.Definition;
        Dataset<double> data = model.Rows<double>(WithoutTargets(source, model, targets), targets: null, needTargets: false);
        Fit.Require(network, data, targets: false);
        double[] y = new Predictor<double>(model.Network).Predict(data.Features);
        List<Column> columns = Columns(model, y, data.Rows);
        if (output != "-")
        {
            PredictionWriter.Write(output, columns);
        }
        else if (!json)
        {
            PredictionWriter.WriteCsv(Session.Current.Data, columns);
        }

        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteNumber("rows", data.Rows);
                if (output != "-")
                {
                    line.WriteString("output", output);
                    return;
                }

                line.WriteStartArray("predictions");
                for (int row = 0; row < data.Rows; row++)
                {
                    PredictionWriter.WriteRow(line, columns, row);
                }

                line.WriteEndArray();
            });
        }

        return ExitCode.Done;
    }

    /// <summary>Target columns may be there or not, and their cells may hold anything.</summary>
    private static DataSource WithoutTargets(DataSource source, Model<double> model, string[]? targets)
    {
        if (source.Table is null)
        {
            DatasetBuilder.RequireNoTarget(targets);
            return source with { Y = null };
        }

        IReadOnlyList<string> names = targets ?? model.Schema?.Target.Names ?? source.DefaultTargets ?? [];
        Column[] left = [.. source.Table.Columns.Where(column => !names.Contains(column.Name) && (column.Name != model.Schema?.SampleWeight || model.Schema is null))];
        if (model.Schema is null && names.Count == 0 && left.Length == model.Network.Definition.Inputs + 1)
        {
            left = [.. left.Where(column => column.Name is not ("y" or "target" or "label" or "class"))];
        }

        return source with { Table = new Table(source.Table.Source, left), DefaultTargets = null };
    }

    private static List<Column> Columns(Model<double> model, double[] y, int rows)
    {
        NetworkDefinition network = model.Network.Definition;
        TargetColumns? target = model.Schema?.Target;
        int width = network.Outputs;
        if (target?.Kind == TargetKind.Class || (target is null && DatasetBuilder.IsClassifier(network)))
        {
            IReadOnlyList<string> labels = OutputNames.Labels(target, width);
            double[][] scores = [.. Enumerable.Range(0, rows).Select(row => Scores(y.AsSpan(row * width, width), network, labels.Count))];
            return
            [
                new("prediction", [.. scores.Select(score => (string?)labels[ClassificationMetrics.ArgMax(score)])]),
                .. labels.Select((label, c) => new Column(OutputNames.Class(label, network), ColumnType.Real, [.. scores.Select(score => score[c])])),
            ];
        }

        int count = network.TargetCount;
        IReadOnlyList<string> names = OutputNames.Targets(target, count);
        for (int row = 0; row < rows; row++)
        {
            network.OutputMeaning.ToPredictions(y.AsSpan(row * width, width));
        }

        Column Real(string name, Func<int, double> value) => new(name, ColumnType.Real, [.. Enumerable.Range(0, rows).Select(value)]);
        List<Column> columns = [.. names.Select((name, t) => Real(
            OutputNames.Column(name, network), row => target is null ? y[(row * width) + t] : target.Unscale(t, y[(row * width) + t])))];
        if (network.OutputMeaning == OutputMeaning.MeanAndLogVariance)
        {
            columns.AddRange(names.Select((name, t) => Real(
                $"{name}_deviation", row => OutputMeanings.Deviation(y[(row * width) + count + t]) * (target?.Scales?[t] ?? 1))));
        }

        return columns;
    }

    private static double[] Scores(ReadOnlySpan<double> y, NetworkDefinition network, int classes)
    {
        if (y.Length == 1 && classes == 2)
        {
            return [1 - y[0], y[0]];
        }

        double[] scores = y.ToArray();
        if (network.OutputMeaning == OutputMeaning.LogProbability)
        {
            network.OutputMeaning.ToPredictions(scores);
        }

        return scores;
    }
}
