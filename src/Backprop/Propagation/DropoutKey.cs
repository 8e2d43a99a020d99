namespace Backprop.Propagation;

/// <summary>What dropout's random numbers depend on, beside layer, row and unit.</summary>
internal readonly record struct DropoutKey(ulong Seed, long Epoch);
