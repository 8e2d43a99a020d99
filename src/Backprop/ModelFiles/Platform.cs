using System.Runtime.InteropServices;
using System.Text;

namespace Backprop.ModelFiles;

/// <summary>
/// What is done otherwise on other systems: case and separators of paths, devices, renames over files that somebody reads, how folders become durable, code pages. All of
/// it is here, so that each can be tried anywhere: <see cref="Windows"/> is Windows' way wherever it runs.
/// </summary>
public sealed partial class Platform
{
    /// <summary>How long a rename waits for whoever has the old file open: a virus scanner or an indexer has done after moments.</summary>
    private const int Tries = 8, FirstWait = 10;

    private readonly bool _ignoresCase;

    private Platform(string name, bool isWindows, bool ignoresCase) => (Name, IsWindows, _ignoresCase) = (name, isWindows, ignoresCase);

    /// <summary>Windows.</summary>
    public static Platform Windows { get; } = new("Windows", isWindows: true, ignoresCase: true);

    /// <summary>macOS.</summary>
    public static Platform MacOS { get; } = new("macOS", isWindows: false, ignoresCase: true);

    /// <summary>Linux, and what is like it.</summary>
    public static Platform Linux { get; } = new("Linux", isWindows: false, ignoresCase: false);

    /// <summary>A page in a browser: files are memory there.</summary>
    public static Platform Browser { get; } = new("browser", isWindows: false, ignoresCase: false);

    /// <summary>That of this machine.</summary>
    public static Platform Current { get; } = OperatingSystem.IsWindows() ? Windows : OperatingSystem.IsMacOS() ? MacOS : OperatingSystem.IsBrowser() ? Browser : Linux;

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Whether it is Windows.</summary>
    public bool IsWindows { get; }

    /// <summary>How two real paths are compared, as the system's own file systems do.</summary>
    public StringComparison PathComparison => _ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>The name of a program's file.</summary>
    /// <param name="name">Without an ending.</param>
    public string Executable(string name) => IsWindows ? $"{name}.exe" : name;

    /// <summary>A path with / between its folders, which every system takes; elsewhere than on Windows \ is a character like others.</summary>
    /// <param name="path">The path: <c>C:\data\*.csv</c> becomes <c>C:/data/*.csv</c>.</param>
    public string WithSlashes(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return IsWindows ? path.Replace('\\', '/') : path;
    }

    /// <summary>The encoding of text on standard output: on Windows UTF-8 where a program or a file takes it, whatever code page the console has; elsewhere what the locale says.</summary>
    /// <param name="locale">The console's.</param>
    public Encoding Redirected(Encoding locale)
    {
        ArgumentNullException.ThrowIfNull(locale);
        return IsWindows || locale is UTF8Encoding ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) : locale;
    }

    /// <summary>Whether a full path is a device by its name: NUL, CON, COM1 have their own root on Windows.</summary>
    internal bool NamesDevice(string full) => IsWindows && (full.StartsWith(@"\\.\", StringComparison.Ordinal) || full.StartsWith(@"\\?\GLOBALROOT\", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Gives a file another name, in the place of the file that has it. Windows refuses that while another program has the old one open, so there it is tried again, for
    /// some seconds at most.
    /// </summary>
    /// <param name="from">The file.</param>
    /// <param name="to">Its name from now on.</param>
    /// <param name="move">Renames; null: the system.</param>
    internal void Replace(string from, string to, Action<string, string>? move = null)
    {
        move ??= (source, target) => File.Move(source, target, overwrite: true);
        for (int left = IsWindows ? Tries : 1, wait = FirstWait; ; wait *= 2)
        {
            try
            {
                move(from, to);
                return;
            }
            catch (Exception error) when (error is UnauthorizedAccessException or IOException and not (FileNotFoundException or DirectoryNotFoundException) && --left > 0)
            {
                Thread.Sleep(wait);
            }
        }
    }

    /// <summary>Makes renames in a folder durable, which .NET has no call for. Windows does so by itself, and a browser keeps nothing.</summary>
    internal void FlushFolder(string folder)
    {
        if (IsWindows || this == Browser)
        {
            return;
        }

        int handle = Open(folder, 0);
        if (handle < 0)
        {
            throw new IOException($"folder '{folder}' cannot be opened to be flushed (error {Marshal.GetLastPInvokeError()})");
        }

        try
        {
            if (Sync(handle) != 0)
            {
                throw new IOException($"folder '{folder}' cannot be flushed (error {Marshal.GetLastPInvokeError()})");
            }
        }
        finally
        {
            _ = Close(handle);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);
}
