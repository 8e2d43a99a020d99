using System.Diagnostics;
using System.Runtime.InteropServices;
using Backprop.Cli.Commands;

namespace Backprop.Cli.Tests;

/// <summary><c>plugin sql</c>: that it runs nobody else's code, leaves nothing behind, and that what is damaged is said. That it fetches, tests/long/packages.sh tests.</summary>
public sealed class PluginTests : Tool
{
    private const string Planted = """<Project InitialTargets="Planted"><Target Name="Planted"><WriteLinesToFile File="$(MSBuildThisFileDirectory)ran-$(MSBuildThisFile)" Lines="x" /></Target></Project>""";

    private static readonly bool s_hasProc = Directory.Exists("/proc/self");

    [Fact]
    public void WhatOthersPutIntoFoldersAboveIsNotRun()
    {
        string shared = Directory.CreateDirectory(At("shared")).FullName;
        Directory.CreateDirectory(At("empty"));
        foreach (string name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
        {
            File.WriteAllText(Path.Combine(shared, name), Planted);
        }

        File.WriteAllText(Path.Combine(shared, "Directory.Build.rsp"), "-plantedSwitch");
        File.WriteAllText(Path.Combine(shared, "global.json"), """{"sdk":{"version":"99.1.100"}}""");
        File.WriteAllText(Path.Combine(shared, "nuget.config"), """<configuration><packageSources><clear /><add key="planted" value="planted" /></packageSources></configuration>""");
        string[] before = [.. Directory.GetFiles(shared).Order(StringComparer.Ordinal)];
        ProcessStartInfo start = Start(["plugin", "sql", "--source", At("empty")]);
        (start.Environment["BACKPROP_PLUGINS"], start.Environment["TMPDIR"], start.Environment["TMP"]) = (Path.Combine(shared, "plugins"), shared, shared);
        (int code, _, string error) = RunProcess(start);
        Assert.Equal(3, code);
        Assert.Contains("Backprop.Sql", error, StringComparison.Ordinal);
        Assert.Contains("NU1", error, StringComparison.Ordinal); // it came as far as looking for the package
        Assert.DoesNotContain("planted", error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, Directory.GetFiles(shared).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(shared, "plugins")));
    }

    [Fact]
    public void InterruptedItLeavesNothingBehind()
    {
        if (!s_hasProc)
        {
            Assert.Skip("processes are looked for in /proc, which is not here");
        }

        Directory.CreateDirectory(At("empty"));
        ProcessStartInfo start = Start(["plugin", "sql", "--source", At("empty")]);
        start.Environment["BACKPROP_PLUGINS"] = "plugins";
        using Process process = Process.Start(start)!;
        Assert.True(SpinWait.SpinUntil(() => Working().Length > 0, TimeSpan.FromSeconds(60)), "no child was started");
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.Equal(130, process.ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(At("plugins")));
        Assert.True(SpinWait.SpinUntil(() => Working().Length == 0, TimeSpan.FromSeconds(5)), "a child goes on");
    }

    [Fact]
    public async Task WhatAChildHasStartedEndsWithIt()
    {
        if (!s_hasProc)
        {
            Assert.Skip("processes are looked for in /proc, which is not here");
        }

        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<(int, string)> run = PluginCommand.Run(new("sh", ["-c", "sleep 300 & wait"]) { WorkingDirectory = Directory.CreateDirectory(At("plugins")).FullName }, cancellation.Token);
        Assert.True(SpinWait.SpinUntil(() => Working().Length > 1, TimeSpan.FromSeconds(30)));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(SpinWait.SpinUntil(() => Working().Length == 0, TimeSpan.FromSeconds(5)), "a child goes on");
    }

    [Fact]
    public void ItsFilesAreThoseThatWereFetched()
    {
        Directory.CreateDirectory(At("p"));
        var folder = new PluginFolder(At("p"));
        Assert.Contains("list", folder.Damage(reads: false), StringComparison.Ordinal);
        Write("p/a.dll", "abc");
        Write("p/b c.dll", "xyz");
        folder.Seal();
        Assert.Null(folder.Damage(reads: true));
        Write("p/b c.dll", "xyZ");
        Assert.Null(folder.Damage(reads: false));
        Assert.Contains("'b c.dll' is not as it was fetched", folder.Damage(reads: true), StringComparison.Ordinal);
        Write("p/a.dll", "ab");
        Assert.Contains("'a.dll' is not", folder.Damage(reads: false), StringComparison.Ordinal);
        File.Delete(At("p/a.dll"));
        Assert.Contains("'a.dll' is missing", folder.Damage(reads: false), StringComparison.Ordinal);
        Write("p/files.sha256", "");
        Assert.NotNull(folder.Damage(reads: false));
        Write("p/files.sha256", "odd\n");
        Assert.NotNull(folder.Damage(reads: false));
    }

