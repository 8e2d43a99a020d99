using System.Runtime.InteropServices;
using Backprop.Cli.Output;
using Backprop.ModelFiles;

namespace Backprop.Cli.Commands;

/// <summary>
/// Ctrl-C, SIGTERM and SIGHUP (the terminal is gone) end the process, and nothing unfinished stays behind. Training they ask to stop and save; a second one ends
/// the process, and so does one before training has begun, when there is nothing to save.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    /// <summary>Signals are for the process.</summary>
    private static volatile Interrupt? s_training;

    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(Session.Current.Cancellation);
    private volatile bool _begun;

    public Interrupt()
    {
        if (Session.Current.IsProcess)
        {
            s_training = this;
        }
    }

    /// <summary>Looks after the signals of the process until it is disposed of.</summary>
    public static IDisposable Watch() => new Signals();

    /// <summary>From now on there is something to stop.</summary>
    public CancellationToken Begin()
    {
        _begun = true;
        return _source.Token;
    }

    public void Dispose()
    {
        if (s_training == this)
        {
            s_training = null;
        }

        _source.Dispose();
    }

    private static void Stop(PosixSignalContext context)
    {
        if (s_training is { _begun: true, _source.IsCancellationRequested: false } training)
        {
            context.Cancel = true;
            training._source.Cancel();
            return;
        }

        Unfinished.Abandon(); // first: who writes must not speak of what is gone
        Environment.Exit(Terminal.Fail(s_training switch
        {
            null => "interrupted",
            { _begun: false } => "interrupted before training began: nothing is written",
            _ => "interrupted again: what was being written is not",
        }, ExitCode.Interrupted));
    }

    private sealed class Signals : IDisposable
    {
        private readonly PosixSignalRegistration[] _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Stop))];

        public void Dispose()
        {
            foreach (PosixSignalRegistration signal in _signals)
            {
                signal.Dispose();
            }
        }
    }
}
