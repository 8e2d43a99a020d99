using System.Diagnostics;
using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>A run that is told to end, by Ctrl-C, SIGTERM or SIGHUP, or is killed, at any moment, leaves one whole model: its best so far, or the older one.</summary>
public sealed class SignalTests(ITestOutputHelper output) : Tool
{
    /// <summary>More in the long suite.</summary>
    private static readonly int s_signals = int.Parse(Environment.GetEnvironmentVariable("BACKPROP_SIGNALS") ?? "8");

    [Fact]
    public async Task WhateverEndsARunThereIsOneWholeModel()
    {
        Assert.SkipUnless(File.Exists("/bin/kill") || File.Exists("/usr/bin/kill"), "there is no kill command here");
        Assert.Equal(0, Run("train", "--network", "32:relu", "--epochs", "1", "-o", "older.st", "--quiet").Code);
        byte[] older = File.ReadAllBytes(At("older.st"));
        var random = new Random(7);
        var codes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int kept = 0, best = 0;
        for (int n = 0; n < s_signals; n++)
        {
            string signal = new[] { "INT", "TERM", "HUP", "KILL" }[n % 4];
            bool hasOlder = n % 8 < 4;
            File.Delete(At("m.st"));
            File.Delete(At("l.jsonl"));
            if (hasOlder)
            {
                File.Copy(At("older.st"), At("m.st"));
            }

            // steps that take about as long as a tenth of an epoch, so that some are caught before the first is over
            using Process process = Process.Start(Start(["train", "--network", "64:tanh", "--optimizer", "adam", "--epochs", "100000", "--validation", n % 3 == 0 ? "0" : "0.2", "-o", "m.st", "--log", "l.jsonl", "--quiet"]))!;
            Task<string> error = process.StandardError.ReadToEndAsync(), standard = process.StandardOutput.ReadToEndAsync();
            if (n / 4 % 3 > 0) // at any moment of training; else perhaps before it
            {
                SpinWait.SpinUntil(() => new FileInfo(At("l.jsonl")) is { Exists: true, Length: > 0 }, 60_000);
            }

            Thread.Sleep(random.Next(20, 1000));
            Process.Start("kill", ["-" + signal, $"{process.Id}"])!.WaitForExit();
            Assert.True(process.WaitForExit(30_000), $"{signal} was not obeyed");
            string said = await error + await standard;
            codes[$"{signal}: {process.ExitCode}"] = codes.GetValueOrDefault($"{signal}: {process.ExitCode}") + 1;
            Assert.DoesNotContain("   at ", said);
            Assert.Contains(process.ExitCode, signal switch
            {
                "KILL" => [137],
                "INT" => [130],
                "TERM" => new[] { 130, 143 }, // 143 and 129: before .NET had begun to look after signals
                _ => [130, 129],
            });
            if (!File.Exists(At("m.st")))
            {
                Assert.False(hasOlder, said);
                continue;
            }

            if (File.ReadAllBytes(At("m.st")).AsSpan().SequenceEqual(older))
            {
                kept++;
                continue;
            }

            best++;
            Assert.Equal(130, process.ExitCode);
            JsonElement summary = Json("summary", "m.st", "--json");
            Assert.True(hasOlder || said.Contains("no epoch was finished", StringComparison.Ordinal) || summary.GetProperty("training").GetProperty("kept_epoch").GetInt32() > 0, said);
            Assert.True(!hasOlder || summary.GetProperty("training").TryGetProperty("kept_epoch", out _), "a model that has finished no epoch took the place of an older one");
            Assert.Equal(0, Run("evaluate", "m.st", "builtin:digits", "--json").Code);
        }

        output.WriteLine($"{s_signals} signals, exit codes {string.Join(", ", codes.Select(code => $"{code.Key} ×{code.Value}"))}; {best} times the best so far, {kept} times the older model");
        Assert.DoesNotContain(Directory.GetFiles(Folder, ".*"), file => file.EndsWith(".tmp", StringComparison.Ordinal) && codes.Keys.All(code => !code.StartsWith("KILL", StringComparison.Ordinal)));
        Assert.True(best > 0);
    }

