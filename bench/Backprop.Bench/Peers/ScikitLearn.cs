using System.Diagnostics;
using System.Globalization;

namespace Backprop.Bench.Peers;

/// <summary>A Python process with scikit-learn's MLPClassifier, which trains an epoch when told to: scikit_learn.py or scikit_epochs.py.</summary>
internal sealed class ScikitLearn : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly Process _process;

    private ScikitLearn(Process process, string version) => (_process, Version) = (process, version);

    /// <summary>Of scikit-learn, its precision and the BLAS that it runs on.</summary>
    public string Version { get; }

    /// <summary>Starts it on features of float32 or float64, which its weights follow; null, and why, where it cannot be had.</summary>
    public static ScikitLearn? Start(string folder, string precision, out string? why) => Start("scikit_learn.py", [folder, precision], out why);

    /// <summary>Starts one of the scripts beside this; null, and why, where it cannot be had.</summary>
    public static ScikitLearn? Start(string script, string[] arguments, out string? why)
    {
        var start = new ProcessStartInfo(Python, [Path.Combine(AppContext.BaseDirectory, "Peers", script), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment.Remove("LD_PRELOAD");
        try
        {
            Process process = Process.Start(start)!;
            if (process.StandardOutput.ReadLine() is { } version)
            {
                why = null;
                process.ErrorDataReceived += (_, _) => { };
                process.BeginErrorReadLine();
                return new(process, version);
            }

            why = process.StandardError.ReadToEnd().Trim().Split('\n')[^1];
            process.Dispose();
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            why = error.Message;
        }

        return null;
    }

    /// <summary>Trains one epoch; its seconds.</summary>
    public double Epoch() => Ask("epoch")[0];

    /// <summary>The accuracy on the test images.</summary>
    public double Score() => Ask("score")[0];

    /// <summary>What the script answers.</summary>
    public double[] Ask(string what)
    {
        _process.StandardInput.WriteLine(what);
        _process.StandardInput.Flush();
        string answer = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("scikit-learn stopped");
        return [.. answer.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
