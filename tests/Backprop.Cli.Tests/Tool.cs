using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>
/// The tool in a folder of its own: its exit code, its two streams. Runs go on in this process; what is about processes (signals, kills,
/// vectors, memory, how the tool is started) takes one.
/// </summary>
public abstract class Tool : IDisposable
{
    /// <summary>The current directory of every run.</summary>
    protected string Folder { get; } = Directory.CreateTempSubdirectory("backprop-test").FullName;

    /// <inheritdoc/>
    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A run that must succeed with one line of JSON on standard output.</summary>
    protected JsonElement Json(params string[] args)
    {
        (int code, string output, string error) = Run(args);
        Assert.True(code == 0, error);
        Assert.Single(output.TrimEnd('\n').Split('\n'));
        using JsonDocument document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    /// <summary>A path in the folder.</summary>
    protected string At(string name) => Path.Combine(Folder, name);

    /// <summary>Writes a file in the folder.</summary>
    protected void Write(string name, string text) => File.WriteAllText(At(name), text);

    /// <summary>The bytes of a NumPy file.</summary>
    protected static byte[] Npy<T>(string type, string shape, T[] values) where T : unmanaged
    {
        byte[] header = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}\n"), length = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        return [0x93, .. "NUMPY"u8, 1, 0, .. length, .. header, .. MemoryMarshal.AsBytes<T>(values)];
    }

    /// <summary>A run.</summary>
    protected (int Code, string Out, string Error) Run(params string[] args) => RunWith(null, args);

    /// <summary>A run with text on its standard input.</summary>
    protected (int Code, string Out, string Error) RunWith(string? input, params string[] args)
    {
        using var standardInput = new MemoryStream(Encoding.UTF8.GetBytes(input ?? ""), writable: false);
        using MemoryStream output = new(), error = new();
        int code = Task.Run(() => Program.Run(args, standardInput, output, error, Folder)).GetAwaiter().GetResult();
        return (code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }

    /// <summary>A run in a process of its own.</summary>
    protected (int Code, string Out, string Error) RunProcess(params string[] args) => RunProcess(Start(args));

    /// <summary>A run in a process of its own.</summary>
    protected static (int Code, string Out, string Error) RunProcess(ProcessStartInfo start, string? input = null)
    {
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }

    /// <summary>How a process is started.</summary>
    protected ProcessStartInfo Start(string[] args) => Start(Folder, args);

    /// <summary>How a process is started in a folder.</summary>
    internal static ProcessStartInfo Start(string folder, string[] args)
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
