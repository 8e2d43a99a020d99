namespace Backprop.Propagation.Schedules;

/// <summary>How many trainers of this process are training: where there is one for each processor, none gains by a team, and trying costs all of them.</summary>
internal static class RunningTrainers
{
    private static readonly int s_processors = Environment.ProcessorCount;

    private static int s_count;

    /// <summary>Whether there are as many as processors, and not this one alone.</summary>
    public static bool AreMany => Volatile.Read(ref s_count) >= Math.Max(2, s_processors);

    /// <summary>One begins.</summary>
    public static void Enter() => Interlocked.Increment(ref s_count);

    /// <summary>It has ended, however.</summary>
    public static void Leave() => Interlocked.Decrement(ref s_count);
}
