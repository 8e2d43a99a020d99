using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;

namespace Backprop.Onnx.Graphs;

/// <summary>The whole model: columns → label and probabilities, or values in their own units.</summary>
internal static class ModelGraph
{
    /// <summary>Labels and targets that are told one by one in words; the file's metadata has all.</summary>
    private const int MostNames = 20;

    public static void Build(GraphBuilder graph, TabularModel<float> model, OnnxExportOptions options, Notes? notes)
    {
        NetworkDefinition network = model.Definition;
        graph.Graph.Name = network.ToString();
        TargetColumns? target = model.Schema?.Target;
        (string features, string? exposure, string? doubt) = (null!, null, null);
        if (model.Schema is { } schema)
        {
            var columns = new FeatureGraph(graph, schema, options.Vector, notes);
            (features, exposure, doubt) = (columns.Features, columns.Exposure, columns.Doubt);
        }
        else
        {
            features = graph.Input(new(options.Vector ?? "x", ElementType.Float, network.Inputs, "features: the model names no columns"));
            notes?.Add(new($"the model names no columns: the input is {options.Vector ?? "x"}, all features side by side", IsLoss: false));
        }

        (string mean, string? variance) = new EnsembleGraph(graph, model.Ensemble, features).Predictions();
        if (exposure is not null)
        {
            string given = graph.Cast(exposure, ElementType.Double);
            exposure = graph.Add("Where", graph.Add("Greater", given, graph.Double(0)), given, graph.Double(double.NaN));
            string own = graph.Add("Mul", exposure, graph.Double(0));
            doubt = doubt is null ? own : graph.Add("Add", doubt, own);
        }

        if (doubt is not null)
        {
            (mean, variance) = (graph.Add("Add", mean, doubt), variance is null ? null : graph.Add("Add", variance, doubt)); // 0, or NaN
        }

        if (model.Labels.Count > 0)
        {
            Classes(graph, model, options.Labels ?? model.Labels, mean, doubt, notes);
            return;
        }

        if (options.Labels is not null)
        {
            throw new UsageException($"labels found, but the model predicts {Listed(model.TargetNames)}, which {(model.TargetNames.Count == 1 ? "is no class" : "are no classes")}");
        }

        int count = network.ValueCount;
        string means = Scaled(mean, target?.Means is { } shifts ? shifts : null);
        means = exposure is null ? means : graph.Add("Mul", exposure, means);
        Output(graph, new("value", ElementType.Float, count, $"{(network.OutputMeaning == OutputMeaning.Quantile ? $"the quantile {network.Loss.Parameter} of " : "")}{Listed(model.TargetNames)}, in {(count == 1 ? "its" : "their")} own units"), graph.Cast(means, ElementType.Float), notes);
        if (variance is not null)
        {
            Output(graph, new("deviation", ElementType.Float, count, "how far the truth lies from value, as a standard deviation"), graph.Cast(Scaled(graph.Add("Sqrt", variance), null), ElementType.Float), notes);
        }

        if (target?.Thresholds is { } thresholds)
        {
            string flags = graph.Cast(graph.Add("GreaterOrEqual", mean, graph.Doubles([.. thresholds])), ElementType.Int64);
            Output(graph, new("flag", ElementType.Int64, count, "1 where value, a probability, reaches the target's threshold, else 0"), flags, notes);
        }

        string Scaled(string numbers, IReadOnlyList<double>? shifts)
        {
            string scaled = target?.Scales is { } scales ? graph.Add("Mul", numbers, graph.Doubles(scales)) : numbers;
            return shifts is null ? scaled : graph.Add("Add", scaled, graph.Doubles(shifts));
        }
    }

    private static void Classes(GraphBuilder graph, TabularModel<float> model, IReadOnlyList<string> order, string scores, string? doubt, Notes? notes)
    {
        IReadOnlyList<string> labels = model.Labels;
        if (labels.Except(order).FirstOrDefault() is { } missing)
        {
            throw new UsageException($"the labels to be given do not have '{missing}', which the model predicts");
        }

        if (model.Definition.Outputs == 1)
        {
            scores = graph.Concat([graph.Add("Sub", graph.Double(1), scores), scores]);
        }

        string winner = model.Schema?.Target.Thresholds is [var threshold, ..]
            ? graph.Cast(graph.Add("GreaterOrEqual", graph.Column(scores, 1), graph.Double(threshold)), ElementType.Int64)
            : graph.Add("ArgMax", [GraphBuilder.Attribute("axis", 1L), GraphBuilder.Attribute("keepdims", 0L)], scores);
        string label = graph.Add("Gather", graph.Strings(labels), winner);
        if (doubt is not null)
        {
            label = graph.Add("Where", graph.Add("IsNaN", graph.Column(doubt, 0)), graph.Text(""), label);
        }

        if (!labels.SequenceEqual(order))
        {
            int[] places = [.. order.Select(name => labels.TakeWhile(other => other != name).Count())]; // behind the last: 0
            scores = graph.Columns(graph.Concat([scores, graph.Add("Mul", graph.Columns(scores, [0]), graph.Double(0))]), places);
        }

        bool areProbabilities = model.Definition.OutputMeaning.IsProbability();
        Output(graph, new("label", ElementType.String, null, $"{(model.Schema is null ? "the class" : model.Schema.Target.Names[0])}: one of {Listed(labels)}{(doubt is null ? "" : "; empty where a cell is not what its column is")}"), label, notes);
        Output(graph, new(areProbabilities ? "probabilities" : "scores", ElementType.Float, order.Count, $"of {Listed(order)}"), graph.Cast(scores, ElementType.Float), notes);
    }

    private static string Listed(IReadOnlyList<string> names) => $"{string.Join(", ", names.Take(MostNames))}{(names.Count > MostNames ? $", … ({names.Count})" : "")}";

    private static void Output(GraphBuilder graph, OnnxValue value, string from, Notes? notes)
    {
        string name = graph.Output(value, from);
        if (!name.EndsWith(value.Name, StringComparison.Ordinal))
        {
            notes?.Add(new($"the output '{value.Name}' is called '{name}': a column has its name", IsLoss: false));
        }
    }
}
