using System.CommandLine;
using System.Diagnostics;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Tables;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;
using Backprop.Tables.Writing;

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
        var id = new Option<string?>("--id") { Description = "Columns that are carried into the predictions as they stand (* stands for any characters)", HelpName = "COL[,COL…]" };
        var keep = new Option<bool>("--keep") { Description = "Carry all columns into the predictions" };
        Option<double?> coverage = CommonOptions.Coverage("The part of new rows, 0.9 say, whose value is to lie from TARGET_low to TARGET_high, or whose label is to be in the column set (joined by |; in JSON a list)");
        common.AddTo(command, needsTargets: false);
        command.Add(output);
        command.Add(id);
        command.Add(keep);
        command.Add(coverage);
        NumberOptions.ReadStrictly(command);
        command.SetAction(parsed =>
        {
            PredictionOptions options = common.Prediction(parsed) with { Ids = parsed.GetValue(id) is { } ids ? [ids] : [], KeepAll = parsed.GetValue(keep), Coverage = parsed.GetValue(coverage) };
            return Run(parsed.GetValue(model)!, common.Source(parsed), common.Targets(parsed), options, parsed.GetValue(output)!, parsed.GetValue(common.Json));
        });
        return command;
    }

    private static int Run(string path, DataSource source, string? target, PredictionOptions options, string output, bool json)
    {
        if (output != "-")
        {
            PredictionWriter.RequireFormat(output);
            OutputFile.RequireWritable(output);
        }

        var model = TabularModel.Load(path);
        Predictions predictions = NoteLines.Of(notes => model.PredictAll(source, target, notes, options));
        IReadOnlyList<Column> columns = predictions.Columns;
        long began = Stopwatch.GetTimestamp();
        if (output != "-")
        {
            PredictionWriter.Write(output, columns);
        }
        else if (!json)
        {
            PredictionWriter.WriteCsv(Session.Current.Data, columns);
        }

        double rate = predictions.Count / predictions.PredictingSeconds;
        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteNumber("rows", predictions.Count);
                line.Warnings(ifAny: true);
                if (output != "-")
                {
                    line.WriteString("output", output);
                }
                else
                {
                    line.WriteStartArray("predictions");
                    for (int row = 0; row < predictions.Count; row++)
                    {
                        PredictionWriter.WriteRow(line, columns, row);
                    }

                    line.WriteEndArray();
                }

                line.WriteStartObject("seconds");
                line.Number("reading", predictions.ReadingSeconds);
                line.Number("predicting", predictions.PredictingSeconds);
                line.Number("writing", Stopwatch.GetElapsedTime(began).TotalSeconds);
                line.WriteEndObject();
                line.Number("rows_per_second", rate);
            });
        }
        else if (output != "-")
        {
            Terminal.Say($"{predictions.Count:N0} rows read in {predictions.ReadingSeconds:F3} s, predicted in {predictions.PredictingSeconds:F3} s ({rate:N0} rows/s), written in {Stopwatch.GetElapsedTime(began).TotalSeconds:F3} s");
        }

        return ExitCode.Done;
    }
}
