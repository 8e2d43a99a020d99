using System.CommandLine;
using System.Numerics;
using System.Text;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Derivations.Formats;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;

namespace Backprop.Cli.Commands;

/// <summary><c>explain MODEL DATA --row R --parameter 'W2[3,5]'</c>, or with <c>--batch-statistics</c> in the place of <c>--row</c>.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var model = new Argument<string>("MODEL") { Description = "A model file" };
        var row = new Option<int?>("--row") { Description = "The row of DATA, counted from 0", HelpName = "R" };
        var parameter = new Option<string?>("--parameter") { Description = "A weight such as W2[3,5], a bias such as b2[3], or of a norm gamma2[3] and beta2[3]: layers count from 1, units from 0", HelpName = "NAME" };
        var format = new Option<string>("--format") { Description = "text, markdown, latex or json", DefaultValueFactory = _ => "text" };
        format.AcceptOneOf("text", "markdown", "latex", "json");
        var output = new Option<string?>("--output", "-o") { Description = "Where it goes; default, and -: standard output", HelpName = "FILE" };
        Option<string> precision = CommonOptions.Precision("double");
        Option<bool> batchStatistics = CommonOptions.BatchStatistics();
        Option<int> rows = CheckCommand.Rows();
        Option<int?> member = CommonOptions.Member();
        var command = new Command("explain", "The derivative of one row's loss by one parameter, or of a batch's, factor by factor") { model };
        common.AddTo(command, needsTargets: false);
        foreach (Option option in new Option[] { row, parameter, batchStatistics, rows, format, output, precision, member })
        {
            command.Add(option);
        }

        NumberOptions.ReadStrictly(command);
        command.SetAction(parsed =>
        {
            string name = parsed.GetValue(parameter) ?? throw new UsageException("--parameter is missing: a weight such as W2[3,5], or a bias such as b2[3]");
            bool ofBatch = parsed.GetValue(batchStatistics);
            int? number = parsed.GetValue(row), most = ofBatch ? CheckCommand.Positive("--rows", parsed.GetValue(rows)) : null;
            if (ofBatch && number is not null)
            {
                throw new UsageException("--row and --batch-statistics do not go together: by the batch's own statistics a row has no loss of its own; --rows says how many rows are the batch");
            }

            if (!ofBatch && number is null)
            {
                throw new UsageException("--row is missing: a row of DATA, counted from 0; or --batch-statistics for rows that are one batch");
            }

            if (!ofBatch && parsed.GetResult(rows) is { Implicit: false })
            {
                throw new UsageException("--rows says how many rows are the batch of --batch-statistics, which is not given; --row is one row");
            }

            string chosen = parsed.GetValue(format)!;
            if (parsed.GetValue(common.Json))
            {
                chosen = chosen == "json" || parsed.GetResult(format) is null or { Implicit: true } ? "json" : throw new UsageException($"give --json or --format {chosen}, not both");
            }

            string? to = parsed.GetValue(output) is var file and not "-" ? file : null;
            string path = parsed.GetValue(model)!;
            Explanation explanation = parsed.GetValue(precision) == "float"
                ? Explain<float>(path, parsed.GetValue(member), () => common.Source(parsed), common.Targets(parsed), common.Prediction(parsed), number, most, name)
                : Explain<double>(path, parsed.GetValue(member), () => common.Source(parsed), common.Targets(parsed), common.Prediction(parsed), number, most, name);
            return Report(explanation, chosen, to);
        });
        return command;
    }

    /// <summary>Writes it; the exit code says whether the three ways agree.</summary>
    internal static int Report(Explanation explanation, string format, string? to)
    {
        string text = format switch
        {
            "json" => JsonLine.Of(line =>
            {
                ExplanationJson.Write(explanation, line);
                line.Warnings(ifAny: true);
            }) + '\n',
            "markdown" => ExplanationMarkdown.Of(explanation),
            "latex" => ExplanationLatex.Of(explanation),
            _ => ExplanationText.Of(explanation),
        };
        if (to is null)
        {
            Terminal.Out.Write(text);
        }
        else
        {
            AtomicFile.Write(to, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
        }

        return explanation.Agrees ? ExitCode.Done : ExitCode.CheckFailed;
    }

    /// <param name="path">The model.</param>
    /// <param name="member">Which network of it; null: the only one, or the first.</param>
    /// <param name="read">Reads the rows.</param>
    /// <param name="targets">Their targets.</param>
    /// <param name="options">What becomes of bad cells.</param>
    /// <param name="row">The row; null: of a batch.</param>
    /// <param name="most">How many rows the batch has at most.</param>
    /// <param name="parameter">By which parameter.</param>
    private static Explanation Explain<T>(string path, int? member, Func<DataSource> read, string? targets, PredictionOptions options, int? row, int? most, string parameter) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TabularModel<T> model = CommonOptions.OneNetwork<T>(path, member);
        var name = ParameterName.Parse(parameter, model.Network.Definition); // before the data: they may be large
        if (row is { } number)
        {
            Dataset<T> one = NoteLines.Of(notes => model.Row<T>(read(), number, targets, notes, options));
            return Named(Explanation.OfOnly(model.Network, one, number, name), model.Schema);
        }

        Dataset<T> all = NoteLines.Of(notes => model.Rows<T>(read(), targets, needTargets: true, notes, options)), batch = CheckCommand.Spread(all, most!.Value);
        if (batch.Rows < all.Rows)
        {
            Terminal.Say($"backprop: {batch.Rows} of {all.Rows} rows, spread evenly over them, are the batch; --rows says how many");
        }

        return Named(Explanation.OfBatch(model.Network, batch, name), model.Schema);
    }

    /// <summary>Says of columns and classes what they are called.</summary>
    private static Explanation Named(Explanation explanation, TableSchema? schema)
    {
        (explanation.InputNames, explanation.OutputNames) = (schema?.FeatureNames ?? [], schema?.OutputNames(explanation.Network.Layers[^1].Units) ?? []);
        return explanation;
    }
}
