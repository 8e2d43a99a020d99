namespace Backprop.Mutation;

/// <summary>What the suite said to a mutant. A test that crashes or runs out of memory notices it as well as one that fails.</summary>
internal enum Outcome
{
    /// <summary>Every test passed.</summary>
    Survived,

    /// <summary>A test failed.</summary>
    Caught,

    /// <summary>The tests took so long that a loop cannot end; counts as caught.</summary>
    TimedOut,
}
