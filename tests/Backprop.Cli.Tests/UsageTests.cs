using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>Help, mistakes, exit codes, configuration files.</summary>
public sealed class UsageTests : Tool
{
    [Theory]
    [InlineData(2, "unknown command 'trian': did you mean 'train'", "trian")]
    [InlineData(2, "unknown command 'conjure'", "conjure", "m.st")]
    [InlineData(2, "unknown command 'trian': did you mean 'train'", "trian", "--help")]
    [InlineData(2, "unknown command 'trian': did you mean 'train'", "trian", "-h")]
    [InlineData(2, "unknown command 'trian': did you mean 'train'", "--help", "trian")]
    [InlineData(2, "unknown command 'trian': did you mean 'train'", "help", "trian")]
    [InlineData(2, "unknown command 'nonsense'", "nonsense", "--help")]
    [InlineData(2, "unknown option '--optimzer'", "--optimzer", "--help")]
    [InlineData(2, "DIR: nothing found, the name of a folder expected", "site", "")]
    [InlineData(2, "--output: nothing found, the name of a file expected", "train", "builtin:iris", "-o", "")]
    [InlineData(2, "--checkpoint: nothing found, the name of a folder expected", "train", "builtin:iris", "--checkpoint", "")]
    [InlineData(2, "a coverage above 0 and below 1 expected, 1 found", "predict", "nowhere.safetensors", "nowhere.csv", "--coverage", "1")]
    [InlineData(2, "a coverage above 0 and below 1 expected, 90 found", "evaluate", "nowhere.safetensors", "--query", "SELECT nonsense", "--coverage", "90")]
    [InlineData(2, "a coverage above 0 and below 1 expected, NaN found", "evaluate", "nowhere.safetensors", "nowhere.csv", "--coverage", "NaN")]
    [InlineData(2, "unknown option '--optimzer': did you mean '--optimizer'", "train", "--optimzer", "adam")]
    [InlineData(2, "unknown option '--optimzer': did you mean '--optimizer'", "train", "--optimzer=adam")]
    [InlineData(2, "unknown option '-x'", "train", "-x")]
    [InlineData(2, "unknown option '--xyzzyplugh': backprop train --help", "train", "--xyzzyplugh", "4")]
    [InlineData(2, "unknown option '--sampel'", "check", "--network", "2-1", "--sampel", "4")]
    [InlineData(2, "did you mean 'adam'", "train", "--optimizer", "adan")]
    [InlineData(2, "did you mean 'cosine'", "train", "builtin:iris", "--schedule", "cosin")]
    [InlineData(2, "did you mean 'huber'", "train", "builtin:iris", "--loss", "hubber:1")]
    [InlineData(2, "huber:x", "train", "builtin:iris", "--loss", "huber:x")]
    [InlineData(2, "did you mean 'he_normal'", "train", "builtin:iris", "--initializer", "he_norml")]
    [InlineData(2, "did you mean 'relu'", "train", "builtin:iris", "--network", "8:rleu")]
    [InlineData(2, "did you mean 'iris'", "train", "builtin:irs")]
    [InlineData(2, "did you mean 'species'", "train", "builtin:iris", "--target", "speces")]
    [InlineData(2, "the target names no column; --target", "train", "builtin:iris", "--target", "")]
    [InlineData(2, "unknown column 'weight'", "train", "builtin:iris", "--sample-weight", "weight")]
    [InlineData(2, "known: float, double", "train", "--precision", "half")]
    [InlineData(2, "known: classification, regression", "train", "--task", "guess")]
    [InlineData(2, "known: auto, none", "train", "--preprocess", "some")]
    [InlineData(2, "--batch-size: 'x' found, a whole number expected", "train", "--batch-size", "x")]
    [InlineData(2, "--learning-rate: '0,001' found, a number expected", "train", "--learning-rate", "0,001")]
    [InlineData(2, "--seed: '-1' found", "train", "--seed", "-1")]
    [InlineData(2, "--epochs", "train", "--epochs")]
    [InlineData(2, "epochs must be at least 1", "train", "builtin:iris", "--epochs", "0")]
    [InlineData(2, "l2 must be", "train", "builtin:iris", "--l2", "-1")]
    [InlineData(2, "clip-norm must be", "train", "builtin:iris", "--clip-norm", "0")]
    [InlineData(2, "--threads must be at least 1", "train", "--threads", "0")]
    [InlineData(2, "--checkpoint-every needs --checkpoint", "train", "--checkpoint-every", "3")]
    [InlineData(2, "--validation", "train", "builtin:iris", "--validation", "1")]
    [InlineData(2, "no option 'momentum'", "train", "--optimizer", "adam", "--momentum", "0.5")]
    [InlineData(2, "units:activation", "train", "--network", "relu")]
    [InlineData(2, "softmax can only stand at the output", "train", "--network", "64-8:softmax-10:softmax")]
    [InlineData(2, "2 inputs", "train", "--network", "2-10:softmax")]
    [InlineData(2, "one output tells two apart", "train", "builtin:iris", "--network", "4-3:relu-1:sigmoid")]
    [InlineData(2, "one output tells two apart", "train", "builtin:iris", "--loss", "binary_cross_entropy")]
    [InlineData(2, "label smoothing belongs to cross_entropy, the loss is mean_squared_error; --label-smoothing or --loss", "train", "builtin:iris", "--target", "petal_width", "--label-smoothing", "0.1")]
    [InlineData(2, "setosa, versicolor, virginica", "train", "builtin:iris", "--class-weights", "rosa=2")]
    [InlineData(2, "give DATA or --query", "train", "builtin:iris", "--query", "SELECT 1")]
    [InlineData(2, "--database needs --query", "data", "--database", "x.db")]
    [InlineData(2, "DATA is missing", "data", "--json")]
    [InlineData(2, "give MODEL and DATA, or --network", "check", "--json")]
    [InlineData(2, "bash, zsh, fish, powershell, pwsh", "completion", "tcsh")]
    [InlineData(3, "does not exist", "train", "nowhere.csv")]
    [InlineData(3, "no file matches", "train", "no*.csv")]
    [InlineData(3, "is a folder", "train", ".")]
    [InlineData(3, "cannot read", "evaluate", "nowhere.safetensors", "builtin:iris")]
    [InlineData(3, "the folder", "train", "-o", "no/such/folder/m.st")]
    [InlineData(3, "database 'no.db' does not exist", "train", "--query", "SELECT 1", "--database", "no.db")]
    [InlineData(3, "row 0 (line 2), column 'species': 'setosa' found, a number expected as target value", "train", "builtin:iris", "--task", "regression")]
    [InlineData(3, "config 'no.json'", "train", "--config", "no.json")]
    [InlineData(3, "there is no checkpoint in 'nowhere'", "train", "--resume", "nowhere")]
    [InlineData(4, "step", "train", "builtin:iris", "--learning-rate", "1e30", "--optimizer", "sgd", "--network", "8:relu")]
    public void MistakesAreToldWithTheirExitCode(int code, string part, params string[] args)
    {
        (int Code, string Out, string Error) result = Run(args);
        Assert.Contains(part, result.Error);
        Assert.Equal(code, result.Code);
        Assert.DoesNotContain("   at ", result.Error);
        Assert.DoesNotContain("a mistake of backprop itself", result.Error);
        Assert.Equal("", result.Out);
    }

