using Spectre.Console;

namespace Backprop.Cli.Output;

/// <summary>Standard output is for data, standard error for people.</summary>
internal static class Terminal
{
    /// <summary>Where tables that were asked for go.</summary>
    public static IAnsiConsole Data => Session.Current.Tables;

    /// <summary>Where text that was asked for goes.</summary>
    public static TextWriter Out => Session.Current.Output;

    public static bool Animates => Session.Current is { IsErrorRedirected: false, People.Profile.Capabilities.Ansi: true };

    /// <summary>What was warned of so far; <c>--json</c> carries it.</summary>
    public static IReadOnlyList<string> Warnings => Session.Current.Warnings;

    public static int Fail(string message, int code)
    {
        ToPeople(() => Session.Current.Error.WriteLine($"backprop: {Plain(message)}"));
        return code;
    }

    /// <summary>Something is wrong, and work goes on.</summary>
    /// <param name="message">What.</param>
    /// <param name="silently">Whether it is only kept for <c>--json</c>.</param>
    public static void Warn(string message, bool silently = false)
    {
        lock (Session.Current.Warnings)
        {
            Session.Current.Warnings.Add(message); // several networks are trained at the same time
        }

        if (!silently)
        {
            ToPeople(() => Session.Current.Error.WriteLine(Plain($"backprop: warning: {message}")));
        }
    }

    /// <summary>A message or a picture of several lines.</summary>
    public static void Say(string message) => ToPeople(() => Session.Current.Error.WriteLine(string.Join('\n', message.Split('\n').Select(Plain))));

    /// <summary>The columns of the window; null: nobody's window is written to.</summary>
    public static int? Width => Animates ? Session.Current.People.Profile.Width : null;

    /// <summary>Draws the live line anew.</summary>
    public static void DrawLine(double part, params ReadOnlySpan<(int Rank, string Text)> parts) => Draw($"\r\u001b[K{LiveLine.Of(Width ?? 80, part, parts)}");

    /// <summary>Takes the live line away.</summary>
    public static void ClearLine() => Draw("\r\u001b[K");

    private static void Draw(string text) => ToPeople(() => Session.Current.Error.Write(text));

    public static void Show(Spectre.Console.Rendering.IRenderable what) => ToPeople(() => Session.Current.People.Write(what));

    /// <summary>A terminal may be gone (SIGHUP), a pipe closed: that nobody reads on is no reason to lose a model.</summary>
    private static void ToPeople(Action write)
    {
        try
        {
            write();
        }
        catch (IOException)
        {
        }
    }

    /// <summary>A message may quote a file: as one line of bounded length, and without what a terminal would obey.</summary>
    public static string Plain(string message)
    {
        string line = message.Length <= MaxMessage ? message : $"{message[..(MaxMessage / 2)]}… ({message.Length - MaxMessage} characters more) …{message[^(MaxMessage / 2)..]}";
        return OneLine(line);
    }

    /// <summary>The same of any length.</summary>
    public static string OneLine(string text) => string.Concat(text.Select(c => Obeyed(c) ? $"\\u{(int)c:x4}" : $"{c}"));

    private const int MaxMessage = 2000;

    /// <summary>Control characters, and those that turn the direction of writing.</summary>
    private static bool Obeyed(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
