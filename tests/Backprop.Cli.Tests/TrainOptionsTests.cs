using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>What each option of <c>train</c> does to a run.</summary>
public sealed class TrainOptionsTests(PlainRun plain) : Tool, IClassFixture<PlainRun>
{
    [Fact]
    public void TheJsonLineHasItsFields()
    {
        JsonElement train = Json("train", "builtin:iris", "--network", "5:relu", "--epochs", "3", "--json");
        Assert.Equal(
            ["model", "network", "parameters", "rows", "epochs", "steps", "resumed_from_step", "train_seconds", "seconds_per_epoch", "wall_seconds_per_epoch", "validation_seconds", "microseconds_per_step", "loss", "validation", "seed", "threads", "vectors", "ranks", "members", "kept_by", "warnings", "sha256"],
            train.EnumerateObject().Select(property => property.Name));
        Assert.Equal((5 * 5) + (6 * 3), train.GetProperty("parameters").GetInt32());
        Assert.Equal((120, 3, 12, 0, 1), (train.GetProperty("rows").GetInt32(), train.GetProperty("epochs").GetInt32(), train.GetProperty("steps").GetInt32(), train.GetProperty("resumed_from_step").GetInt32(), train.GetProperty("ranks").GetInt32()));
        Assert.Equal(
            ["rows", "loss", "accuracy", "balanced_accuracy", "f1_macro", "log_loss", "brier", "auc", "calibration_error", "confusion"],
            train.GetProperty("validation").EnumerateObject().Select(property => property.Name));
        Assert.Equal(30, train.GetProperty("validation").GetProperty("rows").GetInt32());
        Assert.Equal(JsonValueKind.Null, Json("train", "builtin:iris", "--validation", "0", "--epochs", "1", "--json", "--quiet").GetProperty("validation").ValueKind);
    }

    /// <summary>A minimizer takes all rows at once: an epoch is a step.</summary>
    [Fact]
    public void MinimizersTrainByAllRows()
    {
        JsonElement Train(params string[] more) => Json(["train", "builtin:iris", "--network", "5:tanh", "--l2", "0.001", "--json", "--quiet", .. more]);
        JsonElement lbfgs = Train("--optimizer", "lbfgs", "--epochs", "25");
        Assert.Equal((25, 25), (lbfgs.GetProperty("epochs").GetInt32(), lbfgs.GetProperty("steps").GetInt32()));
        Assert.True(lbfgs.GetProperty("loss").GetDouble() < 0.15, $"{lbfgs}");
        JsonElement squares = Train("--optimizer", "levenberg_marquardt", "--target", "petal_width", "--epochs", "25");
        Assert.True(squares.GetProperty("validation").GetProperty("r2").GetDouble() > 0.9, $"{squares}");
        JsonElement summary = Json("summary", "model.safetensors", "--json");
        Assert.Equal(("levenberg_marquardt", 120), (summary.GetProperty("training").GetProperty("optimizer").GetString(), summary.GetProperty("training").GetProperty("batch_size").GetInt32()));
        Assert.Contains("a schedule or a warm-up changes nothing", Run("train", "builtin:iris", "--optimizer", "levenberg_marquardt", "--target", "petal_width", "--epochs", "1", "--schedule", "cosine").Error);
        foreach ((string options, string message) in new[]
        {
            ("--optimizer lbfgs --batch-size 10", "a batch size of 10 found, none expected"),
            ("--optimizer lbfgs --dropout 0.5", "dropout 0.5 found, none expected"),
            ("--optimizer lbfgs --clip-norm 1", "clipping found, none expected"),
            ("--optimizer lbfgs --momentum 0.9", "optimizer 'lbfgs' has no option 'momentum'"),
            ("--optimizer lbfgs --weight-decay 0.9", "optimizer 'lbfgs' has no option 'weight-decay'"),
            ("--optimizer levenberg_marquardt", "cross_entropy found, squared_error or mean_squared_error expected"),
            ("--optimizer levenberg_marquardt --learning-rate 1", "has no option 'learning-rate'"),
            ("--optimizer lbgfs", "did you mean 'lbfgs'"),
            ("--average ema:2", "expected ema:DECAY with a decay from 0 to below 1, or swa"),
            ("--schedule cosine(2)", "what is left must be at least 0 and at most 1, found 2"),
            ("--schedule one-cycel(0.2)", "did you mean 'one-cycle'"),
        })
        {
            (int code, _, string error) = Run(["train", "builtin:iris", "--epochs", "2", "-o", "none.st", .. options.Split(' ')]);
            Assert.True(code == 2 && error.Contains(message, StringComparison.Ordinal) && !File.Exists(At("none.st")), $"{options}: {code} {error}");
        }
    }

