using System.Diagnostics;
using System.Numerics;

namespace Backprop.Training;

/// <summary>Checkpoints are written on another thread, one at a time and in their order, while their run goes on; the next waits until the one before is on the disk.</summary>
/// <param name="write">Writes one, on the other thread.</param>
/// <param name="written">Hears of each on the run's thread: it is on the disk, or why it is not.</param>
internal sealed class CheckpointWriting<T>(Action<Checkpoint<T>> write, Action<Checkpoint<T>, DataException?> written) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Task? _task;
    private Checkpoint<T>? _checkpoint;
    private long _began;
    private double _seconds;

    /// <summary>How long a write takes: the last, or the one that goes on, if it has taken longer already.</summary>
    public double Seconds => _task is { IsCompleted: false } ? Math.Max(_seconds, Stopwatch.GetElapsedTime(_began).TotalSeconds) : _seconds;

    /// <summary>Begins to write one.</summary>
    public void Begin(Checkpoint<T> checkpoint)
    {
        Finish();
        (_checkpoint, _began) = (checkpoint, Stopwatch.GetTimestamp());
        void Write()
        {
            try
            {
                write(checkpoint);
            }
            finally
            {
                _seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds;
            }
        }

        _task = Task.Factory.StartNew(Write, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default); // a thread of its own: the pool may be busy
    }

    /// <summary>Tells of one that is done, without waiting.</summary>
    public void Look()
    {
        if (_task is { IsCompleted: true })
        {
            Finish();
        }
    }

    /// <summary>Waits until nothing is left to be written. What a write throws beside <see cref="DataException"/> arrives here.</summary>
    public void Finish()
    {
        if (_task is null)
        {
            return;
        }

        DataException? error = null;
        try
        {
            _task.GetAwaiter().GetResult();
        }
        catch (DataException why)
        {
            error = why;
        }
        finally
        {
            _task = null;
        }

        written(_checkpoint!, error);
    }
}
