using System.Diagnostics;

namespace Backprop.Browser.Tests;

/// <summary>The tool as a process.</summary>
internal static class Tool
{
    /// <summary>A run that must succeed; returns its standard output.</summary>
    public static async Task<string> Run(string folder, params string[] args)
    {
        using Process process = Process.Start(Start(folder, args))!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        return await output;
    }

    public static ProcessStartInfo Start(string folder, string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Backprop.Cli.dll"));
        foreach (string arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        return start;
    }
}