    [Theory]
    [InlineData("lbfgs")]
    [InlineData("levenberg_marquardt")]
    public void AMinimizersRunGoesOnToTheSameBits(string optimizer)
    {
        string[] train = ["train", "builtin:iris", "--network", "5:tanh", "--target", "petal_width", "--optimizer", optimizer, "--quiet", "--json"];
        string whole = Json([.. train, "--epochs", "14"]).GetProperty("sha256").GetString()!;
        Assert.Equal(0, Run([.. train, "--epochs", "6", "--checkpoint", "run"]).Code);
        JsonElement resumed = Json("train", "--resume", "run", "--epochs", "14", "--threads", "1", "--json");
        Assert.Equal((8, whole), (resumed.GetProperty("steps").GetInt32(), resumed.GetProperty("sha256").GetString()));
    }

    [Fact]
    public void AMeanOfTheWeightsIsSaved()
    {
        string[] train = ["train", "builtin:iris", "--network", "5:tanh", "--epochs", "6", "--quiet", "--json"];
        string[] hashes = [.. new string[][] { [], ["--average", "swa"], ["--average", "ema:0.9"] }.Select(more => Json([.. train, .. more]).GetProperty("sha256").GetString()!)];
        Assert.Equal(3, hashes.Distinct().Count());
        Assert.Equal("ema:0.9", Json("summary", "model.safetensors", "--json").GetProperty("training").GetProperty("average").GetString());
    }

    [Fact]
    public void SchedulesHaveParameters()
    {
        string Hash(string schedule) => Json("train", "builtin:iris", "--network", "5:tanh", "--epochs", "3", "--schedule", schedule, "--quiet", "--json").GetProperty("sha256").GetString()!;
        Assert.Equal(Hash("one-cycle"), Hash("one-cycle(0.3)"));
        Assert.NotEqual(Hash("one-cycle"), Hash("one-cycle(0.6)"));
        Assert.Equal(Hash("step"), Hash("step(3,0.1)"));
        Assert.NotEqual(Hash("step"), Hash("step(10,0.5)"));
    }

