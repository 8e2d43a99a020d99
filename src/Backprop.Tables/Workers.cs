using System.Runtime.ExceptionServices;

namespace Backprop.Tables;

/// <summary>Pieces of work on all processors, the first ones first.</summary>
internal static class Workers
{
    /// <summary>
    /// Does each piece once; in a browser one after the other. Where some fail, the error is that of the first of them, as if they had been done
    /// one after the other, and later ones may be left out.
    /// </summary>
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

        int next = -1, failed = int.MaxValue;
        ExceptionDispatchInfo? error = null;
        var failing = new Lock();
        Parallel.For(0, workers, _ =>
        {
            for (int n; (n = Interlocked.Increment(ref next)) < Math.Min(count, Volatile.Read(ref failed));)
            {
                try
                {
                    piece(n);
                }
                catch (Exception caught)
                {
                    lock (failing)
                    {
                        if (n < failed)
                        {
                            error = ExceptionDispatchInfo.Capture(caught);
                            Volatile.Write(ref failed, n);
                        }
                    }
                }
            }
        });
        error?.Throw();
    }
}
