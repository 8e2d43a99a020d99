using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Backprop.Browser.Tests;

/// <summary>What <c>backprop site</c> writes, in a folder of a plain web server that knows nothing of it.</summary>
public sealed class SiteServer : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly DirectoryInfo _root;
    private readonly Process _process;

    private SiteServer(DirectoryInfo root, Process process, Uri address) => (_root, _process, Address) = (root, process, address);

    /// <summary>The page, in a folder of a folder.</summary>
    public Uri Address { get; }

    /// <summary>Writes the site and serves the folder above the one above it.</summary>
    public static async Task<SiteServer> Start()
    {
        if (!File.Exists(Python))
        {
            Assert.Skip($"Python is not installed ({Python}), whose http.server serves the site");
        }

        DirectoryInfo root = Directory.CreateTempSubdirectory("backprop-site");
        await Tool.Run(root.FullName, "site", "courses/networks");
        int port = FreePort();
        var start = new ProcessStartInfo(Python, ["-m", "http.server", $"{port}", "--bind", "127.0.0.1"]) { WorkingDirectory = root.FullName, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        Process process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        await Listening(port);
        return new(root, process, new($"http://127.0.0.1:{port}/courses/networks/"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _root.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static async Task Listening(int port)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (attempt < 100)
            {
                await Task.Delay(100);
            }
        }
    }
}