    /// <summary>While a file is being written: it takes a while, since C# source is long.</summary>
    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task WhatIsUnfinishedGoesWithTheProcess(string signal)
    {
        Assert.SkipUnless(File.Exists("/bin/kill") || File.Exists("/usr/bin/kill"), "there is no kill command here");
        Assert.Equal(0, Run("train", "builtin:iris", "--network", "3000:tanh-2000:relu", "--epochs", "1", "-o", "m.st", "--quiet").Code);
        Assert.Equal(0, RunProcess("export", "m.st", "--to", "csharp", "-o", "M.cs").Code);
        byte[] whole = File.ReadAllBytes(At("M.cs"));
        File.Delete(At("M.cs"));
        for (int attempt = 0; attempt < 5; attempt++)
        {
            using Process process = Process.Start(Start(["export", "m.st", "--to", "csharp", "-o", "M.cs"]))!;
            Task<string> error = process.StandardError.ReadToEndAsync(), standard = process.StandardOutput.ReadToEndAsync();
            bool wasSeen = SpinWait.SpinUntil(() => process.HasExited || Directory.GetFiles(Folder, ".M.cs.*.tmp").Any(file => new FileInfo(file) is { Exists: true, Length: > 0 }), 60_000) && !process.HasExited;
            Process.Start("kill", ["-" + signal, $"{process.Id}"])!.WaitForExit();
            Assert.True(process.WaitForExit(30_000), $"{signal} was not obeyed");
            string said = await error + await standard;
            Assert.Empty(Directory.GetFiles(Folder, ".M.cs.*"));
            if (wasSeen && process.ExitCode == 130)
            {
                Assert.Contains("backprop: interrupted", said, StringComparison.Ordinal);
                if (!File.Exists(At("M.cs")))
                {
                    return;
                }
            }
            else
            {
                Assert.True(process.ExitCode == 0, said);
            }

            Assert.Equal(whole, File.ReadAllBytes(At("M.cs"))); // it was faster, if only to the file's name
            File.Delete(At("M.cs"));
        }

        Assert.Fail("five times the file was written before the signal came");
    }

    /// <summary>While the page's files are written: their folder is as it was, there or not.</summary>
    [Theory]
    [InlineData("INT", false)]
    [InlineData("TERM", false)]
    [InlineData("TERM", true)]
    public async Task AnUnfinishedSiteGoesWithTheProcess(string signal, bool isThere)
    {
        Assert.SkipUnless(File.Exists("/bin/kill") || File.Exists("/usr/bin/kill"), "there is no kill command here");
        Assert.SkipUnless(typeof(Program).Assembly.GetManifestResourceNames().Contains("site.zip"), "the tool was built without the site (-p:Site=false)");
        for (int attempt = 0; attempt < 20; attempt++)
        {
            if (isThere)
            {
                Directory.CreateDirectory(At("page"));
                File.WriteAllText(At("page/notes.txt"), "mine");
            }

            using Process process = Process.Start(Start(["site", "page", "--overwrite"]))!;
            Task<string> error = process.StandardError.ReadToEndAsync(), standard = process.StandardOutput.ReadToEndAsync();
            bool wasSeen = SpinWait.SpinUntil(() => process.HasExited || (Directory.Exists(At("page")) && Directory.GetDirectories(At("page"), ".site.*").Length > 0), 60_000) && !process.HasExited;
            Process.Start("kill", ["-" + signal, $"{process.Id}"])!.WaitForExit();
            Assert.True(process.WaitForExit(30_000), $"{signal} was not obeyed");
            string said = await error + await standard;
            if (wasSeen && process.ExitCode == 130 && !File.Exists(At("page/index.html")))
            {
                Assert.Equal(isThere, Directory.Exists(At("page")));
                Assert.True(!isThere || Directory.GetFileSystemEntries(At("page")) is [var only] && Path.GetFileName(only) == "notes.txt");
                return;
            }

            Assert.True(process.ExitCode is 0 or 130, said); // it was faster
            Assert.Empty(Directory.GetDirectories(At("page"), ".site.*"));
            Directory.Delete(At("page"), recursive: true);
        }

        Assert.Fail("twenty times the page was written before the signal came");
    }
}
