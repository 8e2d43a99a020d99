using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Backprop.Propagation.Schedules;

/// <summary>
/// The calling thread and its helpers, who run one action together. Between actions helpers spin for a moment, then sleep: a busy team
/// meets in a fraction of a microsecond, an idle one costs nothing, one that has nothing to do yet has no threads. A team that nobody can reach any more ends by itself: its threads know only what they share.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    private readonly Shared _shared;

    public WorkerTeam(int count)
    {
        Count = Math.Max(1, count);
        _shared = new(Count - 1);
        if (Count == 1)
        {
            GC.SuppressFinalize(this);
        }
    }

#pragma warning disable MA0055 // threads end only if somebody tells them
    ~WorkerTeam() => _shared?.Stop(); // null where there was no memory for it
#pragma warning restore MA0055

    /// <summary>The threads, the calling one included.</summary>
    public int Count { get; }

    /// <summary>Runs the action once on every thread, with its index, and returns when all are done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(Action<int> action)
    {
        if (Count == 1)
        {
            action(0);
            return;
        }

        _shared.Run(action);
        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        _shared.Stop();
        GC.SuppressFinalize(this);
    }

    /// <summary>What the threads share.</summary>
    private sealed class Shared
    {
        /// <summary>How long the caller spins, some tens of microseconds: what is longer is not the helpers' work but their lack of a processor, which it may be holding.</summary>
        private const int CallerSpins = 1000;

        /// <summary>How long helpers spin: longer than what a trainer does between two phases.</summary>
        private const int HelperSpins = 3000;

        private readonly int _count; // helpers
        private readonly Helper[] _helpers;
        private readonly Sleeper _caller = new();
        private Action<int>? _action;
        private ExceptionDispatchInfo? _error;
        private int _generation;
        private int _running;
        private volatile bool _stopped;
        private bool _started;

        public Shared(int helpers)
        {
            _count = helpers;
            _helpers = [.. Enumerable.Range(1, helpers).Select(index => new Helper(index))];
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(Action<int> action)
        {
            if (!_started)
            {
                Start();
            }

            _action = action;
            _error = null;
            Volatile.Write(ref _running, _count);
            WakeAll();
            Guarded(action, 0);
            for (int spins = 0; Volatile.Read(ref _running) > 0; spins++)
            {
                if (spins < CallerSpins)
                {
                    Thread.SpinWait(1);
                }
                else
                {
                    _caller.SleepWhile(ref _running, _count, 1);
                }
            }

            (ExceptionDispatchInfo? error, _error, _action) = (_error, null, null); // threads that rest hold nothing
            error?.Throw();
        }

        private void Start()
        {
            foreach (Helper helper in _helpers)
            {
                new Thread(() => Work(helper)) { IsBackground = true, Name = $"backprop {helper.Index}" }.Start();
            }

            _started = true;
        }

        public void Stop()
        {
            _stopped = true;
            WakeAll();
        }

        private void WakeAll()
        {
            Interlocked.Increment(ref _generation); // seen by spinning helpers; a fence before the look at the sleeping ones
            foreach (Helper helper in _helpers)
            {
                helper.Wake();
            }
        }

        private void Work(Helper helper)
        {
            for (int seen = 0; ; seen++)
            {
                for (int spins = 0; Volatile.Read(ref _generation) == seen; spins++)
                {
                    if (spins < HelperSpins)
                    {
                        Thread.SpinWait(1);
                    }
                    else
                    {
                        helper.SleepWhile(ref _generation, seen, seen);
                    }
                }

                if (_stopped)
                {
                    return;
                }

                Act(helper);
                if (Interlocked.Decrement(ref _running) == 0)
                {
                    _caller.Wake();
                }
            }
        }

        /// <summary>A frame of its own, which is gone when the thread rests: a variable of <see cref="Work"/> could hold the action for ever.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        private void Act(Helper helper) => Guarded(_action!, helper.Index);

        private void Guarded(Action<int> action, int index)
        {
            try
            {
                action(index);
            }
            catch (Exception error)
            {
                _error = ExceptionDispatchInfo.Capture(error);
            }
        }

        /// <summary>One thread beside the calling one.</summary>
        private sealed class Helper(int index) : Sleeper
        {
            public int Index { get; } = index;
        }

        /// <summary>A thread that may sleep until it is woken.</summary>
        private class Sleeper
        {
            private readonly SemaphoreSlim _wake = new(0);
            private int _sleeping;

            /// <summary>Sleeps if the value is still at least <paramref name="least"/> and at most <paramref name="most"/>. Who changes it calls <see cref="Wake"/> afterwards.</summary>
            public void SleepWhile(ref int value, int most, int least)
            {
                // who sees the other's write first decides: either this thread takes its note back, or the waker releases it
                Interlocked.Exchange(ref _sleeping, 1);
                int now = Volatile.Read(ref value);
                if ((now >= least && now <= most) || Interlocked.CompareExchange(ref _sleeping, 0, 1) == 0)
                {
                    _wake.Wait();
                }
            }

            /// <summary>Costs next to nothing where the thread is awake.</summary>
            public void Wake()
            {
                if (Volatile.Read(ref _sleeping) == 1 && Interlocked.CompareExchange(ref _sleeping, 0, 1) == 1)
                {
                    _wake.Release();
                }
            }
        }
    }
}
