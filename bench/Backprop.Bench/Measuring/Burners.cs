using System.Diagnostics;
using System.Reflection;

namespace Backprop.Bench.Measuring;

/// <summary>Other processes that keep processors busy, for as long as this lives.</summary>
internal sealed class Burners : IDisposable
{
    /// <summary>The command by which a bench starts one.</summary>
    public const string Command = "burn";

    private readonly Process[] _processes;

    public Burners(int count)
    {
        string dotnet = Environment.ProcessPath!, program = Assembly.GetExecutingAssembly().Location;
        // Each ends when its standard input does, so that none outlives a bench that was killed.
        _processes = [.. Enumerable.Range(0, count).Select(_ => Process.Start(new ProcessStartInfo(dotnet, [program, Command]) { RedirectStandardInput = true, UseShellExecute = false })!)];
        Thread.Sleep(count > 0 ? 500 : 0); // until they burn
    }

    /// <summary>The other process.</summary>
    public static void Burn()
    {
        new Thread(() =>
        {
            while (true)
            {
            }
        })
        { IsBackground = true }.Start();
        Console.In.ReadToEnd();
        Environment.Exit(0);
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
