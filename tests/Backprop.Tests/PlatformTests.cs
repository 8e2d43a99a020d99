using System.Text;
using System.Text.RegularExpressions;
using Backprop.ModelFiles;
using Backprop.Tests.Oracles;

namespace Backprop.Tests;

/// <summary>Each system's way, on whichever this is.</summary>
public sealed class PlatformTests
{
    [Fact]
    public void NothingElseAsksWhichSystemThisIs()
    {
        string[] files = [.. Directory.GetFiles(Repository.At("src"), "*.cs", SearchOption.AllDirectories).Where(file => !file.Split(Path.DirectorySeparatorChar).Contains("obj"))];
        Assert.True(files.Length > 300);
        string[] asking = [.. files.Where(file => Regex.IsMatch(File.ReadAllText(file), @"OperatingSystem\.Is(?!Browser|Wasi)|IsOSPlatform|DllImport|LibraryImport|Environment\.OSVersion", RegexOptions.None, TimeSpan.FromSeconds(1))).Select(file => Path.GetFileName(file))];
        Assert.Equal(["Platform.cs"], asking);
    }

    [Fact]
    public void PathsAreComparedAsTheSystemDoes()
    {
        Assert.Equal(StringComparison.OrdinalIgnoreCase, Platform.Windows.PathComparison);
        Assert.Equal(StringComparison.OrdinalIgnoreCase, Platform.MacOS.PathComparison);
        Assert.Equal(StringComparison.Ordinal, Platform.Linux.PathComparison);
        Assert.Equal("C:/data/*.csv", Platform.Windows.WithSlashes(@"C:\data/*.csv"));
        Assert.Equal("//server/share/x", Platform.Windows.WithSlashes(@"\\server\share\x"));
        Assert.Equal(@"a\b", Platform.Linux.WithSlashes(@"a\b"));
        Assert.Equal(("dotnet.exe", "dotnet"), (Platform.Windows.Executable("dotnet"), Platform.Linux.Executable("dotnet")));
        Assert.Equal([true, true, false, false], new[] { @"\\.\NUL", @"\\.\pipe\x", @"C:\NUL.txt", @"\\server\share\x" }.Select(Platform.Windows.NamesDevice));
        Assert.False(Platform.Linux.NamesDevice(@"\\.\NUL"));
    }

    [Fact]
    public void OutputThatIsRedirectedIsUtf8OnWindows()
    {
        Encoding oem = CodePagesEncodingProvider.Instance.GetEncoding(850)!;
        Assert.Equal([0xE2, 0x88, 0x82, 0xC3, 0xA4], Platform.Windows.Redirected(oem).GetBytes("∂ä"));
        Assert.Empty(Platform.Windows.Redirected(oem).GetPreamble());
        Assert.Same(oem, Platform.Linux.Redirected(oem));
        Assert.Empty(Platform.Linux.Redirected(Encoding.UTF8).GetPreamble());
    }

    /// <summary>What another program has open is renamed over once it has let go, on Windows alone; what can never be fails at once.</summary>
    [Fact]
    public void ARenameWaitsForReadersOnWindows()
    {
        int calls = 0;
        Platform.Windows.Replace("a", "b", (from, to) => _ = ++calls < 4 ? throw (calls == 1 ? new UnauthorizedAccessException() : new IOException("in use")) : (from, to));
        Assert.Equal(4, calls);

        calls = 0;
        Assert.Throws<IOException>(() => Platform.Linux.Replace("a", "b", (_, _) => throw new IOException($"{++calls}")));
        Assert.Equal(1, calls);

        Assert.Throws<FileNotFoundException>(() => Platform.Windows.Replace("a", "b", (_, _) => throw new FileNotFoundException($"{++calls}")));
        Assert.Equal(2, calls);

        calls = 0;
        Assert.Throws<UnauthorizedAccessException>(() => Platform.Windows.Replace("a", "b", (_, _) => throw new UnauthorizedAccessException($"{++calls}")));
        Assert.Equal(8, calls);
    }

    [Fact]
    public void NoFolderIsOpenedToBeFlushedOnWindows()
    {
        string nowhere = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        Platform.Windows.FlushFolder(nowhere);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Throws<IOException>(() => Platform.Linux.FlushFolder(nowhere));
        }
    }
}
