namespace Backprop.Pages.Runs;

/// <summary>What was measured after some steps.</summary>
/// <param name="Step">The steps made.</param>
/// <param name="Training">The mean loss of the training rows.</param>
/// <param name="Test">The mean loss of the test rows; NaN where there are none.</param>
/// <param name="Accuracy">The part of the test rows (or of the training rows, where there are none) that is right; NaN for values.</param>
internal readonly record struct LossPoint(long Step, double Training, double Test, double Accuracy);
