using System.IO.Pipelines;

namespace Backprop.Cli.Tests.Pages;

/// <summary><c>serve</c> within this process, for tests that only ask it.</summary>
public sealed class ServedPage : IAsyncLifetime
{
    private readonly CancellationTokenSource _end = new();
    private Task<int>? _run;

    /// <summary>What it printed.</summary>
    public Uri Address { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var output = new Pipe();
        _run = Task.Run(() => Program.Run(["serve", "--port", "0"], Stream.Null, output.Writer.AsStream(), Stream.Null, Path.GetTempPath(), _end.Token));
        using var reader = new StreamReader(output.Reader.AsStream());
        Address = new((await reader.ReadLineAsync())!);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Assert.Equal(130, await _run!);
        _end.Dispose();
    }
}
