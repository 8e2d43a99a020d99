namespace Backprop.Tables.Tuning;

/// <summary>How good a candidate was when it had come to a rung.</summary>
/// <param name="Rung">Which, from 0.</param>
/// <param name="Epochs">The epochs that it had then, of its longest network.</param>
/// <param name="Value">The measure of the best epoch so far; of folds that of all their rows' predictions together, each by the network that has not learned from it. NaN: there is none.</param>
/// <param name="Error">
/// The standard error of that, √(n / (n − 1) Σ w² (x − x̄)²) over n parts of the validation rows, or over the folds, by what their rows weigh, Σ w = 1, x̄ = Σ w x; where they weigh the same, s / √n. NaN where there are fewer than two parts. It says how far the value
/// might be off on other rows; candidates are measured on the same ones, so that their differences are surer than that.
/// </param>
public sealed record RaceScore(int Rung, int Epochs, double Value, double Error);
