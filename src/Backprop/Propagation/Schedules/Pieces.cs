using System.Runtime.ExceptionServices;

namespace Backprop.Propagation.Schedules;

/// <summary>Independent pieces of work on the pool's threads, for what has no team of its own.</summary>
internal static class Pieces
{
    /// <summary>Does each piece once, in any order. What a piece throws arrives as itself, as it would from one thread: of several, what the first of them threw.</summary>
    /// <param name="count">The pieces.</param>
    /// <param name="threads">Threads at most.</param>
    /// <param name="work">Does one.</param>
    public static void Run(int count, int threads, Action<int> work)
    {
        if (threads == 1 || count == 1)
        {
            for (int piece = 0; piece < count; piece++)
            {
                work(piece);
            }

            return;
        }

        var thrown = new ExceptionDispatchInfo?[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, (piece, state) =>
        {
            try
            {
                work(piece);
            }
            catch (Exception error)
            {
                thrown[piece] = ExceptionDispatchInfo.Capture(error);
                state.Stop();
            }
        });
        Array.Find(thrown, error => error is not null)?.Throw();
    }
}