    [Fact]
    public void AFolderIsFullAndNeverTheCurrentOne()
    {
        Assert.Equal(Path.GetFullPath("mine"), OptionalParts.PluginsFolder("mine", "/data"));
        Assert.Equal(Path.Combine("/data", "backprop", "plugins"), OptionalParts.PluginsFolder(null, "/data"));
        Assert.True(Path.IsPathFullyQualified(OptionalParts.PluginsFolder("", "")));
        Assert.StartsWith(AppContext.BaseDirectory, OptionalParts.PluginsFolder("", ""), StringComparison.Ordinal);
    }

    /// <summary>The tool without DuckDB, as its package is; the plug-in by a relative path, whole and damaged.</summary>
    [Fact]
    public void APluginIsTakenWholeAndNotDamaged()
    {
        string[] native = [.. Directory.GetFiles(AppContext.BaseDirectory, "*duckdb.*", SearchOption.AllDirectories).Where(file => file.Contains(RuntimeInformation.RuntimeIdentifier, StringComparison.Ordinal) || Path.GetDirectoryName(file) + Path.DirectorySeparatorChar == AppContext.BaseDirectory)];
        bool IsOfQueries(string file) => Path.GetFileName(file) is var name && (name.Contains("duckdb", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Apache.Arrow", StringComparison.Ordinal) || name == "Backprop.Sql.dll");
        string[] all = [.. Directory.GetFiles(AppContext.BaseDirectory, "*.dll"), Path.Combine(AppContext.BaseDirectory, "Backprop.Cli.runtimeconfig.json")];
        string tool = Directory.CreateDirectory(At("tool")).FullName, plugin = Directory.CreateDirectory(At($"plugins/sql-{OptionalParts.Version}")).FullName;
        foreach (string file in all.Where(file => !IsOfQueries(file)))
        {
            File.Copy(file, Path.Combine(tool, Path.GetFileName(file)));
        }

        foreach (string file in all.Where(IsOfQueries).Union(native))
        {
            File.Copy(file, Path.Combine(plugin, Path.GetFileName(file)));
        }

        new PluginFolder(plugin).Seal();
        Write("t.csv", "a,y\n1,2\n2,4\n3,6\n");
        (int code, string output, string error) Query()
        {
            ProcessStartInfo start = Start(["data", "--query", "SELECT * FROM 't.csv'", "--json"]);
            start.ArgumentList[0] = Path.Combine(tool, "Backprop.Cli.dll");
            start.Environment["BACKPROP_PLUGINS"] = "plugins";
            return RunProcess(start);
        }

        (int code, string output, string error) = Query();
        Assert.True(code == 0, error);
        Assert.Contains("\"rows\":3", output, StringComparison.Ordinal);

        string sql = Path.Combine(plugin, "Backprop.Sql.dll");
        byte[] bytes = File.ReadAllBytes(sql);
        foreach (byte[] damaged in new[] { bytes[..1000], [], new byte[bytes.Length] })
        {
            File.WriteAllBytes(sql, damaged);
            (code, _, error) = Query();
            Assert.Equal(3, code);
            Assert.Contains("damaged", error, StringComparison.Ordinal);
            Assert.Contains("'backprop plugin sql --overwrite'", error, StringComparison.Ordinal);
        }

        File.WriteAllBytes(sql, bytes);
        File.WriteAllBytes(Path.Combine(plugin, Path.GetFileName(native[0])), [1, 2, 3]);
        (code, _, error) = Query();
        Assert.Equal(3, code);
        Assert.Contains($"'{Path.GetFileName(native[0])}' is not as it was fetched", error, StringComparison.Ordinal);
        Directory.Delete(plugin, recursive: true);
        Assert.Contains("does not have", Query().error, StringComparison.Ordinal);
    }

    /// <summary>The processes that work in the folder of plug-ins.</summary>
    private string[] Working() => [.. Directory.GetDirectories("/proc").Where(folder =>
    {
        try
        {
            return new FileInfo(Path.Combine(folder, "cwd")).LinkTarget?.StartsWith(At("plugins"), StringComparison.Ordinal) == true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // it has ended, or is somebody else's
        }
    })];
}
