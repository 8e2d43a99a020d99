namespace Backprop.Bench.Measuring;

/// <summary>One of the things that are compared.</summary>
/// <param name="Name">For the tables.</param>
/// <param name="Threads">The threads that it runs on.</param>
/// <param name="Run">Does the work so many times.</param>
internal sealed record Contestant(string Name, int Threads, Action<int> Run);
