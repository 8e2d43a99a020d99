using System.Text.Json;
using System.Text.RegularExpressions;

namespace Backprop.Cli.Tests;

/// <summary>Every command on the way that users take.</summary>
public sealed class CommandTests : Tool
{
    [Fact]
    public void DigitsAreLearnedAndEveryCommandTakesTheModel()
    {
        JsonElement root = Json("train", "--json", "--quiet");
        Assert.Equal("model.safetensors", root.GetProperty("model").GetString());
        Assert.True(root.GetProperty("validation").GetProperty("accuracy").GetDouble() >= 0.97);
        Assert.True(root.GetProperty("train_seconds").GetDouble() > 0); // .ci/run says how long it may take, where nothing runs beside it
        Assert.Equal(64, root.GetProperty("sha256").GetString()!.Length);
        Assert.Equal(root.GetProperty("epochs").GetInt32(), root.GetProperty("seconds_per_epoch").GetArrayLength());
        double[] steps = Numbers("seconds_per_epoch"), walls = Numbers("wall_seconds_per_epoch");
        Assert.All(steps.Zip(walls), pair => Assert.True(pair.First <= pair.Second));
        Assert.InRange(root.GetProperty("validation_seconds").GetDouble(), double.Epsilon, walls.Sum() - steps.Sum());
        double[] Numbers(string name) => [.. root.GetProperty(name).EnumerateArray().Select(seconds => seconds.GetDouble())];
        JsonElement evaluation = Json("evaluate", "model.safetensors", "builtin:digits", "--json");
        Assert.True(evaluation.GetProperty("metrics").GetProperty("accuracy").GetDouble() >= 0.97);
        Assert.Equal(1797, evaluation.GetProperty("rows").GetInt32());
        Assert.Equal(0, Run("predict", "model.safetensors", "builtin:digits", "-o", "p.csv").Code);
        Assert.Equal(1798, File.ReadAllLines(At("p.csv")).Length);
        Assert.Contains("61-256:silu", Run("summary", "model.safetensors").Out);
        JsonElement check = Json("check", "model.safetensors", "builtin:digits", "--json", "--sample", "200");
        Assert.True(check.GetProperty("agrees").GetBoolean());
        Assert.Equal(0, Run("gradient", "model.safetensors", "builtin:digits", "--json", "-o", "g.safetensors").Code);
        Assert.Equal(0, Run("train", "builtin:digits", "--preset", "fast", "--epochs", "2", "--quiet", "-o", "one.safetensors").Code);
        evaluation = Json("evaluate", "one.safetensors", "builtin:digits", "--json");
        JsonElement gradient = Json("gradient", "one.safetensors", "builtin:digits", "--json", "-o", "g.safetensors");
        Assert.Equal(evaluation.GetProperty("loss").GetDouble(), gradient.GetProperty("loss").GetDouble(), 7); // that in the model's precision, this in double
        JsonElement further = Json("train", "builtin:digits", "--from", "model.safetensors", "--epochs", "1", "--json", "--quiet", "-o", "n.safetensors");
        Assert.True(further.GetProperty("validation").GetProperty("accuracy").GetDouble() >= 0.97);
    }

    /// <summary>Squares of such gradients are infinite or 0 in float, and in double.</summary>
    [Theory]
    [InlineData("float", "E+30")]
    [InlineData("float", "E-30")]
    [InlineData("double", "E+200")]
    [InlineData("double", "E-200")]
    public void NormsOfGradientsOfAnySizeArePrinted(string precision, string power)
    {
        Write("large.csv", $"a,b,y\n3{power},4{power},-1\n");
        Assert.Equal(0, Run("train", "large.csv", "--target", "y", "--network", "2-1:identity", "--loss", "absolute_error", "--optimizer", "sgd", "--learning-rate", "0", "--initializer", "zeros", "--epochs", "1", "--validation", "0", "--preprocess", "none", "--precision", precision, "--quiet", "-o", "large.safetensors").Code);
        Assert.Contains($"‖∂W‖ 5{power}, ‖∂b‖ 1", Run("gradient", "large.safetensors", "large.csv", "--precision", precision).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void ThreadsDoNotChangeTheModel()
    {
        string[] hashes = [.. new[] { "1", "2", "3" }.Select(threads =>
        {
            JsonElement train = Json("train", "--network", "200:relu-100:relu", "--epochs", "2", "--batch-size", "128", "--threads", threads, "--json", "--quiet");
            Assert.Equal(int.Parse(threads), train.GetProperty("threads").GetInt32());
            return train.GetProperty("sha256").GetString()!;
        })];
        Assert.Single(hashes.Distinct());
    }

    [Fact]
    public void PredictionsDoNotDependOnTheOrderOfColumns()
    {
        var random = new Random(1);
        var lines = Enumerable.Range(0, 120).Select(n => (Size: n % 11 == 0 ? "" : $"{random.NextDouble() * 5:F3}", Colour: n % 7 == 0 ? "" : n % 2 == 0 ? "red" : "blue", Kind: n % 2 == 0 ? "cat" : "dog")).ToList();
        Write("a.csv", "size,colour,kind\n" + string.Join('\n', lines.Select(line => $"{line.Size},{line.Colour},{line.Kind}")));
        Write("b.csv", "colour,other,size\n" + string.Join('\n', lines.Select(line => $"{line.Colour},9,{line.Size}")));
        Assert.Equal(0, Run("train", "a.csv", "--target", "kind", "--epochs", "5", "--quiet", "-o", "m.st").Code);
        string first = Run("predict", "m.st", "a.csv").Out, second = Run("predict", "m.st", "b.csv").Out;
        Assert.StartsWith("kind,p_cat,p_dog", first);
        Assert.Equal(first, second);
    }

    [Fact]
    public void LargeTargetsThatAreNotScaledAreSaid()
    {
        Write("r.csv", "x,y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{2 * n},{250_000 + (n * 1000)}")));
        Assert.Contains("warning: the targets are large (about 2", Run("train", "r.csv", "--network", "4:relu", "--preprocess", "none", "--epochs", "1", "-o", "m.st").Error);
        Assert.DoesNotContain("warning", Run("train", "r.csv", "--network", "4:relu", "--preprocess", "none", "--epochs", "1", "--quiet", "-o", "m.st").Error);
        Assert.DoesNotContain("warning", Run("train", "r.csv", "--network", "4:relu", "--epochs", "1", "-o", "m.st").Error);
    }

