namespace Backprop.Bench.Measuring;

/// <summary>Seconds of an epoch: of all of it, of its steps, and of its validation.</summary>
internal readonly record struct EpochSeconds(double Wall, double Training, double Validation);
