namespace Backprop.Training;

/// <summary>Where training stands, after a step.</summary>
/// <param name="Epoch">Counted from 1.</param>
/// <param name="Epochs">All epochs.</param>
/// <param name="Batch">The epoch's batches done.</param>
/// <param name="Batches">The epoch's batches.</param>
/// <param name="Loss">The loss of the last batch.</param>
/// <param name="RowsPerSecond">Since this run began.</param>
public readonly record struct StepProgress(int Epoch, int Epochs, int Batch, int Batches, double Loss, double RowsPerSecond);
