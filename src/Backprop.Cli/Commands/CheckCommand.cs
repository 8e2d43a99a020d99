using System.CommandLine;
using System.Numerics;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Derivations.Formats;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;
using Spectre.Console;

namespace Backprop.Cli.Commands;

/// <summary><c>check MODEL DATA</c> or <c>check --network SPEC</c>.</summary>
internal static class CheckCommand
{
    /// <summary>More rows mean more of them within a step of a kink, and then nothing can be said of a parameter.</summary>
    private const int DefaultRows = 16;

    /// <summary>The most random features that are drawn.</summary>
    private const int MaxNumbers = 1 << 26;

    public static Command Create()
    {
        var common = new CommonOptions();
        var model = new Argument<string?>("MODEL") { Arity = ArgumentArity.ZeroOrOne, Description = "A model file" };
        var network = new Option<string?>("--network") { Description = "A network with random weights and rows in the place of MODEL and DATA", HelpName = "SPEC" };
        var loss = new Option<string?>("--loss") { Description = "The loss of --network", HelpName = "NAME[:value]" };
        var seed = new Option<ulong>("--seed") { Description = "What --network is drawn from" };
        var sample = new Option<int>("--sample") { Description = "How many parameters, spread over every tensor", DefaultValueFactory = _ => 1000, HelpName = "N" };
        var all = new Option<bool>("--all") { Description = "Every parameter" };
        Option<int> rows = Rows();
        Option<string> precision = CommonOptions.Precision("double");
        Option<bool> batchStatistics = CommonOptions.BatchStatistics();
        Option<int?> member = CommonOptions.Member();
        var command = new Command("check", "Derivatives three ways: the note's recursion, back propagation, numerically") { model };
        common.AddTo(command);
        foreach (Option option in new Option[] { network, loss, seed, sample, all, rows, precision, batchStatistics, member })
        {
            command.Add(option);
        }

        NumberOptions.ReadStrictly(command);
        command.SetAction(parsed =>
        {
            int count = Positive("--sample", parsed.GetValue(sample)), most = Positive("--rows", parsed.GetValue(rows));
            int? chosen = parsed.GetValue(all) ? null : count;
            bool ofBatch = parsed.GetValue(batchStatistics), json = parsed.GetValue(common.Json), single = parsed.GetValue(precision) == "float";
            if (parsed.GetValue(network) is { } specification)
            {
                if (parsed.GetValue(model) is not null)
                {
                    throw new UsageException("give MODEL and DATA, or --network");
                }

                if (parsed.GetValue(member) is not null)
                {
                    throw new UsageException("--member is of MODEL, --network makes one network");
                }

                Refuse(parsed, common.OfSource, "is of DATA, --network makes rows of its own");

                var definition = NetworkDefinition.Parse(specification, parsed.GetValue(loss) is { } name ? Loss.Parse(name) : null);
                return single ? Run(Random<float>(definition, parsed.GetValue(seed), most), chosen, ofBatch, json) : Run(Random<double>(definition, parsed.GetValue(seed), most), chosen, ofBatch, json);
            }

            Refuse(parsed, [loss, seed], "is of --network: MODEL has its own");
            string path = parsed.GetValue(model) ?? throw new UsageException("give MODEL and DATA, or --network SPEC");
            return single
                ? Run(OfModel<float>(path, parsed.GetValue(member), common.Source(parsed), common.Targets(parsed), common.Prediction(parsed), most), chosen, ofBatch, json)
                : Run(OfModel<double>(path, parsed.GetValue(member), common.Source(parsed), common.Targets(parsed), common.Prediction(parsed), most), chosen, ofBatch, json);
        });
        return command;
    }

