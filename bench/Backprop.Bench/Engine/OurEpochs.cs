using System.Diagnostics;
using Backprop.Bench.Measuring;
using Backprop.Tables.Models;

namespace Backprop.Bench.Engine;

/// <summary>Our trainer, on a thread of its own: it is held back after each epoch until the next is asked for. An epoch is all that it does in between.</summary>
internal sealed class OurEpochs : IEpochs
{
    private readonly SemaphoreSlim _asked = new(0), _done = new(0);
    private readonly CancellationTokenSource _end = new();
    private readonly TabularTrainer<float> _trainer;
    private readonly Thread _thread;
    private Exception? _error;
    private EpochSeconds _seconds;
    private long _began;

    public OurEpochs(TabularTrainer<float> trainer)
    {
        _trainer = trainer;
        trainer.Trainers[0].EpochCompleted += epoch =>
        {
            _seconds = new(Stopwatch.GetElapsedTime(_began).TotalSeconds, epoch.Seconds, epoch.ValidationSeconds);
            Accuracy = epoch.Validation!["accuracy"];
            _done.Release();
            Await();
        };
        _thread = new(Run) { IsBackground = true };
        _thread.Start();
    }

    public string Name => "ours, by default";

    public string Threads => $"{_trainer.Result!.Threads}";

    public double Accuracy { get; private set; }

    public EpochSeconds Epoch()
    {
        _asked.Release();
        _done.Wait();
        return _error is null ? _seconds : throw new InvalidOperationException("training ended", _error);
    }

    public void End()
    {
        _end.Cancel();
        _asked.Release();
        _thread.Join();
    }

    public void Dispose()
    {
        _asked.Dispose();
        _done.Dispose();
        _end.Dispose();
    }

    private void Run()
    {
        try
        {
            Await();
            _trainer.Run(cancellation: _end.Token);
        }
        catch (BackpropException error)
        {
            _error = error;
        }

        _done.Release();
    }

    private void Await()
    {
        _asked.Wait();
        _began = Stopwatch.GetTimestamp();
    }
}
