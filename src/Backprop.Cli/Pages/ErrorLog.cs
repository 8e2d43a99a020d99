using Backprop.Cli.Output;
using Microsoft.Extensions.Logging;

namespace Backprop.Cli.Pages;

/// <summary>What goes wrong in the server, as one line for the person at the terminal; everything else is silent.</summary>
internal sealed class ErrorLog : ILoggerProvider, ILogger
{
    private readonly Session _session = Session.Current;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        // A port that cannot be had is reported by the command itself.
        if (IsEnabled(logLevel) && exception is not IOException)
        {
            _session.Begin(); // a request comes from nowhere
            bool traces = Environment.GetEnvironmentVariable("BACKPROP_TRACE") is not null;
            Terminal.Say($"backprop: {(exception is null ? formatter(state, null) : traces ? exception.ToString() : $"a mistake of the page, please report it ({exception.GetType().Name}: {exception.Message}); BACKPROP_TRACE=1 shows where")}");
        }
    }

    public void Dispose()
    {
    }
}