    /// <summary>What would be ignored is refused.</summary>
    private static void Refuse(ParseResult parsed, IEnumerable<Option> options, string why)
    {
        if (options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } given)
        {
            throw new UsageException($"{given.Name} {why}");
        }
    }

    /// <summary>How many rows.</summary>
    internal static Option<int> Rows() => new("--rows") { Description = "Of the mean loss over how many rows, spread evenly over DATA", DefaultValueFactory = _ => DefaultRows, HelpName = "N" };

    /// <summary>At most so many rows, spread evenly.</summary>
    internal static Dataset<T> Spread<T>(Dataset<T> data, int most) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] counting = [.. Enumerable.Range(0, data.Rows).Where(row => data.SampleWeights is not { } weights || weights[row] > T.Zero)]; // the others say nothing, spread or not
        if (counting.Length == 0)
        {
            throw new DataException("the weights of all rows are 0: a row that counts expected");
        }

        int count = Math.Min(most, counting.Length);
        return data.Select([.. Enumerable.Range(0, count).Select(n => counting[(int)((long)n * counting.Length / count)])]);
    }

    internal static int Positive(string option, int value) => value > 0 ? value : throw new UsageException($"{option} must be at least 1, found {value}");

    private static (Network<T> Network, Dataset<T> Data) OfModel<T>(string path, int? member, DataSource source, string? targets, PredictionOptions options, int rows) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TabularModel<T> model = CommonOptions.OneNetwork<T>(path, member);
        return (model.Network, Spread(NoteLines.Of(notes => model.Rows<T>(source, targets, needTargets: true, notes, options)), rows));
    }

    /// <summary>Glorot weights, normal features, and targets that every loss takes: numbers in (0, 1), or classes for hinge.</summary>
    private static (Network<T> Network, Dataset<T> Data) Random<T>(NetworkDefinition definition, ulong seed, int rows) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if ((long)rows * Math.Max(definition.Inputs, definition.TargetCount) > MaxNumbers)
        {
            throw new UsageException($"--rows: {rows} rows of {definition.Inputs} inputs are too many, at most {MaxNumbers / Math.Max(definition.Inputs, definition.TargetCount)} expected");
        }

        var random = new CounterRandom(seed, 7);
        var features = new T[rows * definition.Inputs];
        for (int n = 0; n < features.Length; n++)
        {
            features[n] = T.CreateTruncating(random.Normal((ulong)n));
        }

        var uniform = new CounterRandom(seed, 8);
        Targets<T> targets = definition.Loss.Name == "hinge"
            ? Targets<T>.Classes([.. Enumerable.Range(0, rows).Select(row => (int)(uniform.Bits((ulong)row) % (ulong)definition.Outputs))], definition.Outputs)
            : Targets<T>.Values([.. Enumerable.Range(0, rows * definition.TargetCount).Select(n => T.CreateTruncating(uniform.Uniform((ulong)n)))], definition.TargetCount);
        return (new Network<T>(definition, Initializer.Parse("glorot_normal"), seed), new(rows, definition.Inputs, features, targets));
    }

    private static int Run<T>((Network<T> Network, Dataset<T> Data) on, int? sample, bool batchStatistics, bool json) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        GradientCheckResult result = GradientCheck.Run(on.Network, on.Data, sample, batchStatistics);
        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteNumber("parameters", result.Parameters);
                line.WriteNumber("checked", result.Checked);
                line.WriteNumber("rows", on.Data.Rows);
                line.Warnings(ifAny: true);
                line.WriteStartObject("worst");
                line.Number("recursion_vs_backpropagation", result.WorstOfRecursion);
                line.Number("backpropagation_vs_numerical", result.WorstOfNumerical);
                line.WriteString("parameter", result.WorstParameter?.ToString());
                line.WriteEndObject();
                line.WriteStartArray("left_out");
                foreach ((ParameterName parameter, string why) in result.LeftOut)
                {
                    line.WriteStartObject();
                    line.WriteString("parameter", parameter.ToString());
                    line.WriteString("why", why);
                    line.WriteEndObject();
                }

                line.WriteEndArray();
                line.WriteBoolean("agrees", result.Agrees);
            });
            return result.Agrees ? ExitCode.Done : ExitCode.CheckFailed;
        }

        Print(result, on.Data.Rows);
        return result.Agrees ? ExitCode.Done : ExitCode.CheckFailed;
    }

    /// <summary>A line for each tensor, narrow enough for 80 columns; then what was left out and why.</summary>
    private static void Print(GradientCheckResult result, int rows)
    {
        Terminal.Out.WriteLine($"{result.Checked:N0} of {result.Parameters:N0} derivatives of the mean loss over {rows} rows, three ways");
        var table = new Spectre.Console.Table().Border(TableBorder.None);
        foreach (string name in new[] { "tensor", "shape", "checked", "left\nout", "R − B", "B − N", "relative", "worst at", "N by" })
        {
            table.AddColumn(new TableColumn(name).RightAligned().Padding(0, 0, 2, 0));
        }

        foreach (TensorCheck tensor in result.Tensors)
        {
            table.AddRow(
                tensor.Name, tensor.Shape, $"{tensor.Checked}", $"{tensor.LeftOut}",
                Wording.Rough(tensor.WorstOfRecursion), Wording.Rough(tensor.WorstOfNumerical), Wording.Rough(tensor.WorstRelative),
                Markup.Escape(tensor.WorstParameter?.ToString() ?? "–"), tensor.Method.Split(' ')[0]);
        }

        Terminal.Data.Write(table);
        Terminal.Out.WriteLine("R: the recursion, B: back propagation, N: numerically, by the complex step where");
        Terminal.Out.WriteLine("every function is analytic, else by 5-point differences. R − B and B − N are the");
        Terminal.Out.WriteLine("worst |a − b| / max(1, |a| + |b|), relative the worst |a − b| / max(|a|, |b|).");
        Terminal.Out.WriteLine("a and b agree where |a − b| ≤ t max(|a|, |b|) + 8 r: r is how far rounding alone");
        Terminal.Out.WriteLine($"moves it, as measured; t is {Wording.Number(GradientCheck.AnalyticTolerance)}, by differences {Wording.Number(GradientCheck.KinkedTolerance)}, float {Wording.Number(GradientCheck.SingleTolerance)}.");
        foreach (IGrouping<string, (ParameterName Parameter, string Why)> tensor in result.LeftOut.GroupBy(left => left.Parameter.ToString().Split('[')[0]))
        {
            (ParameterName parameter, string why) = tensor.First();
            int more = tensor.Count() - 1;
            Terminal.Out.WriteLine($"left out: {parameter}, {why}{(more == 0 ? "" : $"; {more} more of {tensor.Key} (--json names all)")}");
        }

        Terminal.Out.WriteLine(result.Agrees
            ? $"The three ways agree; they differ most, by {Wording.Rough(Math.Max(result.WorstOfRecursion, result.WorstOfNumerical))}, at {result.WorstParameter}."
            : $"The three ways do NOT agree; worst at {result.WorstParameter}.");
    }
}
