using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>What each option of <c>train</c> does to a run.</summary>
public sealed class TrainOptionsTests : Tool
{
    [Fact]
    public void TheJsonLineHasItsFields()
    {
        JsonElement train = Json("train", "builtin:iris", "--network", "5:relu", "--epochs", "3", "--json");
        Assert.Equal(
            ["model", "network", "parameters", "rows", "epochs", "steps", "resumed_from_step", "train_seconds", "seconds_per_epoch", "microseconds_per_step", "loss", "validation", "seed", "threads", "vectors", "ranks", "sha256"],
            train.EnumerateObject().Select(property => property.Name));
        Assert.Equal((5 * 5) + (6 * 3), train.GetProperty("parameters").GetInt32());
        Assert.Equal((120, 3, 12, 0, 1), (train.GetProperty("rows").GetInt32(), train.GetProperty("epochs").GetInt32(), train.GetProperty("steps").GetInt32(), train.GetProperty("resumed_from_step").GetInt32(), train.GetProperty("ranks").GetInt32()));
        Assert.Equal(
            ["rows", "loss", "accuracy", "balanced_accuracy", "f1_macro", "log_loss", "brier", "confusion"],
            train.GetProperty("validation").EnumerateObject().Select(property => property.Name));
        Assert.Equal(30, train.GetProperty("validation").GetProperty("rows").GetInt32());
        Assert.Equal(JsonValueKind.Null, Json("train", "builtin:iris", "--validation", "0", "--epochs", "1", "--json", "--quiet").GetProperty("validation").ValueKind);
    }

    [Fact]
    public void MetricsAreThoseOfTheTask()
    {
        Write("two.csv", "x,label\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{n},{(n > 20 ? "b" : "a")}")));
        string[] names(string data, params string[] more)
        {
            Assert.Equal(0, Run(["train", data, "--epochs", "1", "--quiet", "-o", "m.st", .. more]).Code);
            JsonElement evaluation = Json("evaluate", "m.st", data, "--json");
            Assert.Equal(["rows", "loss", "metrics"], evaluation.EnumerateObject().Select(property => property.Name));
            return [.. evaluation.GetProperty("metrics").EnumerateObject().Select(property => property.Name).Order()];
        }

        string[] binary = ["accuracy", "auc", "balanced_accuracy", "brier", "confusion", "f1_macro", "log_loss"];
        Assert.Equal(binary, names("two.csv"));
        Assert.Equal(binary, names("two.csv", "--loss", "binary_cross_entropy"));
        Assert.Equal(binary.Where(name => name != "auc"), names("builtin:iris"));
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
        JsonElement timed = Json("train", "--max-time", "0.3", "--epochs", "1000000", "--json", "--quiet");
        Assert.InRange(timed.GetProperty("train_seconds").GetDouble(), 0.3, 5);
        Assert.True(timed.GetProperty("validation").GetProperty("rows").GetInt32() > 0);
        JsonElement patient = Json("train", "builtin:iris", "--network", "8:relu", "--early-stopping", "2", "--epochs", "5000", "--json", "--quiet");
        Assert.InRange(patient.GetProperty("epochs").GetInt32(), 3, 4999);
    }

    [Fact]
    public void WeightsOfClassesAndRowsCount()
    {
        string[] lines = File.ReadAllLines(IrisCsv());
        Write("w.csv", lines[0] + ",w\n" + string.Join('\n', lines.Skip(1).Select(line => $"{line},{(line.EndsWith("virginica", StringComparison.Ordinal) ? 0 : 1)}")));
        string[] how = ["--network", "8:tanh", "--epochs", "3", "--validation", "0", "--json", "--quiet"];
        JsonElement byClass = Json(["train", "builtin:iris", "--class-weights", "virginica=0", .. how]);
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
        string[] how = ["train", "builtin:iris", "--network", "8:tanh", "--epochs", "3", "--validation", "0", "--json", "--quiet"];
        Assert.NotEqual(Json(how).GetProperty("sha256").GetString(), Json([.. how, .. option]).GetProperty("sha256").GetString());
    }

    [Fact]
    public void ResumingTakesNoOtherOptionsThanTheFirst()
    {
        Assert.Equal(0, Run("train", "builtin:iris", "--epochs", "2", "--checkpoint", "ck", "--quiet").Code);
        Assert.Equal(0, Run("train", "builtin:iris", "--epochs", "2", "--resume", "ck", "--quiet").Code);
        (int code, _, string error) = Run("train", "--resume", "ck", "--epochs", "3");
        Assert.Equal(2, code);
        Assert.Contains("--epochs: 2", error);
        Assert.Equal(2, Run("train", "builtin:digits", "--resume", "ck").Code);
    }

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
