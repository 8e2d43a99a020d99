using System.Text;
using System.Text.Json;
using Backprop.Tests.Oracles;

namespace Backprop.Cli.Tests;

/// <summary><c>export</c> and <c>import</c>.</summary>
public sealed class ExportTests : Tool
{
    private void Train(string cell = "2024-05-0")
    {
        Write("d.csv", "id,a,when,town,y\n" + string.Join('\n', Enumerable.Range(0, 60).Select(n => FormattableString.Invariant($"{n},{Math.Sin(n)},{cell}{1 + (n % 9)},{(n % 3 == 0 ? "x" : "z")},{(n % 2 == 0 ? "even" : "odd")}"))));
        Assert.Equal(0, Run("train", "d.csv", "--network", "3:tanh", "--epochs", "2", "--quiet").Code);
    }

    [Fact]
    public void TheSignatureIsToldAndTheFileIsWritten()
    {
        Train();
        (int code, string output, string error) = Run("export", "model.safetensors", "--to", "onnx", "-o", "m.onnx");
        Assert.True(code == 0, error);
        Assert.Equal(["input  a: float [N,1]", "input  when: string [N,1]", "input  town: string [N,1]", "output label: string [N]", "output probabilities: float [N,2]"], output.TrimEnd().Split('\n').Select(line => line.Split(": ") is [var name, var type, ..] ? $"{name}: {type}" : line));
        Assert.Contains("column 'when'", error);
        Assert.Contains("even", Encoding.UTF8.GetString(File.ReadAllBytes(At("m.onnx"))));

        JsonElement json = Json("export", "model.safetensors", "--to", "onnx", "-o", "bare.onnx", "--bare", "--json");
        Assert.Equal(("onnx", "bare.onnx", 1), (json.GetProperty("format").GetString(), json.GetProperty("output").GetString(), json.GetProperty("members").GetInt32()));
        Assert.Equal("""[{"name":"y","type":"float","shape":["N",2]""", json.GetProperty("outputs").GetRawText().Split(",\"meaning\"")[0]);
        Assert.True(new FileInfo(At("bare.onnx")).Length < new FileInfo(At("m.onnx")).Length);
    }

    [Fact]
    public void WhatCannotBeCarriedIsNamedAndNothingIsWritten()
    {
        Train("2024-05-01 0");
        Assert.Equal(0, Run("train", "d.csv", "--network", "3:tanh", "--epochs", "2", "--quiet", "--date", "when=y-m-d H").Code);
        (int code, string output, string error) = Run("export", "model.safetensors", "--to", "onnx", "-o", "m.onnx");
        Assert.Equal((3, ""), (code, output));
        Assert.Contains("'when'", error);
        Assert.Contains("--bare", error);
        Assert.False(File.Exists(At("m.onnx")));
    }

    [Fact]
    public void AModelIsWrittenAsCSharp()
    {
        Train();
        (int code, string output, string error) = Run("export", "model.safetensors", "--to", "csharp", "-o", "Parity.cs");
        Assert.True(code == 0, error);
        Assert.Equal("Parity.cs: C# 10 and later, 2 labels", output.TrimEnd());
        string source = File.ReadAllText(At("Parity.cs"));
        Assert.Contains("public static class Parity\n", source);
        Assert.DoesNotContain("namespace", source);
        Assert.DoesNotContain("Main(", source);

        JsonElement json = Json("export", "model.safetensors", "--to", "csharp", "-o", "m.cs", "--language-version", "9", "--namespace", "A.B", "--class", "Halves", "--main", "--json");
        Assert.Equal(("csharp", "m.cs", 1), (json.GetProperty("format").GetString(), json.GetProperty("output").GetString(), json.GetProperty("members").GetInt32()));
        source = File.ReadAllText(At("m.cs"));
        Assert.Contains("namespace A.B\n{\n", source);
        Assert.Contains("    public static class Halves\n", source);
        Assert.Contains("public static int Main(", source);
    }

