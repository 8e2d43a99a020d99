using System.Runtime.InteropServices;
using Backprop.Cli.Output;

namespace Backprop.Cli.Commands;

/// <summary>
/// Ctrl-C, SIGTERM and SIGHUP (the terminal is gone) ask training to stop and save; a second one ends the process, and so does one before
/// training has begun, when there is nothing to save.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(Session.Current.Cancellation);
    private readonly PosixSignalRegistration[] _signals = [];
    private volatile bool _begun;

    public Interrupt()
    {
        if (Session.Current.IsProcess)
        {
            _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Stop))];
        }
    }

    /// <summary>From now on there is something to stop.</summary>
    public CancellationToken Begin()
    {
        _begun = true;
        return _source.Token;
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }

        _source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        if (!_begun)
        {
            Environment.Exit(Terminal.Fail("interrupted before training began: nothing is written", ExitCode.Interrupted));
        }

        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
