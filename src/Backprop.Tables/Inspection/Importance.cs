namespace Backprop.Tables.Inspection;

/// <summary>
/// Permutation importance (Breiman 2001; scikit-learn's permutation_importance): a figure on some rows, less the same figure after the cells of one column have
/// been dealt out anew among them. Of a figure that is better the less it is, the difference is taken the other way round, so that what is positive is always lost.
/// </summary>
/// <remarks>
/// A column that is told by another one loses little, although both together may decide everything: importance is of this model, not of the world. On rows that
/// the model has learned from, it says what was learned, noise too; on others what it is worth.
/// </remarks>
/// <param name="Metric">The figure.</param>
/// <param name="Baseline">What it is with all columns as they are.</param>
/// <param name="Rows">The rows that it was measured on.</param>
/// <param name="AllRows">The rows there were.</param>
/// <param name="Repeats">How often each column was permuted.</param>
/// <param name="Seed">What the permutations were drawn by.</param>
/// <param name="Columns">Every column that the model sees, what loses most first.</param>
/// <param name="NotUsed">The columns that the model does not see: ignored ones and ids.</param>
public sealed record Importance(string Metric, double Baseline, int Rows, int AllRows, int Repeats, ulong Seed, IReadOnlyList<ColumnImportance> Columns, IReadOnlyList<string> NotUsed);
