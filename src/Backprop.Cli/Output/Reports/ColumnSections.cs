using System.Globalization;
using Backprop.Pages.Drawing;
using Backprop.Tables;
using Backprop.Tables.Inspection;
using Backprop.Tables.Schemas;

namespace Backprop.Cli.Output.Reports;

/// <summary>What columns matter, what they do, and what became of each.</summary>
internal static class ColumnSections
{
    private const int MostBars = 25, MostDependences = 6, MostColumns = 300, MostRows = 2000, FewRows = 100, Points = 20, MostCells = 10, MostOutputs = 6;

    /// <summary>The multiplications that importance may cost: a few seconds.</summary>
    private const double MostWork = 4e10;

    public static string Of(RunFacts run)
    {
        if (run.HeldOut is not { } held)
        {
            return Became(run);
        }

        var usual = new ImportanceOptions();
        double rows = MostWork / (held.ImportanceCost * usual.Repeats * (held.AreFolds ? 1 : run.Result.Members));
        if (rows < Math.Min(FewRows, held.Predictions.Count))
        {
            return Html.Section("What columns matter", "<p class=\"note\">Permuting each of so many columns takes long: backprop importance MODEL DATA does it.</p>") + Became(run);
        }

        Importance importance;
        try
        {
            importance = held.Importance(usual with { Rows = (int)Math.Min(MostRows, rows) });
        }
        catch (UsageException error)
        {
            return Html.Section("What columns matter", $"<p class=\"note\">{Html.Escape(error.Message)}</p>") + Became(run);
        }

        return $"<div class=\"pair\">{Bars(importance)}</div>{Dependences(held, importance)}{Became(run)}";
    }