    /// <summary>Whatever else is given, value targets are learned as if they were about 1.</summary>
    [Theory]
    [InlineData("--network", "64:relu")]
    [InlineData("--network", "1-64:relu-1:identity")]
    [InlineData("--optimizer", "adam")]
    [InlineData("--learning-rate", "0.001")]
    [InlineData("--loss", "huber")]
    [InlineData("--loss", "gaussian_nll")]
    public void LargeTargetsAreLearned(string option, string value)
    {
        Write("r.csv", "x,y\n" + string.Join('\n', Enumerable.Range(0, 200).Select(n => $"{2 * n},{250_000 + (n * 1000)}")));
        Assert.Equal(0, Run("train", "r.csv", option, value, "--epochs", "40", "--quiet", "-o", "m.st").Code);
        Assert.True(Json("evaluate", "m.st", "r.csv", "--json").GetProperty("metrics").GetProperty("r2").GetDouble() > 0.9);
    }

    [Fact]
    public void ValuesAreLearnedInTheirOwnUnits()
    {
        Write("r.csv", "x,y\n" + string.Join('\n', Enumerable.Range(0, 200).Select(n => $"{n * 0.01:F2},{(1000 + (n * 3)) + 0.5}")));
        JsonElement train = Json("train", "r.csv", "--json", "--quiet", "-o", "m.st");
        Assert.True(train.GetProperty("validation").GetProperty("r2").GetDouble() > 0.97);
        JsonElement evaluation = Json("evaluate", "m.st", "r.csv", "--json");
        Assert.InRange(evaluation.GetProperty("metrics").GetProperty("mae").GetDouble(), 0.01, 40);
    }

    [Fact]
    public void ChecksOfRandomNetworksAgree()
    {
        JsonElement check = Json("check", "--network", "5-7:gelu-6:relu-3:softmax", "--all", "--json");
        Assert.Equal(42 + 48 + 21, check.GetProperty("parameters").GetInt32());
        Assert.Equal(0, Run("check", "--network", "5-7:tanh-2:identity", "--loss", "huber:0.5", "--precision", "float").Code);
    }

    [Fact]
    public void ACheckIsReadIn80Columns()
    {
        string[] lines = Run("check", "--network", "64-32:relu-10:softmax", "--sample", "300", "--rows", "300").Out.TrimEnd('\n').Split('\n');
        Assert.Matches("^[0-9]+ of 2,410 derivatives of the mean loss over 300 rows, three ways$", lines[0]);
        Assert.All(lines.Where(line => !line.StartsWith("left out: ", StringComparison.Ordinal)), line => Assert.True(line.TrimEnd().Length <= 80, line));
        foreach ((string tensor, string shape, string by) in new[] { ("W1", "32×64", "5-point"), ("b1", "32", "5-point"), ("W2", "10×32", "complex"), ("b2", "10", "complex") })
        {
            Assert.Contains(lines, line => line.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, var size, _, _, _, _, _, var at, var method]
                && (name, size, method) == (tensor, shape, by) && at.StartsWith($"{tensor}[", StringComparison.Ordinal));
        }

        Assert.Contains(lines, line => Regex.IsMatch(line, @"^left out: W1\[[0-9]+,[0-9]+\], row [0-9]+: unit [0-9]+ of layer 1 is within a step of a kink of relu; [0-9]+ more of W1", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Matches(@"^The three ways agree; they differ most, by [0-9.]+e-[0-9]+, at [Wb][12]\[[0-9,]+\]\.$", lines[^1]);
    }
}