    [Theory]
    [InlineData("export nowhere.safetensors --to onnx -o m.onnx", 3, "nowhere.safetensors")]
    [InlineData("export nowhere.safetensors --to csharp -o m.onnx", 3, "nowhere.safetensors")]
    [InlineData("export model.safetensors --to csharp -o m.onnx --language-version 8", 2, "--language-version")]
    [InlineData("export model.safetensors --to csharp -o m.onnx --class Row", 2, "--class")]
    [InlineData("export model.safetensors --to csharp -o m.onnx --namespace a-b", 2, "'a-b'")]
    [InlineData("export model.safetensors --to csharp -o m.onnx --bare", 2, "--bare")]
    [InlineData("export model.safetensors --to onnx -o m.onnx --class Row", 2, "--to csharp alone")]
    [InlineData("export model.safetensors --to onxx -o m.onnx", 2, "did you mean 'onnx'")]
    [InlineData("export model.safetensors -o m.onnx", 2, "--to is missing")]
    [InlineData("export model.safetensors --to onnx", 2, "--output is missing")]
    [InlineData("export model.safetensors --to onnx -o model.safetensors", 2, "same file")]
    [InlineData("export d.csv --to onnx -o m.onnx", 3, "d.csv")]
    public void MistakesAreTold(string line, int code, string message)
    {
        Train();
        (int found, string output, string error) = Run(line.Split(' '));
        Assert.True(code == found, error);
        Assert.Equal("", output);
        Assert.Contains(message, error);
        Assert.False(File.Exists(At("m.onnx")));
    }

    [Fact]
    public void ANetworkComesBackWithTheSameBits()
    {
        Train();
        Assert.Equal(0, Run("export", "model.safetensors", "--to", "onnx", "-o", "bare.onnx", "--bare").Code);
        JsonElement json = Json("import", "bare.onnx", "-o", "back.safetensors", "--json");
        Assert.Equal("cross_entropy", json.GetProperty("loss").GetString());
        Assert.Equal(Json("summary", "model.safetensors", "--json").GetProperty("network").GetString(), json.GetProperty("network").GetString());
        Assert.Equal(Tensors("model.safetensors"), Tensors("back.safetensors"));

        byte[] Tensors(string name) => [.. File.ReadAllBytes(At(name)) is var bytes ? bytes[(8 + (int)BitConverter.ToInt64(bytes))..] : []];
    }

    [Theory]
    [InlineData("import d.csv -o m.st", 3, "is not an ONNX file")]
    [InlineData("import nowhere.onnx -o m.st", 3, "nowhere.onnx")]
    [InlineData("import whole.onnx -o m.st", 3, "3 inputs")]
    [InlineData("import whole.onnx", 2, "--output is missing")]
    [InlineData("import whole.onnx -o whole.onnx", 2, "same file")]
    public void WhatIsNoNetworkIsRefused(string line, int code, string message)
    {
        Train();
        Assert.Equal(0, Run("export", "model.safetensors", "--to", "onnx", "-o", "whole.onnx").Code);
        (int found, string output, string error) = Run(line.Split(' '));
        Assert.True(code == found, error);
        Assert.Equal("", output);
        Assert.Contains(message, error);
        Assert.False(File.Exists(At("m.st")));
    }

    [Fact]
    public void TheDocumentShowsWhatIsPrinted()
    {
        string[] lines = File.ReadAllLines(Repository.At("docs/export.md"));
        string shown = string.Join('\n', lines.SkipWhile(line => !line.StartsWith("    input", StringComparison.Ordinal)).TakeWhile(line => line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line.Trim()));
        Assert.Equal(0, Run("train", "builtin:iris", "--preset", "fast", "--epochs", "1", "--quiet", "-o", "iris.safetensors").Code);
        Assert.Equal(shown, Run("export", "iris.safetensors", "--to", "onnx", "-o", "iris.onnx").Out.TrimEnd());
    }
}
