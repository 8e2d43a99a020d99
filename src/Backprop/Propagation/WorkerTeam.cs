using System.Runtime.ExceptionServices;

namespace Backprop.Propagation;

/// <summary>
/// The calling thread and its helpers, who run one action together. Between actions helpers spin for a moment, then sleep: a busy team
/// meets in a fraction of a microsecond, an idle one costs nothing.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    /// <summary>Waiters spin for about two microseconds before they let others have the processor: it may be the one waited for who needs it.</summary>
    private const int SpinsBeforeYield = 64;

    /// <summary>Helpers sleep after some hundred microseconds: longer than what a trainer does between two phases.</summary>
    private const int SpinsBeforeSleep = 1000;

    private readonly Helper[] _helpers;
    private Action<int>? _action;
    private ExceptionDispatchInfo? _error;
    private int _generation;
    private int _running;
    private volatile bool _stopped;

    public WorkerTeam(int count)
    {
        Count = Math.Max(1, count);
        _helpers = [.. Enumerable.Range(1, Count - 1).Select(index => new Helper(index))];
        foreach (Helper helper in _helpers)
        {
            new Thread(() => Work(helper)) { IsBackground = true, Name = $"backprop {helper.Index}" }.Start();
        }
    }

    /// <summary>The threads, the calling one included.</summary>
    public int Count { get; }

    /// <summary>Runs the action once on every thread, with its index, and returns when all are done.</summary>
    public void Run(Action<int> action)
    {
        if (Count == 1)
        {
            action(0);
            return;
        }

        _action = action;
        _error = null;
        Volatile.Write(ref _running, Count - 1);
        WakeAll();
        Guarded(action, 0);
        for (int spins = 0; Volatile.Read(ref _running) > 0; spins++)
        {
            Pause(spins);
        }

        _error?.Throw();
    }

    public void Dispose()
    {
        _stopped = true;
        WakeAll();
    }

    private void WakeAll()
    {
        Interlocked.Increment(ref _generation); // seen by spinning helpers; a fence before the look at the sleeping ones
        foreach (Helper helper in _helpers)
        {
            if (Volatile.Read(ref helper.Sleeping) == 1 && Interlocked.CompareExchange(ref helper.Sleeping, 0, 1) == 1)
            {
                helper.Wake.Release();
            }
        }
    }

    private void Work(Helper helper)
    {
        for (int seen = 0; ; seen++)
        {
            for (int spins = 0; Volatile.Read(ref _generation) == seen; spins++)
            {
                if (spins < SpinsBeforeSleep)
                {
                    Pause(spins);
                    continue;
                }

                // who sees the other's write first decides: either this thread takes its note back, or the waker releases it
                Interlocked.Exchange(ref helper.Sleeping, 1);
                if (Volatile.Read(ref _generation) == seen || Interlocked.CompareExchange(ref helper.Sleeping, 0, 1) == 0)
                {
                    helper.Wake.Wait();
                }
            }

            if (_stopped)
            {
                return;
            }

            Guarded(_action!, helper.Index);
            Interlocked.Decrement(ref _running);
        }
    }

    private static void Pause(int spins)
    {
        if (spins < SpinsBeforeYield)
        {
            Thread.SpinWait(1);
        }
        else
        {
            Thread.Yield();
        }
    }

    private void Guarded(Action<int> action, int index)
    {
        try
        {
            action(index);
        }
        catch (Exception error) when (Count > 1)
        {
            _error = ExceptionDispatchInfo.Capture(error);
        }
    }

    /// <summary>One thread beside the calling one.</summary>
    private sealed class Helper(int index)
    {
        public int Sleeping;

        public int Index { get; } = index;

        public SemaphoreSlim Wake { get; } = new(0);
    }
}
