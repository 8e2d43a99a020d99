using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tables.Inspection;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Cli.Output.Reports;

/// <summary>All that the page about a run is made of.</summary>
/// <param name="Network">What was trained.</param>
/// <param name="Source">On what.</param>
/// <param name="Training">How, as the JSON that model files carry.</param>
/// <param name="Result">What came out.</param>
/// <param name="Histories">The epochs of each network.</param>
/// <param name="Temperature">What logits of several networks are divided by; 1: nothing.</param>
/// <param name="Notes">What was guessed, dropped, filled or taken for something else.</param>
/// <param name="Schema">What became of columns; null: they are as they were.</param>
/// <param name="Table">The table; null: arrays.</param>
/// <param name="HeldOut">What is said of rows that were not learned from; null: there are none.</param>
internal sealed record RunFacts(
    NetworkDefinition Network, string Source, string Training, TrainingResult Result, IReadOnlyList<IReadOnlyList<EpochResult>> Histories, double Temperature,
    IReadOnlyList<Note> Notes, TableSchema? Schema, Table? Table, HeldOut? HeldOut)
{
    /// <summary>Which rows the figures are of, as the end of a sentence.</summary>
    public string Rows => HeldOut is null ? "" : $"{HeldOut.Predictions.Count:N0} rows, {(HeldOut.AreFolds ? "each predicted by the network that had not learned from it" : "which validated and were not learned from")}";
}
