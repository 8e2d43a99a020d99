using System.Runtime.CompilerServices;

namespace Backprop.Propagation.Schedules;

/// <summary>
/// Pieces of work 0 … n − 1 for the threads of a team: each has a share of neighbouring pieces, the same at every step, so that what it
/// needs is still in its cache; who has finished takes from the others. Who does a piece never changes its bits.
/// </summary>
internal sealed class WorkShares(int threads)
{
    /// <summary>Counters of different threads lie in different cache lines.</summary>
    private const int Spacing = 16;

    private readonly int[] _next = new int[(threads + 1) * Spacing];
    private readonly int[] _end = new int[threads];

    /// <summary>Deals out the pieces.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Deal(int pieces)
    {
        for (int thread = 0; thread < threads; thread++)
        {
            _next[(thread + 1) * Spacing] = (int)((long)pieces * thread / threads);
            _end[thread] = (int)((long)pieces * (thread + 1) / threads);
        }
    }

    /// <summary>The next piece for a thread; −1: there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Take(int thread)
    {
        if (threads == 1)
        {
            return _next[Spacing] < _end[0] ? _next[Spacing]++ : -1;
        }

        for (int other = 0, owner = thread; other < threads; other++, owner = owner + 1 < threads ? owner + 1 : 0)
        {
            ref int next = ref _next[(owner + 1) * Spacing];
            if (Volatile.Read(ref next) < _end[owner] && Interlocked.Increment(ref next) - 1 is int piece && piece < _end[owner])
            {
                return piece;
            }
        }

        return -1;
    }
}
