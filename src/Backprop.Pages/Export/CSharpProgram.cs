using System.Globalization;
using System.Text;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Pages.Runs;

namespace Backprop.Pages.Export;

/// <summary>A C# program that makes the same steps from the same weights on the same rows, and so ends on the same bits.</summary>
internal static class CSharpProgram
{
    /// <summary>Where the rows are when they are too many for the program itself.</summary>
    public const string RowsFile = "rows.csv";

    private const int MostNumbers = 4000;

    /// <summary>Whether the program holds the rows itself.</summary>
    public static bool HoldsRows(Problem problem) => (long)problem.Training.Rows * problem.Training.FeatureCount <= MostNumbers;

    public static string Write(GivenFiles given, Problem problem, PageState state, Snapshot now)
    {
        NetworkDefinition network = now.Network.Definition;
        Dataset<float> rows = problem.Training;
        int batch = Math.Min(state.BatchSize, rows.Rows);
        string start = state.FromModel
            ? $"ModelFile<float>.Read({Literal(given.ModelPath!)}).{(given.Member is { } member ? $"Ensemble.Members[{member - 1}]" : "Network")}"
            : $"new Network<float>(NetworkDefinition.Parse({Literal(network.ToString())}, Loss.Parse({Literal(network.Loss.ToString())})), Initializer.PyTorch, seed: {state.Seed})";
        string targets = rows.Targets.AreClasses ? $"Targets<float>.Classes(targets, {rows.Targets.Count})" : $"Targets<float>.Values(targets, {rows.Targets.Count})";
        return $$"""
            // Repeats {{now.Step}} training steps of `backprop serve` and ends on the same bits.
            // It needs the Backprop library: a project with a reference to it, or, as a file of its own, a line such as
            // #:project ../src/Backprop/Backprop.csproj
            using Backprop.Data;
            using Backprop.Losses;
            using Backprop.ModelFiles;
            using Backprop.Networks;
            using Backprop.Optimizers;
            using Backprop.Training;

            {{(HoldsRows(problem) ? Inline(rows) : Reading(rows))}}
            var data = new Dataset<float>({{rows.Rows}}, {{rows.FeatureCount}}, features, {{targets}}{{(rows.SampleWeights is null ? "" : ", weights")}});
            Network<float> network = {{start}};
            {{Weights(state, network)}}double rate = {{Number(state.LearningRate)}};
            Optimizer optimizer = Optimizer.Create({{Literal(state.Optimizer)}}, new() { LearningRate = rate{{(state.Momentum == 0 ? "" : $", Momentum = {Number(state.Momentum)}")}} });
            var options = new TrainingStepOptions { L1 = {{Number(state.L1)}}, L2 = {{Number(state.L2)}}, Seed = {{state.Seed}} };
            var sampler = new BatchSampler(data.Rows, {{batch}});
            using var step = new TrainingStep<float>(network, optimizer, sampler.BatchSize, options);
            RowPermutation order = default;
            for (long done = 0; done < {{now.Step}}; done++)
            {
                long epoch = (done / sampler.Count) + 1;
                int batch = (int)(done % sampler.Count);
                if (batch == 0)
                {
                    order = new RowPermutation(data.Rows, seed: {{state.Seed}}, epoch);
                }

            {{Changes(state, now.Step)}}    (int first, int samples) = sampler[batch];
                step.Run(data, order, first, samples, rate, epoch);
            }

            {{After(state, now.Step)}}string hash = new ModelFile<float>(network).Write("repeated.safetensors");
            Console.WriteLine($"{network.Definition} after {step.Steps} steps, weights {hash}");

            """;
    }

    /// <summary>The weights that the example starts from.</summary>
    private static string Weights(PageState state, NetworkDefinition network) =>
        NoteExample.HasItsWeights(state, network) ? string.Concat(NoteExample.Weights.Select(weight => $"{Set(weight.Parameter, weight.Value)}\n")) : "";