    private static string Bars(Importance importance)
    {
        double most = importance.Columns.Select(column => column.Mean + column.Spread).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        string Percent(double value) => (100 * Math.Clamp(value / most, 0, 1)).ToString("0.#", CultureInfo.InvariantCulture);
        string Bar(ColumnImportance column) => most > 0 && double.IsFinite(column.Mean)
            ? $"<div class=\"track\"><div class=\"fill\" style=\"width:{Percent(column.Mean)}%\"></div><div class=\"spread\" style=\"left:{Percent(column.Mean - column.Spread)}%;width:{Percent(Math.Min(2 * column.Spread, column.Mean + column.Spread))}%\"></div></div>"
            : "";
        string table = $"<table class=\"bars\">{string.Concat(importance.Columns.Take(MostBars).Select(column => $"<tr><th scope=\"row\">{Html.Escape(column.Column).Replace("_", "_<wbr>", StringComparison.Ordinal)}</th><td>{Bar(column)}</td><td>{Html.Short(column.Mean)} ± {column.Spread.ToString("G2", CultureInfo.InvariantCulture)}</td></tr>"))}</table>";
        string rows = importance.Rows < importance.AllRows ? $"{importance.Rows:N0} drawn of {importance.AllRows:N0}" : $"{importance.Rows:N0}";
        return Html.Section("What columns matter", table, string.Create(CultureInfo.InvariantCulture,
            $"What is lost of {importance.Metric.Replace('_', ' ')} ({importance.Baseline:G4} on {rows} {(importance.Rows == 1 ? "row" : "rows")} held out) where the cells of one column are dealt out anew among the rows: mean and deviation of {importance.Repeats} times. A column that another one tells loses little, although both together may decide all.{(importance.Columns.Count > MostBars ? $" The first {MostBars} of {importance.Columns.Count} columns; backprop importance --json lists all." : "")}"), "wide");
    }

    private static string Dependences(HeldOut held, Importance importance)
    {
        PartialDependence[] all = [.. importance.Columns.Take(MostDependences).Where(column => column.Mean > 0).Select(column => held.PartialDependence(column.Column, Points)).Where(one => one.Cells.Count > 1)];
        if (all.Length == 0)
        {
            return "";
        }

        int[] outputs = all[0].Outputs.Count == 2 && held.Predictions.Labels.Count == 2 ? [1] : [.. Enumerable.Range(0, Math.Min(MostOutputs, all[0].Outputs.Count))];
        bool areValues = held.Predictions.Labels.Count == 0; // each with a scale of its own
        int[][] together = areValues ? [.. outputs.Select(output => new[] { output })] : [outputs];
        string pictures = string.Concat(together.Select(shown =>
        {
            string what = areValues ? $"mean {all[0].Outputs[shown[0]]}" : shown.Length == 1 ? $"mean probability of {all[0].Outputs[1]}" : "mean probability";
            return PlotScale.Of([.. all.SelectMany(one => shown.SelectMany(output => one.Means[output]))], false) is { } up
                ? string.Concat(all.Select(one => one.Positions.Count > 0 ? Line(one, shown, up, what) : Cells(one, shown, up, what)))
                : "";
        }));
        if (pictures.Length == 0)
        {
            return "";
        }

        return $"<h2 class=\"over\">What they do: partial dependence</h2><div class=\"pair\">{pictures}</div>"
            + $"<p class=\"note\">{Html.Escape($"What is predicted on average of {all[0].Rows:N0} rows, where in all of them the column has the value below, and all others stay as they are; all pictures{(together.Length > 1 ? " of a target" : "")} have the same scale. Values are those of rows, at evenly spaced quantiles. Where columns go together, some such rows cannot be.")}{(all[0].Outputs.Count > MostOutputs ? $" The first {MostOutputs} of {all[0].Outputs.Count} outputs." : "")}</p>";
    }

    private static string Line(PartialDependence one, int[] outputs, PlotScale up, string what)
    {
        var plot = new SvgPlot(one.Column, one.Kind == FeatureKind.Date ? $"{one.Column}, from {one.Cells[0]} to {one.Cells[^1]} in days since 1970" : one.Column, what, PlotScale.Of(one.Positions, false)!, up);
        for (int n = 0; n < outputs.Length; n++)
        {
            IReadOnlyList<double> means = one.Means[outputs[n]];
            plot.Line(one.Positions.Zip(means), SvgPlot.Series(n));
            foreach ((double x, double y) in one.Positions.Zip(means))
            {
                plot.Dot(x, y, 2.2, SvgPlot.Series(n));
            }

            if (outputs.Length > 1)
            {
                plot.Key(SvgPlot.Series(n), one.Outputs[outputs[n]]);
            }
        }

        return plot.Section();
    }

    /// <summary>A line for each cell, the commonest first.</summary>
    private static string Cells(PartialDependence one, int[] outputs, PlotScale up, string what)
    {
        string Cell(int output, int cell) => string.Create(CultureInfo.InvariantCulture, $"<td class=\"tint\" style=\"--part:{100 * Math.Clamp(up.At(one.Means[output][cell]), 0, 1):F0}%\">{Html.Short(one.Means[output][cell])}</td>");
        string head = outputs.Length == 1 ? "" : $"<thead><tr><th></th>{string.Concat(outputs.Select(output => $"<th scope=\"col\">{Html.Escape(one.Outputs[output])}</th>"))}</tr></thead>";
        string rows = string.Concat(one.Cells.Take(MostCells).Select((name, cell) => $"<tr><th scope=\"row\">{Html.Escape(name)}</th>{string.Concat(outputs.Select(output => Cell(output, cell)))}</tr>"));
        return Html.Section(one.Column, $"<div class=\"scroll\"><table class=\"cells\">{head}<tbody>{rows}</tbody></table></div>", $"{what[..1].ToUpperInvariant()}{what[1..]}; the commonest value first.{(one.Cells.Count > MostCells ? $" {MostCells} values are shown." : "")}", outputs.Length > 4 ? "wide" : "");
    }

    /// <summary>What became of each column.</summary>
    private static string Became(RunFacts run)
    {
        if (run.Schema is not { } schema)
        {
            return Html.Section("Columns", $"<p class=\"note\">{run.Network.Inputs:N0} numbers in a row, taken as they are.</p>");
        }

        Dictionary<string, ColumnSummary> cells = run.Table is null ? [] : ColumnSummary.Of(run.Table, schema).ToDictionary(column => column.Name, StringComparer.Ordinal);
        string Row(string name, string kind, string becomes, string style = "")
        {
            ColumnSummary? column = cells.GetValueOrDefault(name);
            string range = column is null ? "not read" : double.IsNaN(column.Minimum) ? "" : $"{Html.Short(column.Minimum)} … {Html.Short(column.Maximum)}";
            return $"<tr{style}><th scope=\"row\">{Html.Escape(name)}</th><td>{kind}</td><td>{(column is null ? "" : $"{column.Missing:N0}")}</td><td>{(column is null ? "" : $"{column.Distinct:N0}")}</td><td>{Html.Escape(range)}</td><td class=\"text\">{Html.Escape(becomes)}</td></tr>";
        }

        IEnumerable<string> rows = schema.Columns.Take(MostColumns).Select(column => Row(column.Name, column.Kind.ToString().ToLowerInvariant(), SchemaTable.Becomes(column), column.IsFeature ? "" : " class=\"off\""));
        IEnumerable<string> targets = schema.Target.Names.Select(name => Row(name, "target", SchemaTable.Target(schema.Target)));
        IEnumerable<string> weight = schema.SampleWeight is { } by ? [Row(by, "weight", "what each row counts")] : [];
        weight = schema.Offset is { } exposure ? weight.Append(Row(exposure, "exposure", "how much each row is exposed: its logarithm is added to the output")) : weight;
        return Html.Section("What became of each column", $"<div class=\"scroll\"><table class=\"columns\"><thead><tr><th>column</th><th>kind</th><th>empty</th><th>different</th><th>range</th><th class=\"text\">becomes</th></tr></thead><tbody>{string.Concat(targets.Concat(weight).Concat(rows))}</tbody></table></div>",
            schema.Columns.Count > MostColumns ? $"The first {MostColumns} of {schema.Columns.Count} columns; backprop data lists all." : null);
    }
}
