using System.Diagnostics;

namespace Backprop.Cli.Tests;

/// <summary>An output that is one of the inputs, another output, or nothing that a file could replace: as its users meet it.</summary>
public sealed class OutputOntoInputTests : Tool
{
    private const string Rows = "x,y\n1,1.5\n2,2.5\n3,3.5\n4,4.5\n5,5.5\n";

    private static readonly string[] s_quick = ["--network", "3:tanh", "--epochs", "1", "--quiet"];

    private void RequireRefused(string first, string second, params string[] args)
    {
        SortedDictionary<string, string> before = FolderState.Of(Folder);
        (int code, string output, string error) = Run(args);
        Assert.True(code == 2, $"exit {code}: {error}");
        Assert.Equal("", output);
        Assert.Contains(first, error);
        Assert.Contains(second, error);
        Assert.Equal(before, FolderState.Of(Folder));
    }

    [Theory]
    [InlineData("--output", "DATA", "train", "d.csv", "-o", "d.csv")]
    [InlineData("--log", "DATA", "train", "d.csv", "-o", "m.st", "--log", "./sub/../d.csv")]
    [InlineData("--report", "DATA", "train", "d.csv", "-o", "m.st", "--report:d.csv")]
    [InlineData("--tensorboard", "DATA", "train", "d.csv", "-o", "m.st", "--tensorboard", "d.csv")]
    [InlineData("--log", "--validation", "train", "d.csv", "--validation", "v.csv", "-o", "m.st", "--log=v.csv")]
    [InlineData("--report", "--config", "train", "d.csv", "--config", "c.json", "-o", "m.st", "--report", "c.json")]
    [InlineData("--log", "--output", "train", "d.csv", "-o", "m.st", "--log", "m.st")]
    [InlineData("--log", "--report", "train", "d.csv", "-o", "m.st", "--log", "r", "--report", "./r")]
    [InlineData("--output", "DATA", "train", "*.csv", "-o", "d.csv")]
    [InlineData("--output", "--query", "train", "--query", "SELECT * FROM read_csv('d.csv')", "-o", "d.csv")]
    public void WhatIsReadOrWrittenByTrainIsNotOverwritten(string first, string second, params string[] args)
    {
        Write("d.csv", Rows);
        Write("v.csv", Rows);
        Write("c.json", "{\"seed\":1}");
        Directory.CreateDirectory(At("sub"));
        RequireRefused(first, second, [.. args, .. args.Contains("--query") || args.Contains("*.csv") ? ["--target", "y"] : Array.Empty<string>(), .. s_quick]);
    }

    [Fact]
    public void WhatTheOthersReadIsNotOverwritten()
    {
        Write("d.csv", Rows);
        Assert.Equal(0, Run(["train", "d.csv", .. s_quick]).Code);
        RequireRefused("--output (model.safetensors unless given)", "--from", ["train", "d.csv", "--from", "model.safetensors", "--epochs", "1", "--quiet"]);
        RequireRefused("--output", "DATA", "predict", "model.safetensors", "d.csv", "-o", "d.csv");
        RequireRefused("--output", "MODEL", "gradient", "model.safetensors", "d.csv", "-o", "model.safetensors");
        RequireRefused("--output", "DATA", "explain", "model.safetensors", "d.csv", "--row", "0", "--parameter", "W1[0,0]", "-o", At("d.csv"));
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(At("link.csv"), "d.csv");
            Directory.CreateSymbolicLink(At("here"), ".");
            RequireRefused("--output", "DATA", "predict", "model.safetensors", "d.csv", "-o", "link.csv");
            RequireRefused("--output", "DATA", "predict", "model.safetensors", "here/link.csv", "-o", "d.csv");
        }
    }

    [Theory]
    [InlineData("train", "builtin:iris", "-o", "-")]
    [InlineData("train", "builtin:iris", "--log", "-")]
    [InlineData("train", "builtin:iris", "--report", "-")]
    [InlineData("train", "builtin:iris", "--checkpoint", "-")]
    [InlineData("train", "builtin:iris", "--tensorboard", "-")]
    [InlineData("gradient", "m.st", "builtin:iris", "-o", "-")]
    public void AHyphenIsNoFileToBeMade(params string[] args)
    {
        (int code, _, string error) = Run(args);
        Assert.Contains("'-'", error);
        Assert.Equal(2, code);
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task APipeIsWrittenIntoAndALinkFollowed()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no pipes among its files");
        }

        Write("d.csv", Rows);
        File.CreateSymbolicLink(At("link.st"), "real.st");
        (int trained, _, string why) = Run(["train", "d.csv", "-o", "link.st", .. s_quick]);
        Assert.True(trained == 0, why);
        Assert.Equal("real.st", new FileInfo(At("link.st")).LinkTarget);
        Assert.Equal(0, Run("summary", "real.st").Code);

        using (var make = Process.Start("mkfifo", [At("pipe.csv")]))
        {
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Task<string> read = Task.Run(() => File.ReadAllText(At("pipe.csv")));
        (int code, _, string error) = Run("predict", "real.st", "d.csv", "-o", "pipe.csv");
        Assert.True(code == 0, error);
        Assert.True(await Task.WhenAny(read, Task.Delay(10_000)) == read, "nothing came through the pipe: it was replaced by a file");
        Assert.StartsWith("y\n", await read);
        Assert.Equal(6, (await read).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