    /// <summary>The changes that were made by then.</summary>
    private static string Changes(PageState state, long steps) => string.Concat(RunChange.Parse(state.Then).Where(change => change.Step < steps).Select(change => $$"""
                if (done == {{change.Step}})
                {
            {{(change.Rates is { } rates ? $"""
                    rate = {Number(rates.LearningRate)};
                    step.Penalise(l1: {Number(rates.L1)}, l2: {Number(rates.L2)});
            """ : $"        {Set(change.Parameter!, change.Value)}")}}
                }


            """));

    /// <summary>What was set by hand after the last step.</summary>
    private static string After(PageState state, long steps) =>
        string.Concat(RunChange.Parse(state.Then).Where(change => change.Step == steps && change.Parameter is not null).Select(change => $"{Set(change.Parameter!, change.Value)}\n"));

    private static string Set(string parameter, float value) => $"network.Set(ParameterName.Parse({Literal(parameter)}, network.Definition), {Single(value)}f);";

    /// <summary>The rows as text: features, then the class or the target values, then the sample weight if there are any.</summary>
    public static string Rows(Problem problem)
    {
        Dataset<float> rows = problem.Training;
        var text = new StringBuilder();
        for (int row = 0; row < rows.Rows; row++)
        {
            foreach (float value in rows.Row(row))
            {
                text.Append(Single(value)).Append(',');
            }

            text.AppendJoin(',', [.. Targets(rows, row), .. rows.SampleWeights is { } weights ? [Single(weights[row])] : Array.Empty<string>()]).Append('\n');
        }

        return text.ToString();
    }

    private static string Inline(Dataset<float> rows)
    {
        var text = new StringBuilder("float[] features =\n[\n");
        for (int row = 0; row < rows.Rows; row++)
        {
            text.Append("    ");
            foreach (float value in rows.Row(row))
            {
                text.Append(Single(value)).Append("f, ");
            }

            text.Length--;
            text.Append('\n');
        }

        string suffix = rows.Targets.AreClasses ? "" : "f";
        IEnumerable<string> targets = Enumerable.Range(0, rows.Rows).SelectMany(row => Targets(rows, row)).Select(value => value + suffix);
        string weights = rows.SampleWeights is null ? "" : $"\nfloat[] weights = [{string.Join(", ", rows.SampleWeights.Select(weight => $"{Single(weight)}f"))}];";
        return text.Append($"];\n{(rows.Targets.AreClasses ? "int" : "float")}[] targets = [{string.Join(", ", targets)}];{weights}").ToString();
    }

    private static string Reading(Dataset<float> rows)
    {
        string type = rows.Targets.AreClasses ? "int" : "float";
        string weights = rows.SampleWeights is null ? "" : "\nfloat[] weights = [.. cells.Select(row => float.Parse(row[^1], System.Globalization.CultureInfo.InvariantCulture))];";
        return $"""
            string[][] cells = [.. File.ReadLines("{RowsFile}").Select(line => line.Split(','))];
            float[] features = [.. cells.SelectMany(row => row.Take({rows.FeatureCount})).Select(cell => float.Parse(cell, System.Globalization.CultureInfo.InvariantCulture))];
            {type}[] targets = [.. cells.SelectMany(row => row.Skip({rows.FeatureCount}).Take({(rows.Targets.AreClasses ? 1 : rows.Targets.Count)})).Select(cell => {type}.Parse(cell, System.Globalization.CultureInfo.InvariantCulture))];{weights}
            """;
    }

    private static IEnumerable<string> Targets(Dataset<float> rows, int row) => rows.Targets.AreClasses
        ? [rows.Targets.ClassIndices[row].ToString(CultureInfo.InvariantCulture)]
        : Enumerable.Range(0, rows.Targets.Count).Select(target => Single(rows.Targets[row, target]));

    private static string Single(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Literal(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