    [Theory]
    [InlineData("file.csv", "row 1 (line 3): 1 cells found, 2 expected", "a,y\n1,2\n3\n4,5\n")]
    [InlineData("file.csv", "row 1 (line 3): 3 cells found, 2 expected", "a,y\n1,2\n3,4,5\n")]
    [InlineData("file.tsv", "row 0 (line 2): 1 cells found, 2 expected", "a\ty\n3\n")]
    [InlineData("file.csv", "a quote is opened and not closed", "a,y\n1,2\n\"3,4\n")]
    [InlineData("file.csv", "row 2 (line 4), column 'a'", "a,y\n1,2\n2,3\ninf,4\n")]
    [InlineData("file.csv", "row 1 (line 3), column 'y': the target is missing; --missing-target drop", "a,y\n1,2.5\n2,\n3,4\n")]
    [InlineData("file.csv", "has no rows", "a,y\n")]
    [InlineData("file.csv", "is empty, a header and rows expected", "")]
    [InlineData("file.csv", "at least 2 rows", "a,y\n1,2\n")]
    [InlineData("file.jsonl", "file.jsonl", "{\"a\":1,\"y\":2}\n{\"a\":\n")]
    [InlineData("file.parquet", "file.parquet", "PAR1")]
    [InlineData("file.npy", "is not a NumPy array", "nonsense that is no array")]
    [InlineData("file", "is not an IDX file", "nonsense that is no array")]
    [InlineData("file", "expected a table (.csv, .tsv", "nonsense that is no array")]
    [InlineData("file", "expected a table (.csv, .tsv", "")]
    [InlineData("b.zip", "expected a table (.csv, .tsv", "PK\u0003\u0004")]
    [InlineData("reg.data", "expected a table (.csv, .tsv", "1,2\n3,4\n")]
    [InlineData("book.xlsx", "expected a table (.csv, .tsv", "PK\u0003\u0004")]
    [InlineData("odd.onnx", "'odd.onnx' is a model", "\u0008\u0007")]
    [InlineData("weights", "'weights' is a model", "\u0002\0\0\0\0\0\0\0{}")]
    public void UnreadableDataAreToldWithTheirPlace(string name, string part, string text)
    {
        Write(name, text);
        (int code, string output, string error) = Run("train", name);
        Assert.Contains(part, error);
        Assert.Contains(name, error + name[..(part.Contains("2 rows") ? name.Length : 0)]);
        Assert.Equal((3, ""), (code, output));
    }

