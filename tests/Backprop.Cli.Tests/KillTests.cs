using System.Diagnostics;
using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>Runs that are killed at random moments, some of them again after they were resumed, end on the bits of a run that nobody disturbed.</summary>
public sealed class KillTests(ITestOutputHelper output) : Tool
{
    /// <summary>Instead of what each case says: more in the long suite.</summary>
    private static readonly string? s_kills = Environment.GetEnvironmentVariable("BACKPROP_KILLS");

    /// <param name="network">What is trained; empty: what the recipe says.</param>
    /// <param name="epochs">As many as take about a second on one thread: a run that is killed may be run several times more.</param>
    /// <param name="kills">How often it is killed.</param>
    /// <param name="option">What the run has beside a plain one's.</param>
    /// <param name="value">Its value.</param>
    [Theory]
    [InlineData("64:tanh-32:relu", 80, 20, "--dropout", "0.1")]
    [InlineData("64:tanh,batch_norm,dropout(0.1)-32:relu,layer_norm", 60, 20, "--accumulate", "2")]
    [InlineData("64:tanh-32:relu", 25, 10, "--folds", "3")]
    [InlineData("32:tanh", 25, 10, "--ensemble", "4")]
    [InlineData("", 3, 6, "--preset", "default")]
    public void KilledRunsGoOnToTheSameBits(string network, int epochs, int kills, string option, string value)
    {
        string[] model = network == "" ? [] : ["--network", network, "--optimizer", "adam"];
        string[] what = ["train", "builtin:digits", .. model, "--batch-size", "16", "--epochs", $"{epochs}", option, value, "--schedule", "cosine", "--quiet"];
        JsonElement whole = Json([.. what, "--json", "-o", "whole.st"]);
        long steps = whole.GetProperty("steps").GetInt64();
        string expected = whole.GetProperty("sha256").GetString()!;
        var random = new Random(1);
        int goal = s_kills is null ? kills : int.Parse(s_kills), killed = 0, early = 0, runs = 0, late = 0;
        while (killed < goal)
        {
            runs++;
            string threads = $"{1 + (runs % 2)}";
            string[] checkpoints = ["--checkpoint", $"ck{runs}", "--checkpoint-every", "37", "--threads", threads];
            string[] next = [.. what, .. checkpoints];
            for (int again = 0; again < 3 && killed < goal; again++)
            {
                using Process process = Process.Start(Start(next))!;
                if (again > 0 || runs % 2 == 0) // at any moment of training; else perhaps before it
                {
                    string newest = Newest($"ck{runs}");
                    for (var waited = Stopwatch.StartNew(); !process.HasExited && Newest($"ck{runs}") == newest && waited.Elapsed.TotalSeconds < 60;)
                    {
                        Thread.Sleep(2);
                    }
                }

                if (process.WaitForExit(random.Next(0, 1000)))
                {
                    late++; // it was faster: what is finished ends the same way again
                    next = ["train", "--resume", $"ck{runs}", "--quiet"];
                    break;
                }

                process.Kill();
                process.WaitForExit();
                killed++;
                bool nothingYet = Newest($"ck{runs}").Length == 0;
                early += nothingYet ? 1 : 0;
                next = nothingYet ? next : ["train", "--resume", $"ck{runs}", "--quiet", "--threads", $"{random.Next(1, 3)}"];
            }

            JsonElement rest = Json([.. next, "--json", "-o", "rest.st"]);
            Assert.Equal(expected, rest.GetProperty("sha256").GetString());
            Assert.Equal(steps, rest.GetProperty("resumed_from_step").GetInt64() + rest.GetProperty("steps").GetInt64());
            Assert.DoesNotContain(Directory.GetFiles(At($"ck{runs}"), "*", SearchOption.AllDirectories), file => file.EndsWith(".tmp", StringComparison.Ordinal));
            Directory.Delete(At($"ck{runs}"), recursive: true);
        }

        output.WriteLine($"{killed} kills in {runs} runs ({early} before the first checkpoint, {late} too late), each ended on the same {expected}");
        Assert.True(early < killed);
    }

    private string Newest(string folder)
    {
        try
        {
            return string.Join(' ', Directory.GetFiles(At(folder), "checkpoint-*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
        }
        catch (DirectoryNotFoundException)
        {
            return ""; // none yet, or one has just been taken out of it
        }
    }

    [Fact]
    public void ResumingAFinishedRunWritesTheSameModelAgain()
    {
        JsonElement first = Json("train", "builtin:iris", "--epochs", "3", "--checkpoint", "ck", "--json", "--quiet", "-o", "first.st");
        JsonElement again = Json("train", "--resume", "ck", "--json", "--quiet", "-o", "again.st");
        Assert.Equal(0, again.GetProperty("steps").GetInt64());
        Assert.Equal(first.GetProperty("sha256").GetString(), again.GetProperty("sha256").GetString());
    }

    [Fact]
    public void ADamagedCheckpointIsSaidSoAndAnOlderOneTaken()
    {
        Assert.Equal(0, Run("train", "builtin:iris", "--preset", "fast", "--epochs", "4", "--checkpoint", "ck", "--quiet").Code);
        string[] files = [.. Directory.GetFiles(At("ck"), "checkpoint-*").Order(StringComparer.Ordinal)];
        Assert.Equal(3, files.Length);
        File.WriteAllBytes(files[2], File.ReadAllBytes(files[2])[..^5]);
        JsonElement rest = Json("train", "--resume", "ck", "--json", "--quiet");
        Assert.True(rest.GetProperty("steps").GetInt64() > 0);
        foreach (string file in Directory.GetFiles(At("ck"), "checkpoint-*"))
        {
            File.WriteAllText(file, "no checkpoint");
        }

        (int code, _, string error) = Run("train", "--resume", "ck");
        Assert.Equal(3, code);
        Assert.Contains("checkpoint-", error);
        Assert.Equal(3, Run("train", "--resume", "nowhere").Code);
    }
}
