using System.Globalization;

namespace Backprop.Tables.Schemas;

/// <summary>Says what is odd about the cells of a table that a schema is applied to: one note for each column and sort, or where they are many, one for the sort.</summary>
internal static class PredictionNotes
{
    public static void Add(Notes notes, FeatureColumn[] specs, Column[] columns, CellFindings[] findings)
    {
        Add(notes, specs, findings, finding => finding.Bad, true, (spec, found, n) =>
            $"{Cells(found)} cannot be read and {Are(found)} taken as missing, the first '{columns[n].Text(found.Row)}' in row {found.Row}");
        Add(notes, specs, findings, finding => finding.Unseen, true, (spec, found, n) =>
            $"{Cells(found)} of a value that training {(spec.SharesRare ? "had too rarely or not at all" : "did not have")}, the first '{columns[n].Text(found.Row)}' in row {found.Row}");
        Add(notes, specs, findings, finding => finding.SameNumber, false, (spec, found, n) =>
            $"{Cells(found)} {Are(found)} taken for the category that means the same, the first '{columns[n].Text(found.Row)}' in row {found.Row}");
        Add(notes, specs, findings, finding => finding.Missing, false, (spec, found, n) =>
            $"{Cells(found)} {Are(found)} missing, training had none such; {StandIn(spec)}; the first in row {found.Row}");
        Add(notes, specs, findings, finding => finding.Outside, false, (spec, found, n) =>
            $"{Cells(found)} {(found.Count == 1 ? "lies" : "lie")} far outside what training had ({Of(spec, spec.Minimum)} … {Of(spec, spec.Maximum)}){(spec.IsBounded ? $" and {Are(found)} taken as its nearer end" : "")}, the first '{columns[n].Text(found.Row)}' in row {found.Row}");
    }

    /// <summary>
    /// Exposures are above 0: one is far outside where it is greater than the greatest of training by more than their range is wide, as other numbers are, or less than the least in a
    /// greater proportion than theirs. It multiplies what is predicted, so that it stays as it is.
    /// </summary>
    public static void AddExposures(Notes? notes, TableSchema schema, double[] exposures)
    {
        if (notes is null || schema.OffsetRange is not (var least, var greatest))
        {
            return;
        }

        double width = Math.Max(greatest - least, 1e-9 * greatest), low = least * (least / (least + width)), high = greatest + width;
        var found = new CellFindings.Finding();
        for (int row = 0; row < exposures.Length; row++)
        {
            if (exposures[row] < low || exposures[row] > high)
            {
                found.Add(row, 1);
            }
        }

        if (found.Count > 0)
        {
            notes.Add(new(string.Create(CultureInfo.InvariantCulture, $"column '{schema.Offset}': {(found.Count == 1 ? "1 exposure lies" : $"{found.Count} exposures lie")} far outside what training had ({least:G6} … {greatest:G6}) and {Are(found)} taken as {(found.Count == 1 ? "it is" : "they are")}, the first {exposures[found.Row]:G6} in row {found.Row}: what is predicted grows with {(found.Count == 1 ? "it" : "them")}; {(found.Count == 1 ? "is it" : "are they")} in training's unit?"), IsLoss: true));
        }
    }

    private static void Add(Notes notes, FeatureColumn[] specs, CellFindings[] findings, Func<CellFindings, CellFindings.Finding> of, bool isLoss, Func<FeatureColumn, CellFindings.Finding, int, string> say)
    {
        int[] found = [.. Enumerable.Range(0, specs.Length).Where(n => of(findings[n]).Count > 0)];
        foreach (int n in found.Take(SchemaInference.MostNotes))
        {
            notes.Add(new($"column '{specs[n].Name}': {say(specs[n], of(findings[n]), n)}", isLoss));
        }

        if (found.Length > SchemaInference.MostNotes)
        {
            int[] rest = found[SchemaInference.MostNotes..];
            notes.Add(new($"the same in {rest.Length} more columns ({ColumnNotes.Names([.. rest.Select(n => specs[n].Name)])}), {rest.Sum(n => of(findings[n]).Count)} cells", isLoss));
        }
    }

    private static string Cells(CellFindings.Finding found) => found.Count == 1 ? "1 cell" : $"{found.Count} cells";

    private static string Are(CellFindings.Finding found) => found.Count == 1 ? "is" : "are";

    private static string StandIn(FeatureColumn spec) => spec.Kind switch
    {
        FeatureKind.Categorical => "no category takes their place",
        FeatureKind.Boolean => "neither true nor false takes their place",
        _ => $"the median {Of(spec, spec.Imputed)} takes their place",
    };

    private static string Of(FeatureColumn spec, double number) => spec.Kind == FeatureKind.Date
        ? DateTime.UnixEpoch.AddDays(Math.Clamp(number, -719162, 2932896)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : number.ToString("G6", CultureInfo.InvariantCulture);
}
