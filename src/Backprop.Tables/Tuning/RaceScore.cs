namespace Backprop.Tables.Tuning;

/// <summary>How good a candidate was when it had come to a rung.</summary>
/// <param name="Rung">Which, from 0.</param>
/// <param name="Epochs">The epochs that it had then, of its longest network.</param>
/// <param name="Value">The measure of the best epoch so far; of folds the mean over them by their rows. NaN: there is none.</param>
/// <param name="Error">
/// The standard error of that, s / √n over n parts of the validation rows, or over the folds. NaN where there are fewer than two parts. It says how far the value
/// might be off on other rows; candidates are measured on the same ones, so that their differences are surer than that.
/// </param>
public sealed record RaceScore(int Rung, int Epochs, double Value, double Error);