    [Fact]
    public void TheLastGoodModelIsKept()
    {
        string[] diverging = ["train", "builtin:iris", "--learning-rate", "1e30", "--optimizer", "sgd", "--network", "8:relu", "-o", "m.st", "--quiet"];
        (int code, _, string error) = Run(diverging);
        Assert.Equal(4, code);
        Assert.Contains("step 2: layer", error);
        Assert.Equal(0, Run("evaluate", "m.st", "builtin:iris").Code);
        Assert.Equal(0, Run("train", "builtin:iris", "--quiet", "--epochs", "2", "-o", "m.st").Code);
        byte[] before = File.ReadAllBytes(At("m.st"));
        Assert.Equal(4, Run(diverging).Code);
        Assert.Equal(before, File.ReadAllBytes(At("m.st")));
    }

    [Fact]
    public async Task CtrlCSavesTheBestModelSoFar()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no SIGINT to send");
        }

        ProcessStartInfo start = Start(["train", "--epochs", "100000", "--log", "l.jsonl", "--json", "-o", "m.st"]);
        if (OperatingSystem.IsLinux())
        {
            // a shell starts what it runs in the background deaf to Ctrl-C, and so may what runs these tests
            start.ArgumentList.Insert(0, "--default-signal=INT");
            start.ArgumentList.Insert(1, start.FileName);
            start.FileName = "env";
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < 60 && !(File.Exists(At("l.jsonl")) && new FileInfo(At("l.jsonl")).Length > 0))
        {
            await Task.Delay(20);
        }

        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            process.Kill();
            Assert.Fail("it still runs a minute after SIGINT");
        }

        Assert.Equal(130, process.ExitCode);
        Assert.Contains("Interrupted", await error);
        Assert.Single((await output).TrimEnd('\n').Split('\n'));
        Assert.Equal(0, Run("evaluate", "m.st", "builtin:digits").Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0, "--help")]
    [InlineData(0, "help")]
    [InlineData(0, "help", "train")]
    [InlineData(0, "predict", "--help")]
    [InlineData(2, "evaluate")]
    [InlineData(2, "predict")]
    [InlineData(2, "summary")]
    [InlineData(2, "gradient")]
    [InlineData(2, "explain")]
    [InlineData(2, "check")]
    [InlineData(2, "data")]
    [InlineData(2, "completion")]
    [InlineData(2, "plugin")]
    [InlineData(0, "plugin", "sql", "--help")]
    [InlineData(0, "help", "plugin")]
    [InlineData(0, "help", "help")]
    public void BareCommandsPrintHelpWithExamples(int code, params string[] args)
    {
        (int Code, string Out, string Error) result = Run(args);
        Assert.Equal(code, result.Code);
        Assert.Contains("Examples:\n  ", result.Out);
        Assert.Contains("  backprop ", result.Out);
        Assert.DoesNotContain("Backprop.Cli", result.Out);
    }

    [Fact]
    public void EveryCommandHasHelpWithAnExample()
    {
        string[][] commands = [.. Paths(Program.Root, [])];
        Assert.True(commands.Length >= 16);
        foreach (string[] command in commands)
        {
            foreach (string[] asked in new string[][] { [.. command, "--help"], ["help", .. command] })
            {
                (int code, string output, string error) = Run(asked);
                Assert.Equal((0, ""), (code, error));
                Assert.Contains($"Examples:\n  backprop {string.Join(' ', command)}", output);
            }
        }

        static IEnumerable<string[]> Paths(Command command, string[] path) =>
            command.Subcommands.SelectMany(sub => Paths(sub, [.. path, sub.Name]).Prepend([.. path, sub.Name]));
    }

    [Fact]
    public void PowerShellHasTwoNames()
    {
        Assert.Contains("Register-ArgumentCompleter", Run("completion", "pwsh").Out);
        Assert.Equal(Run("completion", "powershell"), Run("completion", "pwsh"));
    }

    [Fact]
    public void OptionsComeFromAFileTooAndTheCommandLineWins()
    {
        Write("c.json", """{"network":"8:tanh","epochs":3,"optimizer":"sgd","learning-rate":0.1,"output":"c.st","json":true,"quiet":true}""");
        JsonElement train = Json("train", "builtin:iris", "--config", "c.json", "--epochs", "2", "-o", "d.st");
        Assert.Equal(2, train.GetProperty("epochs").GetInt32());
        Assert.Equal("4-8:tanh-3:softmax", train.GetProperty("network").GetString());
        Assert.Equal("d.st", train.GetProperty("model").GetString());
    }

    [Theory]
    [InlineData("did you mean 'epochs'", """{"epoch":3}""")]
    [InlineData("--epochs: 'many' found", """{"epochs":"many"}""")]
    [InlineData("a JSON object", "[1]")]
    [InlineData("config 'c.json'", "{")]
    [InlineData("config 'c.json'", """{"epochs":1,"epochs":2}""")]
    public void BadConfigurationsAreBadData(string part, string config)
    {
        Write("c.json", config);
        (int code, _, string error) = Run("train", "builtin:iris", "--config=c.json");
        Assert.Contains(part, error);
        Assert.Equal(3, code);
    }

    [Fact]
    public void BashCompletes()
    {
        if (!File.Exists("/bin/bash"))
        {
            Assert.Skip("there is no /bin/bash");
        }

        Write("backprop", $"#!/bin/bash\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "Backprop.Cli.dll")}' \"$@\"\n");
        Write("complete.bash", Run("completion", "bash").Out + """

            chmod +x backprop
            PATH="$PWD:$PATH"
            for COMP_LINE in 'backprop tra' 'backprop train --optimiz' 'backprop train --optimizer ad' 'backprop evaluate m.st builtin:d' 'backprop check --precision '; do
              COMP_POINT=${#COMP_LINE}
              read -ra COMP_WORDS <<< "$COMP_LINE"
              _backprop
              echo "${COMPREPLY[*]}"
            done
            complete -p backprop
            """);
        var start = new ProcessStartInfo("/bin/bash", ["complete.bash"]) { WorkingDirectory = Folder, RedirectStandardOutput = true, UseShellExecute = false };
        using Process bash = Process.Start(start)!;
        Assert.Equal(["train", "--optimizer", "adadelta adagrad adam adamw", "digits", "double float", "complete -o default -F _backprop backprop"], bash.StandardOutput.ReadToEnd().TrimEnd().Split('\n'));
    }
}
