using System.Diagnostics;

namespace Backprop.Browser.Tests;

/// <summary>A running <c>backprop serve</c>.</summary>
public sealed class PageServer : IDisposable
{
    private readonly Process _process;

    private PageServer(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>What it printed.</summary>
    public Uri Address { get; }

    /// <summary>The processor time it has used.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts one on a free port.</summary>
    public static async Task<PageServer> Start(params string[] args)
    {
        Process process = Process.Start(Tool.Start(Path.GetTempPath(), ["serve", .. args, "--port", "0"]))!;
        _ = process.StandardError.ReadToEndAsync();
        string? address = await process.StandardOutput.ReadLineAsync();
        return new(process, new(address ?? throw new InvalidOperationException("serve printed no address")));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
