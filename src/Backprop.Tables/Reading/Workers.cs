namespace Backprop.Tables.Reading;

/// <summary>Pieces of work on all processors, the first ones first.</summary>
internal static class Workers
{
    /// <summary>Does each piece once; in a browser one after the other.</summary>
    public static void Run(int count, Action<int> piece)
    {
        int workers = OperatingSystem.IsBrowser() || OperatingSystem.IsWasi() ? 1 : Math.Min(Environment.ProcessorCount, count);
        if (workers <= 1)
        {
            for (int n = 0; n < count; n++)
            {
                piece(n);
            }

            return;
        }

        int next = -1;
        Parallel.For(0, workers, _ =>
        {
            for (int n; (n = Interlocked.Increment(ref next)) < count;)
            {
                piece(n);
            }
        });
    }
}
