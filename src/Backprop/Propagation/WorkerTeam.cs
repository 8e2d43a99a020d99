using System.Runtime.ExceptionServices;

namespace Backprop.Propagation;

/// <summary>The calling thread and its helpers, who run one action together. Between actions they spin for a moment, then sleep: an idle team costs nothing.</summary>
internal sealed class WorkerTeam : IDisposable
{
    private const int SpinsBeforeSleep = 4000;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim[] _wake;
    private readonly bool[] _sleeping;
    private Action<int>? _action;
    private ExceptionDispatchInfo? _error;
    private volatile int _generation;
    private volatile int _running;
    private volatile bool _stopped;

    public WorkerTeam(int count)
    {
        Count = Math.Max(1, count);
        _wake = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(0))];
        _sleeping = new bool[Count];
        for (int worker = 1; worker < Count; worker++)
        {
            int index = worker;
            new Thread(() => Work(index)) { IsBackground = true, Name = $"backprop {index}" }.Start();
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
        _running = Count - 1;
        WakeAll();
        Guarded(action, 0);
        var spin = new SpinWait();
        while (_running > 0)
        {
            spin.SpinOnce(sleep1Threshold: -1);
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
        lock (_gate)
        {
            _generation++;
            for (int worker = 1; worker < Count; worker++)
            {
                if (_sleeping[worker])
                {
                    _sleeping[worker] = false;
                    _wake[worker].Release();
                }
            }
        }
    }

    private void Work(int index)
    {
        int seen = 0;
        while (true)
        {
            for (int spins = 0; _generation == seen && spins < SpinsBeforeSleep; spins++)
            {
                Thread.SpinWait(8);
            }

            bool sleep = false;
            lock (_gate)
            {
                if (_generation == seen)
                {
                    _sleeping[index] = true;
                    sleep = true;
                }
            }

            if (sleep)
            {
                _wake[index].Wait();
            }

            if (_stopped)
            {
                return;
            }

            seen = _generation;
            Guarded(_action!, index);
            Interlocked.Decrement(ref _running);
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
}
