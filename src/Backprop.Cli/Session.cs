using System.Diagnostics;
using System.Text;
using Backprop.Cli.Output;
using Backprop.ModelFiles;
using Spectre.Console;

namespace Backprop.Cli;

/// <summary>One run of the tool: its streams, what stands behind them, when it began, what it warned of.</summary>
/// <remarks>
/// It is ambient, like the console it stands for: everything that speaks would have to be handed it otherwise, libraries' callbacks too.
/// It belongs to the flow of execution, as <see cref="WorkingFolder"/>: threads and tasks that a run begins have it, another run beside it
/// has its own. What is called from outside such a flow (signals, the web server) keeps the one it was made in.
/// </remarks>
internal sealed class Session
{
    private static readonly AsyncLocal<Session?> s_current = new();
    private static readonly Lazy<Session> s_process = new(OfProcess);

    private Session(Stream input, Stream data, TextWriter output, TextWriter error) => (Input, Data, Output, Error) = (input, data, output, error);

    /// <summary>That of the flow of execution; the process's where none was begun.</summary>
    public static Session Current => s_current.Value ?? s_process.Value;

    /// <summary>Standard input, as it comes.</summary>
    public Stream Input { get; }

    /// <summary>Standard output for bytes; text goes to <see cref="Output"/>, which holds nothing back.</summary>
    public Stream Data { get; }

    /// <summary>Standard output for text.</summary>
    public TextWriter Output { get; }

    /// <summary>Standard error.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether standard output is no terminal.</summary>
    public bool IsOutputRedirected { get; private init; } = true;

    /// <summary>Whether standard error is no terminal.</summary>
    public bool IsErrorRedirected { get; private init; } = true;

    /// <summary>Whether the run is the whole process: signals are for it, and may end it.</summary>
    public bool IsProcess { get; private init; }

    /// <summary>Asks the run to stop and save, as a signal does.</summary>
    public CancellationToken Cancellation { get; private init; }

    /// <summary>When it began; <c>--max-time</c> counts from here.</summary>
    public DateTime Started { get; private init; } = DateTime.Now;

    /// <summary>What was warned of so far; <c>--json</c> carries it.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The options of the command that runs, by name: no other is ever proposed.</summary>
    public IReadOnlyCollection<string>? Options { get; set; }

    /// <summary>Where messages, progress and pictures go.</summary>
    public IAnsiConsole People => field ??= Console(Error, IsErrorRedirected, isPlain: false, width: 120);

    /// <summary>Where tables that were asked for go. no-color.org: dimmed and bold text goes with the colours.</summary>
    public IAnsiConsole Tables => field ??= Console(Output, IsOutputRedirected, !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")), width: 160);

    /// <summary>A run within the process, on streams of its own; text is UTF-8.</summary>
    public static Session Of(Stream input, Stream output, Stream error, CancellationToken cancellation)
    {
        static TextWriter Text(Stream stream) => TextWriter.Synchronized(new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { AutoFlush = true });
        var data = new StandardOutput(output);
        return new(input, data, Text(data), Text(error)) { Cancellation = cancellation };
    }

    /// <summary>From here on, and in all that is begun from here, this is <see cref="Current"/>, until the async method that calls this has ended.</summary>
    public void Begin() => s_current.Value = this;

    /// <summary>From here on relative paths count from this folder.</summary>
    public void Enter(string folder)
    {
        WorkingFolder.Current = folder;
        if (IsProcess)
        {
            Environment.CurrentDirectory = folder; // queries look there first
        }
    }

    private static Session OfProcess()
    {
        var data = new StandardOutput(System.Console.OpenStandardOutput());
        bool isRedirected = System.Console.IsOutputRedirected;
        Encoding console = System.Console.OutputEncoding, encoding = Platform.Current.Redirected(console);
        if (Platform.Current.IsWindows && console is not UTF8Encoding && !isRedirected)
        {
            System.Console.OutputEncoding = Encoding.UTF8; // a code page has no ∂ and few letters
            AppDomain.CurrentDomain.ProcessExit += (_, _) => System.Console.OutputEncoding = console;
        }

        return new(System.Console.OpenStandardInput(), data, isRedirected ? TextWriter.Synchronized(new StreamWriter(data, encoding) { AutoFlush = true }) : System.Console.Out, System.Console.Error)
        {
            IsOutputRedirected = isRedirected,
            IsErrorRedirected = System.Console.IsErrorRedirected,
            IsProcess = true,
            Started = Process.GetCurrentProcess().StartTime,
        };
    }

    private static IAnsiConsole Console(TextWriter to, bool isRedirected, bool isPlain, int width)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(to),
            Ansi = isRedirected || isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (isRedirected)
        {
            console.Profile.Width = width;
        }

        return console;
    }
}
