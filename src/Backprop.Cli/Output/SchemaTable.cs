using Backprop.Tables.Schemas;
using Spectre.Console;

namespace Backprop.Cli.Output;

/// <summary>What training makes of each column.</summary>
internal static class SchemaTable
{
    public static Spectre.Console.Table Of(TableSchema schema)
    {
        var table = new Spectre.Console.Table().Title("schema").AddColumn("column").AddColumn("becomes");
        foreach (FeatureColumn column in schema.Columns)
        {
            table.AddRow(Markup.Escape(column.Name), Markup.Escape(Becomes(column)));
        }

        table.AddRow(Markup.Escape(string.Join(", ", schema.Target.Names)), Markup.Escape($"target: {Target(schema.Target)}"));
        if (schema.Offset is { } exposure)
        {
            table.AddRow(Markup.Escape(exposure), "exposure: its logarithm is added to the output");
        }

        if (schema.SampleWeight is { } weight)
        {
            table.AddRow(Markup.Escape(weight), "sample weight");
        }

        return table;
    }

    public static string Becomes(FeatureColumn column) => column.Kind switch
    {
        FeatureKind.Numeric when column.IsFlagOnly => $"a flag for empty, the number is always {column.Minimum:G5}",
        FeatureKind.Numeric => $"(x − {column.Mean:G5}) / {column.Scale:G5}{(column.Edges is { } edges ? $", and how far through each of {edges.Count - 1} pieces from {edges[0]:G5} to {edges[^1]:G5}" : "")}{(column.FlagsMissing ? $", empty: {column.Imputed:G5} and a flag" : "")}",
        FeatureKind.Boolean => "true: 1, false: −1, empty: 0",
        FeatureKind.Date => $"days since 1970, (x − {column.Mean:G5}) / {column.Scale:G5}{(column.Parts == DateParts.None ? "" : $"; sine and cosine of {column.Parts.ToString().ToLowerInvariant()}")}{(column.FlagsMissing ? ", and a flag for empty" : "")}",
        FeatureKind.Categorical => $"one-hot of {column.Categories!.Count}: {string.Join(", ", column.Categories.Take(8))}{(column.Categories.Count > 8 ? ", …" : "")}{(column.SharesRare ? ", and one for rare ones" : "")}{(column.FlagsMissing ? ", and a flag for empty" : "")}",
        FeatureKind.Id => "not used, carried into predictions",
        _ => $"ignored: {column.Why}",
    };

    private static string Thresholds(TargetColumns target) => target.Thresholds is { } thresholds
        ? $"; {(target.Labels is { } labels ? labels[1] : "1")} from a probability of {string.Join(", ", thresholds.Select(threshold => threshold.ToString("G4")))} on, chosen by {target.ThresholdBy ?? "hand"}"
        : "";

    public static string Target(TargetColumns target) => target.Kind switch
    {
        TargetKind.Class => $"class, {target.Labels!.Count} labels: {string.Join(", ", target.Labels.Take(12))}{(target.Labels.Count > 12 ? ", …" : "")}{Thresholds(target)}",
        TargetKind.Flags => $"0/1 flags{Thresholds(target)}",
        _ => target.Means is null ? "values" : $"values, scaled by {string.Join(", ", target.Scales!.Select(scale => scale.ToString("G5")))}",
    };
}
