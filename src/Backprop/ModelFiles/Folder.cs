using System.Runtime.InteropServices;

namespace Backprop.ModelFiles;

/// <summary>Flushes folders to disk, which .NET has no call for.</summary>
internal static partial class Folder
{
    /// <summary>Makes a rename durable. Windows does so by itself, and in a browser files are memory.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows() || OperatingSystem.IsBrowser())
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