    [Fact]
    public void MetricsAreThoseOfTheTask()
    {
        Write("two.csv", "x,label\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{2 * n},{(n > 20 ? "b" : "a")}")));
        string[] names(string data, params string[] more)
        {
            Assert.Equal(0, Run(["train", data, "--epochs", "1", "--quiet", "-o", "m.st", .. more]).Code);
            JsonElement evaluation = Json("evaluate", "m.st", data, "--json");
            Assert.Equal(["rows", "loss", "metrics"], evaluation.EnumerateObject().Select(property => property.Name));
            return [.. evaluation.GetProperty("metrics").EnumerateObject().Select(property => property.Name).Order()];
        }

        string[] classes = ["accuracy", "auc", "balanced_accuracy", "brier", "calibration_error", "confusion", "f1_macro", "log_loss", "per_class"];
        Assert.Equal(classes, names("two.csv"));
        Assert.Equal(classes, names("two.csv", "--loss", "binary_cross_entropy"));
        Assert.Equal(classes, names("builtin:iris"));
        Assert.Equal(["mae", "r2", "rmse"], names("builtin:iris", "--target", "petal_width"));
    }

    [Fact]
    public void WhatIsNotGivenIsPlainAsSoonAsOneOfTheModelsOptionsIs()
    {
        JsonElement Training(params string[] options)
        {
            Assert.Equal(0, Run(["train", "builtin:iris", "--epochs", "1", "--quiet", "-o", "m.st", .. options]).Code);
            JsonElement summary = Json("summary", "m.st", "--json");
            Assert.Equal(options.Length == 0, summary.GetProperty("loss").GetString() != "cross_entropy");
            return summary.GetProperty("training");
        }

        Assert.Equal("adamw", Training().GetProperty("optimizer").GetString());
        foreach (string[] one in new string[][] { ["--network", "8:relu"], ["--optimizer", "adam"], ["--learning-rate", "0.001"], ["--loss", "cross_entropy"] })
        {
            JsonElement plain = Training(one);
            Assert.Equal(("adam", 0.001, 0.0, "constant"), (plain.GetProperty("optimizer").GetString(), plain.GetProperty("learning_rate").GetDouble(), plain.GetProperty("weight_decay").GetDouble(), plain.GetProperty("schedule").GetString()));
            Assert.Equal(one[1], plain.GetProperty("options").GetProperty(one[0][2..]).GetString());
        }
    }

    /// <summary>The rates of steps 3, 11 and 23 of 24: the last ones of epochs 1, 3 and 6 (one-cycle: PyTorch's, as golden-schedules.json.gz has them).</summary>
    [Theory]
    [InlineData("constant", 1.000000, 1.000000, 1.000000)]
    [InlineData("step", 1.000000, 0.100000, 0.010000)]
    [InlineData("exponential", 0.562341, 0.121153, 0.012115)]
    [InlineData("cosine", 0.961940, 0.565263, 0.004278)]
    [InlineData("one-cycle", 0.495688, 0.811746, 0.000004)]
    [InlineData("plateau", 1.000000, 1.000000, 1.000000)]
    [InlineData("coslog4", 0.994531, 0.005086, 0.032262)]
    public void SchedulesBendTheRate(string schedule, double first, double third, double last)
    {
        Assert.Equal(0, Run("train", "builtin:iris", "--network", "4:relu", "--learning-rate", "1e-3", "--schedule", schedule, "--epochs", "6", "--log", "l.jsonl", "--quiet").Code);
        double[] rates = [.. File.ReadAllLines(At("l.jsonl")).Select(line => 1000 * JsonSerializer.Deserialize<JsonElement>(line).GetProperty("learning_rate").GetDouble())];
        Assert.Equal(6, rates.Length);
        Assert.Equal([first, third, last], new[] { rates[0], rates[2], rates[5] }.Select(rate => Math.Round(rate, 6)));
    }

    [Fact]
    public void WarmupRisesFromZero()
    {
        Assert.Equal(0, Run("train", "builtin:iris", "--network", "4:relu", "--learning-rate", "1e-3", "--warmup", "15", "--epochs", "6", "--log", "l.jsonl", "--quiet").Code);
        double[] rates = [.. File.ReadAllLines(At("l.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("learning_rate").GetDouble())];
        Assert.Equal([0.25, 0.5, 0.75, 1, 1, 1], rates.Select(rate => Math.Round(1000 * rate, 12)));
    }

    [Fact]
    public void TimeAndPatienceEndARun()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        RunProcess("train", "--epochs", "1", "--quiet", "-o", "first.st");
        double least = clock.Elapsed.TotalSeconds; // what a busy machine takes to start, read and write
        clock.Restart();
        (int code, string output, string error) = RunProcess("train", "--max-time", "2.5", "--epochs", "1000000", "--checkpoint", "ck", "--json", "--quiet");
        Assert.True(code == 0, error);
        JsonElement timed = JsonSerializer.Deserialize<JsonElement>(output);
        Assert.InRange(clock.Elapsed.TotalSeconds, 2, 2.5 + Math.Max(2.5, 3 * least)); // start, reading, validation and checkpoints count
        Assert.InRange(timed.GetProperty("train_seconds").GetDouble(), 0.001, 2.5);
        Assert.True(timed.GetProperty("validation").GetProperty("rows").GetInt32() > 0);
        JsonElement patient = Json("train", "builtin:iris", "--network", "8:relu", "--early-stopping", "2", "--epochs", "5000", "--json", "--quiet");
        Assert.InRange(patient.GetProperty("epochs").GetInt32(), 3, 4999);
    }

    [Fact]
    public void WeightsOfClassesAndRowsCount()
    {
        string[] lines = File.ReadAllLines(IrisCsv());
        Write("w.csv", lines[0] + ",w\n" + string.Join('\n', lines.Skip(1).Select(line => $"{line},{(line.EndsWith("virginica", StringComparison.Ordinal) ? 3 : 1)}")));
        string[] how = ["--network", "8:tanh", "--epochs", "3", "--validation", "0", "--json", "--quiet"];
        JsonElement byClass = Json(["train", "builtin:iris", "--class-weights", "virginica=3", .. how]);
        JsonElement byRow = Json(["train", "w.csv", "--target", "species", "--sample-weight", "w", .. how]);
        Assert.Equal(byClass.GetProperty("sha256").GetString(), byRow.GetProperty("sha256").GetString());
        Assert.Equal(0, Run("evaluate", "model.safetensors", "builtin:iris").Code); // rows without weights weigh the same
        string plain = Json(["train", "builtin:iris", .. how]).GetProperty("sha256").GetString()!;
        Assert.NotEqual(plain, byRow.GetProperty("sha256").GetString());
        Assert.Equal(plain, Json(["train", "builtin:iris", "--class-weights", "balanced", .. how]).GetProperty("sha256").GetString()); // 50 of each
    }

    [Theory]
    [InlineData("--no-shuffle")]
    [InlineData("--clip-norm", "0.1")]
    [InlineData("--clip-value", "0.001")]
    [InlineData("--dropout", "0.5")]
    [InlineData("--l1", "0.1")]
    [InlineData("--l2", "0.1")]
    [InlineData("--weight-decay", "0.1")]
    [InlineData("--label-smoothing", "0.2")]
    [InlineData("--initializer", "orthogonal")]
    [InlineData("--preprocess", "none")]
    [InlineData("--batch-size", "7")]
    [InlineData("--seed", "5")]
    [InlineData("--precision", "double")]
    [InlineData("--amsgrad")]
    [InlineData("--beta1", "0.5")]
    [InlineData("--epsilon", "0.1")]
    public void EveryOptionChangesTheModel(params string[] option)
    {
        Assert.NotEqual(plain.Hash, Json([.. PlainRun.Arguments, .. option]).GetProperty("sha256").GetString());
    }

    [Fact]
    public void ResumingTakesNoOtherOptionsThanTheFirst()
    {
        Assert.Equal(0, Run("train", "builtin:iris", "--epochs", "2", "--checkpoint", "ck", "--quiet").Code);
        Assert.Equal(0, Run("train", "builtin:iris", "--epochs", "2", "--resume", "ck", "--quiet").Code);
        (int code, _, string error) = Run("train", "--resume", "ck", "--epochs", "3"); // the recipe's schedule depends on it
        Assert.Equal(3, code);
        Assert.Contains("epochs 2, 3 found", error);
        (code, _, error) = Run("train", "--resume", "ck", "--batch-size", "3");
        Assert.Equal(3, code);
        Assert.Contains("--batch-size: not given", error);
        Assert.Equal(3, Run("train", "builtin:digits", "--resume", "ck").Code);
        Assert.Equal(2, Run("train", "--resume", "ck", "--checkpoint", "elsewhere").Code);
    }

    [Fact]
    public void AFolderOfAnotherRunIsLeftAlone()
    {
        string[] train = ["train", "builtin:iris", "--network", "4:tanh", "--quiet", "--checkpoint", "ck", "--epochs", "2"];
        Assert.Equal(0, Run(train).Code);
        string[] before = [.. Directory.GetFiles(At("ck")).Order(StringComparer.Ordinal)];
        (int code, _, string error) = Run([.. train, "--seed", "4"]);
        Assert.Equal(3, code);
        Assert.Contains("--resume", error);
        Assert.Contains("--overwrite", error);
        Assert.Equal(before, Directory.GetFiles(At("ck")).Order(StringComparer.Ordinal));
        Assert.Equal(0, Run([.. train, "--seed", "4", "--overwrite"]).Code);
        Assert.DoesNotContain(Directory.GetFiles(At("ck"), "checkpoint-*"), before.Contains);
        Assert.Equal(2, Run("train", "builtin:iris", "--overwrite").Code);
    }

    /// <summary>A finished run made longer, and that run resumed again, are the longer run.</summary>
    [Fact]
    public void AFinishedRunGoesOnWithMoreEpochs()
    {
        string[] how = ["--network", "4:tanh", "--validation", "0", "--quiet", "--json"];
        string expected = Json(["train", "builtin:iris", "--epochs", "5", .. how]).GetProperty("sha256").GetString()!;
        Json(["train", "builtin:iris", "--epochs", "2", "--checkpoint", "ck", "--log", "l.jsonl", .. how]);
        JsonElement longer = Json("train", "--resume", "ck", "--epochs", "5", "--quiet", "--json");
        Assert.Equal(expected, longer.GetProperty("sha256").GetString());
        JsonElement again = Json("train", "--resume", "ck", "--quiet", "--json");
        Assert.Equal((expected, 0), (again.GetProperty("sha256").GetString(), again.GetProperty("steps").GetInt32()));
        Assert.Equal(Enumerable.Range(1, 5), Epochs("l.jsonl"));
    }

    /// <summary>Rows that look the same once they are standardised, and labels that only have other names, are other rows and labels.</summary>
    [Fact]
    public void ARunGoesOnWithTheColumnsItBeganWith()
    {
        string[] Rows(double x, double y, string label) => [.. Enumerable.Range(0, 40).Select(n => FormattableString.Invariant($"{(x * n) + (n % 2)},{y * (n + (n % 3))},{(n % 2 == 0 ? label : "z")}"))];
        foreach (string target in new[] { "y", "label" })
        {
            Write("d.csv", "x,y,label\n" + string.Join('\n', Rows(1, 1, "a")));
            Assert.Equal(0, Run("train", "d.csv", "--target", target, "--epochs", "2", "--bins", "0", "--checkpoint", $"ck{target}", "--quiet").Code);
            foreach (string[] other in new[] { Rows(2, 1, "a"), Rows(1, 2, "a"), Rows(1, 1, "b") })
            {
                Write("d.csv", "x,y,label\n" + string.Join('\n', other));
                (int code, _, string error) = Run("train", "--resume", $"ck{target}", "--quiet");
                Assert.Equal(3, code);
                Assert.Contains("are not what they were when the checkpoint was written", error);
            }
        }
    }

    /// <summary>One class among the validation rows has no area under a curve: said, not kept.</summary>
    [Fact]
    public void AFigureThatCannotBeHadIsSaid()
    {
        Write("d.csv", "x,label\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{2 * n},{(n % 2 == 0 ? "a" : "b")}")));
        Write("v.csv", "x,label\n1,a\n2,a\n");
        (int code, _, string error) = Run("train", "d.csv", "--validation", "v.csv", "--keep-by", "auc", "--epochs", "2", "--quiet");
        Assert.Equal(2, code);
        Assert.Contains("no auc to keep an epoch by", error);
        Assert.Equal(2, Run("train", "builtin:iris", "--loss", "hinge", "--keep-by", "log_loss", "--epochs", "2").Code);
    }

    /// <summary>What can be said of a finished run is not less than what it did, and what is said again is no change.</summary>
    [Fact]
    public void ResumingTakesWhatIsSoAnyway()
    {
        Assert.Equal(0, Run("train", "builtin:iris", "--network", "4:tanh", "--epochs", "4", "--checkpoint", "ck", "--quiet").Code);
        Assert.Equal(0, Run("train", "--resume", "ck", "--seed", "0", "--preprocess", "auto", "--precision", "float", "--quiet").Code);
        (int code, _, string error) = Run("train", "--resume", "ck", "--epochs", "2");
        Assert.Equal(3, code);
        Assert.Contains("finished 4 epochs", error);
        Assert.Equal(3, Run("train", "--resume", "ck", "--seed", "1").Code);
    }

    [Fact]
    public void MoreUnitsThanClassesAreSaid()
    {
        Write("d.csv", "x,k\n" + string.Join('\n', Enumerable.Range(0, 60).Select(n => $"{2 * n},{new[] { 3, 7, 10 }[n % 3]}")));
        JsonElement train = Json("train", "d.csv", "--target", "k", "--network", "1-4:tanh-4:softmax", "--epochs", "1", "--quiet", "--json");
        Assert.Contains("4 units for 3 classes", Assert.Single(train.GetProperty("warnings").EnumerateArray()).GetString());
        Assert.StartsWith("k,p_3,p_7,p_10,p_#3\n", Run("predict", "model.safetensors", "d.csv").Out.Replace("\r", "", StringComparison.Ordinal));
    }

    [Fact]
    public void ARunWhoseTimeWasUpGoesOnWithMore()
    {
        string[] how = ["--network", "30:tanh", "--epochs", "3", "--quiet", "--json"];
        string expected = Json(["train", .. how]).GetProperty("sha256").GetString()!;
        JsonElement first = Json(["train", "--max-time", "0.001", "--checkpoint", "ck", .. how]);
        Assert.Equal(1, first.GetProperty("steps").GetInt32());
        Assert.Contains("--max-time", first.GetProperty("warnings").EnumerateArray().Last().GetString());
        JsonElement same = Json("train", "--resume", "ck", "--quiet", "--json");
        Assert.Equal((first.GetProperty("sha256").GetString(), 0), (same.GetProperty("sha256").GetString(), same.GetProperty("steps").GetInt32()));
        Assert.Equal(expected, Json("train", "--resume", "ck", "--max-time", "100", "--quiet", "--json").GetProperty("sha256").GetString());
    }

    /// <summary>What there was time for is in the checkpoint, not in the time that there is now.</summary>
    [Fact]
    public void ALongRunStaysOneWhereItGoesOn()
    {
        Write("d.csv", "x,z,k\n" + string.Join('\n', Enumerable.Range(0, 50_002).Select(n => FormattableString.Invariant($"{n % 101},{n % 7},{(n % 101 > 50 ? "up" : "down")}"))));
        JsonElement first = Json("train", "d.csv", "--target", "k", "--max-time", "1000", "--epochs", "1", "--batch-size", "2048", "--checkpoint", "ck", "--quiet", "--json");
        Assert.Contains(first.GetProperty("warnings").EnumerateArray(), said => said.GetString()!.StartsWith("7 networks 512:silu-256:silu learn for 1 epoch,", StringComparison.Ordinal));
        JsonElement same = Json("train", "--resume", "ck", "--max-time", "1", "--quiet", "--json");
        Assert.Equal((first.GetProperty("sha256").GetString(), 0), (same.GetProperty("sha256").GetString(), same.GetProperty("steps").GetInt32()));
    }

    /// <summary>A learning rate of 0 is a step of no length, not the end of the way; what rprop and a network without hidden layers have no use for is refused; a mean of one epoch is none.</summary>
    [Fact]
    public void NothingIsPassedOver()
    {
        JsonElement lbfgs = Json("train", "builtin:iris", "--network", "4:tanh", "--optimizer", "lbfgs", "--schedule", "coslog4", "--epochs", "20", "--quiet", "--json");
        Assert.Equal(20, lbfgs.GetProperty("epochs").GetInt32());
        Assert.True(lbfgs.GetProperty("validation").GetProperty("accuracy").GetDouble() > 0.85);
        (int code, _, string error) = Run("train", "builtin:iris", "--optimizer", "rprop", "--weight-decay", "0.5");
        Assert.Equal(2, code);
        Assert.Contains("'rprop' has no option 'weight-decay'", error);
        (code, _, error) = Run("train", "builtin:iris", "--network", "4-3:softmax", "--dropout", "0.5");
        Assert.Equal(2, code);
        Assert.Contains("dropout sets outputs of hidden layers to 0, and the network has none", error);
        Assert.Contains(Json("train", "builtin:iris", "--network", "4:tanh", "--average", "swa", "--epochs", "1", "--quiet", "--json").GetProperty("warnings").EnumerateArray(), said => said.GetString()!.Contains("no mean", StringComparison.Ordinal));
    }

    [Fact]
    public void TheWatchedFigureIsSaid()
    {
        string Kept(params string[] options) => Json(["train", "builtin:iris", "--epochs", "2", "--quiet", "--json", .. options]).GetProperty("kept_by").ToString();
        Assert.Equal("log_loss", Kept());
        Assert.Equal("loss", Kept("--network", "4:tanh"));
        Assert.Equal("balanced_accuracy", Kept("--class-weights", "balanced"));
        Assert.Equal("f1_macro", Kept("--keep-by", "f1_macro"));
        Assert.Equal("", Kept("--validation", "0"));
        Assert.Equal("loss", Kept("--target", "petal_width"));
        Assert.Equal(2, Run("train", "builtin:iris", "--keep-by", "acuracy").Code);
        Assert.Equal(2, Run("train", "builtin:iris", "--keep-by", "r2").Code);
        Assert.Equal(2, Run("train", "builtin:iris", "--keep-by", "loss", "--validation", "0").Code);
        Assert.Equal(2, Run("train", "builtin:iris", "--early-stopping", "3", "--validation", "0").Code);
        Assert.Contains("best validation loss", Run("train", "builtin:iris", "--network", "4:tanh", "--epochs", "2").Error);
    }

    private IEnumerable<int> Epochs(string log) => File.ReadAllLines(At(log)).Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("epoch").GetInt32());

    [Fact]
    public void NothingButTheLineIsOnStandardOutput()
    {
        (int code, string output, string error) = Run("train", "builtin:iris", "--epochs", "3", "--json");
        Assert.Equal(0, code);
        Assert.StartsWith("{\"model\":", output);
        Assert.Equal(1, output.Count(c => c == '\n'));
        Assert.DoesNotContain('\u001b', error);
        Assert.DoesNotContain('\r', error);
        Assert.Equal((0, "", ""), Run("train", "builtin:iris", "--epochs", "3", "--quiet"));
    }

    private string IrisCsv()
    {
        using Stream iris = Backprop.Data.EmbeddedData.OpenCsv("iris");
        using FileStream file = File.Create(At("iris.csv"));
        iris.CopyTo(file);
        return At("iris.csv");
    }
}
