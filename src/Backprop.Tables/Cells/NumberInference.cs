namespace Backprop.Tables.Cells;

/// <summary>What texts are as numbers of one format.</summary>
/// <param name="Format">The format that all of them fit; null: there is none.</param>
/// <param name="Other">Another that all of them fit, and in which they are other numbers (1,234 is 1234 or 1.234); null: there is none.</param>
/// <param name="ShowsDecimal">Whether the decimal mark of <paramref name="Format"/> stands in any of them; else it was not to be seen.</param>
/// <param name="Closest">The format that most of them fit.</param>
/// <param name="Fitting">How many fit <paramref name="Closest"/>: texts, or cells where it is known how many have each text.</param>
/// <param name="FirstMisfit">The index of the first text that does not; −1: all do.</param>
internal readonly record struct NumberInference(NumberFormat? Format, NumberFormat? Other, bool ShowsDecimal, NumberFormat Closest, long Fitting, int FirstMisfit);
