using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>The tool as its users start it does what a run within another process does, to the byte: what the other tests find is so for users.</summary>
public sealed class ProcessTests : Tool
{
    private static readonly string[] s_timed = ["train_seconds", "microseconds_per_step", "seconds_per_epoch", "wall_seconds_per_epoch", "wall_seconds", "validation_seconds", "seconds", "rows_per_second"];

    [Fact]
    public void AProcessDoesWhatARunDoes()
    {
        string rows = "größe,y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{n * 7 % 41},{(n % 3 == 0 ? "süß" : "日本")}")) + "\n";
        Write("d.csv", rows);
        Same(null, "train", "d.csv", "--target", "y", "--preset", "fast", "--epochs", "2", "--json", "-o", "m.st");
        Same(null, "evaluate", "m.st", "d.csv");
        Same(null, "predict", "m.st", "d.csv");
        Same(rows, "predict", "m.st", "-");
        Same(null, "predict", "m.st", "d.csv", "--json");
        Same(null, "data", "--query", "SELECT * FROM 'd.csv'");
        Same(null, "summary", "m.st");
        Same(null, "check", "--network", "3-4:tanh-2:softmax");
        Same(null, "train", "--help");
        Same(null, "--version");
        Same(null, "[suggest:9]", "train --op");
        Same(null, "train", "nowhere.csv");
        Same(null, "trian");
        Same(null, "evaluate");
    }

    /// <summary>A run goes on in the folder that it was begun in, wherever it is resumed from.</summary>
    [Fact]
    public void AResumedRunFindsItsFilesFromAnywhere()
    {
        string there = Directory.CreateDirectory(At("there")).FullName, here = Directory.CreateDirectory(At("here")).FullName;
        File.WriteAllText(Path.Combine(there, "d.csv"), "x,y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{n * 7 % 41},{n * 2.5 + 1}")));
        File.WriteAllText(Path.Combine(here, "d.csv"), "x,y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{n * 7 % 41},{n * 7.5 + 1}")));
        foreach (string[] data in new string[][] { ["d.csv"], ["--query", "SELECT * FROM 'd.csv'"] })
        {
            (int code, _, string error) = RunProcess(Start(there, ["train", .. data, "--network", "4:tanh", "--epochs", "2", "--checkpoint", "ck", "--overwrite", "--log", "l.jsonl", "--quiet"]));
            Assert.True(code == 0, error);
            (code, string output, error) = RunProcess(Start(here, ["train", "--resume", "../there/ck", "--epochs", "3", "--json", "--quiet", "-o", "m.st"]));
            Assert.True(code == 0, error);
            Assert.Equal(3, JsonSerializer.Deserialize<JsonElement>(output).GetProperty("epochs").GetInt32());
            Assert.True(File.Exists(Path.Combine(here, "m.st")));
            Assert.Equal(3, File.ReadAllLines(Path.Combine(there, "l.jsonl")).Length);
        }
    }

    private void Same(string? input, params string[] args)
    {
        ProcessStartInfo start = Start(args);
        (start.StandardOutputEncoding, start.StandardErrorEncoding, start.StandardInputEncoding) = (Encoding.UTF8, Encoding.UTF8, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        (int code, string output, string error) = RunProcess(start, input);
        (int code, string output, string error) within = RunWith(input, args);
        Assert.Equal((code, Untimed(output), Untimed(error)), (within.code, Untimed(within.output), Untimed(within.error)));
    }

    /// <summary>Without what a clock says.</summary>
    private static string Untimed(string text) => string.Join('\n', text.Split('\n').Select(line =>
        line.StartsWith('{') ? string.Join(',', JsonSerializer.Deserialize<JsonElement>(line).EnumerateObject().Where(property => !s_timed.Contains(property.Name)))
        : line.StartsWith("epoch ", StringComparison.Ordinal) ? line[..line.LastIndexOf("  ", StringComparison.Ordinal)]
        : line.Contains("│ time ", StringComparison.Ordinal) || line.Contains("│ a step ", StringComparison.Ordinal) ? "" : line));
}
