using System.Diagnostics;
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
    public void NamesWithLineEndsStayOnTheirLine()
    {
        Write("d.csv", "\"c\nat\",y\n" + string.Concat(Enumerable.Range(0, 40).Select(n => $"{(n % 3 == 0 ? "x" : "z")},\"{(n % 2 == 0 ? "e\nven" : "odd")}\"\n")));
        Assert.Equal(0, Run("train", "d.csv", "--target", "y", "--network", "3:tanh", "--epochs", "2", "--quiet").Code);
        string[] lines = Run("export", "model.safetensors", "--to", "onnx", "-o", "m.onnx").Out.TrimEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("input  c\\u000aat: string [N,1]", lines[0]);
        Assert.Contains("e\\u000aven", lines[2]);
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

    [Fact]
    public void AnEnsembleComesBackWithTheSameBits()
    {
        Train();
        Assert.Equal(0, Run("train", "d.csv", "--network", "3:tanh", "--epochs", "2", "--quiet", "--ensemble", "2", "-o", "two.st").Code);
        Assert.Equal(0, Run("export", "two.st", "--to", "onnx", "-o", "two.onnx", "--bare").Code);
        (int code, string output, string error) = Run("import", "two.onnx", "-o", "back.st");
        Assert.True(code == 0, error);
        Assert.Contains("2 of it", output);
        JsonElement json = Json("import", "two.onnx", "-o", "back.st", "--json"), summary = Json("summary", "back.st", "--json");
        Assert.Equal(2, json.GetProperty("members").GetInt32());
        Assert.Equal(Json("summary", "two.st", "--json").GetProperty("network").GetString(), summary.GetProperty("network").GetString());
        Assert.Equal(Tensors("two.st"), Tensors("back.st"));
        (code, _, error) = Run("import", "two.onnx", "-o", "other.st", "--loss", "mean_squared_error");
        Assert.Equal((2, false), (code, File.Exists(At("other.st"))));
        Assert.Contains("--loss", error);

        byte[] Tensors(string name) => [.. File.ReadAllBytes(At(name)) is var bytes ? bytes[(8 + (int)BitConverter.ToInt64(bytes))..] : []];
    }

    /// <summary>A pipe takes what a file would; the standard output would take the command's own words too.</summary>
    [Theory]
    [InlineData("onnx")]
    [InlineData("onnx --bare")]
    [InlineData("npz")]
    [InlineData("csharp --class M")]
    public async Task WhatGoesIntoAPipeIsTheFile(string format)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/mkfifo"), "there is no mkfifo command here");
        Write("n.csv", "a,b,y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => FormattableString.Invariant($"{Math.Sin(n)},{Math.Cos(n)},{(n % 2 == 0 ? "even" : "odd")}"))));
        Assert.Equal(0, Run("train", "n.csv", "--network", "3:tanh", "--epochs", "1", "--quiet").Code);
        string[] line = ["export", "model.safetensors", "--to", .. format.Split(' '), "-o"];
        Assert.Equal(0, Run([.. line, "file"]).Code);
        using (Process made = Process.Start("/usr/bin/mkfifo", [At("pipe")]))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Task<byte[]> read = Task.Run(() => File.ReadAllBytes(At("pipe")), TestContext.Current.CancellationToken);
        Assert.Equal(0, Run([.. line, "pipe"]).Code);
        byte[] expected = File.ReadAllBytes(At("file")), found = await read;
        Assert.Equal(expected, found);

        using Process process = Process.Start(Start([.. line, "/dev/stdout"]))!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((2, ""), (process.ExitCode, output));
        Assert.Contains("--output: '/dev/stdout' found, the standard output", error);
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
    public void ModulesOfPyTorchNameTheModel()
    {
        Train();
        (int code, string output, string error) = Run("export", "model.safetensors", "--to", "pytorch", "-o", "m.py");
        Assert.True(code == 0, error);
        Assert.Contains("its weights in model.safetensors", output);
        Assert.Contains("features as predict makes them", error);
        Assert.Contains("WEIGHTS = \"model.safetensors\"", File.ReadAllText(At("m.py")));
        JsonElement json = Json("export", "model.safetensors", "--to", "pytorch", "-o", "m.py", "--bare", "--json");
        Assert.Equal("pytorch", json.GetProperty("format").GetString());
        Assert.Empty(json.GetProperty("warnings").EnumerateArray());
    }

    [Fact]
    public void ArraysComeBackAndPredictTheSame()
    {
        Write("n.csv", "a,b,y\n" + string.Join('\n', Enumerable.Range(0, 60).Select(n => FormattableString.Invariant($"{Math.Sin(n)},{100 + Math.Cos(n)},{(n % 2 == 0 ? "even" : "odd")}"))));
        Assert.Equal(0, Run("train", "n.csv", "--network", "3:tanh", "--epochs", "2", "--quiet").Code);
        Assert.Equal(0, Run("export", "model.safetensors", "--to", "npz", "-o", "m.npz").Code);
        JsonElement json = Json("import", "m.npz", "-o", "back.safetensors", "--json");
        Assert.Equal(["a", "b"], json.GetProperty("schema").GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()));
        Assert.Equal(Run("predict", "model.safetensors", "n.csv").Out, Run("predict", "back.safetensors", "n.csv").Out);

        Train();
        Assert.Equal(0, Run("train", "d.csv", "--network", "3:tanh,batch_norm", "--epochs", "2", "--quiet").Code);
        (int code, string output, string error) = Run("export", "model.safetensors", "--to", "npz", "-o", "no.npz");
        Assert.Equal((3, ""), (code, output));
        Assert.Contains("batch_norm of layer 1 cannot be carried", error);
        Assert.Contains("--allow-loss", error);
        Assert.False(File.Exists(At("no.npz")));
        (code, _, error) = Run("export", "model.safetensors", "--to", "npz", "-o", "no.npz", "--allow-loss");
        Assert.Equal(0, code);
        Assert.Contains("batch_norm of layer 1 is part of the weights now", error);
        Assert.Contains("as of 'when'", error);

        foreach (string format in (string[])["onnx", "pytorch", "csharp"])
        {
            (code, output, error) = Run("export", "model.safetensors", "--to", format, "-o", "no.file", "--allow-loss");
            Assert.Equal((2, ""), (code, output));
            Assert.Contains("--allow-loss found, which belongs to --to npz", error);
            Assert.False(File.Exists(At("no.file")));
        }
    }

    [Fact]
    public void ForeignWeightsNeedTheirNetwork()
    {
        File.WriteAllBytes(At("s.safetensors"), Foreign());
        (int code, string output, string error) = Run("import", "s.safetensors", "-o", "m.st");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("'fc1' [3, 2], 'fc2' [2, 3] found", error);
        Assert.Contains("--network 2-3:relu-2:softmax", error);
        JsonElement json = Json("import", "s.safetensors", "--network", "2-3:tanh-2:softmax", "--loss", "cross_entropy:0.1", "-o", "m.st", "--json");
        Assert.Equal(("2-3:tanh-2:softmax", "cross_entropy:0.1"), (json.GetProperty("network").GetString(), json.GetProperty("loss").GetString()));
        Assert.Equal(0, Run("import", "s.safetensors", "--network", "2-3:tanh-2:softmax", "--map", "layers.2=fc2, layers.1=fc1", "-o", "m.st").Code);
        foreach ((string map, int expected, string message) in new[] { ("layers.2", 2, "'layers.2' found"), ("layers.9=fc1", 2, "'layers.9'"), ("layers.1=fc9", 2, "did you mean 'fc1'"), ("layers.1=fc2", 3, "tensor 'fc2.weight': shape [2, 3] found, [3, 2] expected") })
        {
            (code, output, error) = Run("import", "s.safetensors", "--network", "2-3:tanh-2:softmax", "--map", map, "-o", "no.st");
            Assert.True(code == expected && error.Contains(message, StringComparison.Ordinal), error);
            Assert.False(File.Exists(At("no.st")));
        }

        static byte[] Foreign()
        {
            byte[] header = Encoding.UTF8.GetBytes("""{"fc1.bias":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"fc1.weight":{"dtype":"F32","shape":[3,2],"data_offsets":[12,36]},"fc2.bias":{"dtype":"F32","shape":[2],"data_offsets":[36,44]},"fc2.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[44,68]}}""");
            return [.. BitConverter.GetBytes((long)header.Length), .. header, .. Enumerable.Range(0, 17).SelectMany(n => BitConverter.GetBytes(n / 8f))];
        }
    }

    [Theory]
    [InlineData("keras/sequential.keras", "4-8:relu,dropout(0.25)-6:tanh,batch_norm(0.001)-5:leaky_relu(0.1),layer_norm(0.001)-3:softmax", 0, "")]
    [InlineData("keras/legacy.h5", null, 0, "")]
    [InlineData("keras/legacy.h5", "4-6:relu-6:softsign-3:softmax", 3, "the network 4-6:relu,batch_norm(0.001)-6:softsign-3:softmax found, 4-6:relu-6:softsign-3:softmax expected")]
    [InlineData("onnx/mlp.onnx", "4-8:gelu,dropout(0.5)-8:silu,batch_norm-8:mish,layer_norm-3:softmax", 0, "")]
    [InlineData("onnx/mlp.onnx", "4-8:gelu-8:silu,batch_norm-8:mish,layer_norm-2:softmax", 3, "3:softmax found")]
    [InlineData("onnx/mlp.onnx", "8:gelu", 2, "the number of inputs first")]
    public void TheNetworkMustFit(string file, string? network, int code, string message)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Fixtures", file.Split('/')[0], file.Split('/')[1]);
        (int found, _, string error) = Run(["import", path, "-o", "m.st", .. network is null ? Array.Empty<string>() : ["--network", network]]);
        Assert.True(found == code, error);
        Assert.Contains(message, error);
        Assert.Equal(code == 0, File.Exists(At("m.st")));
        if (code == 0 && network is not null)
        {
            Assert.Equal(network, Json("summary", "m.st", "--json").GetProperty("network").GetString());
        }
    }

    [Theory]
    [InlineData("m.pt", "80 02 7d", "is a pickle")]
    [InlineData("m.pkl", "", "is a pickle")]
    [InlineData("m.npz", "00", "m.npz")]
    [InlineData("m.keras", "00", "is not a model of Keras")]
    [InlineData("m.h5", "89 48 44 46 0d 0a 1a 0a 00", "is not a model of Keras")]
    [InlineData("m.safetensors", "01", "is not a safetensors file")]
    [InlineData("m.bin", "50 4b 03 04", "is not an ONNX file")]
    [InlineData("m.bin", "50 4b 03 04", "it is a zip file")]
    [InlineData("m.safetensors", "80 02 7d", "map_location='cpu', weights_only=True), 'm.weights.safetensors')")]
    [InlineData("m.pkl", "80 04 95 00 00 00 00 00 7b 00 00", "is a pickle")]
    [InlineData("m.bin", "", "'m.bin' is not an ONNX file, nor safetensors, .npz, .keras or .h5, of which one is expected: it is empty")]
    [InlineData("m.onnx", "", "'m.onnx' is not an ONNX file: it is empty")]
    [InlineData("m.csv", "61 2c 62 0a", "it is text")]
    [InlineData("m.npy", "93 4e 55 4d 50 59 01 00", "one array of NumPy")]
    [InlineData("m.bin", "b7 82 ed 00", "the bytes b782ed00, as no known format does")]
    public void WhatAFileIsSaysItself(string name, string bytes, string message)
    {
        File.WriteAllBytes(At(name), [.. bytes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => Convert.ToByte(number, 16))]);
        (int code, string output, string error) = Run("import", name, "-o", "m.st");
        Assert.Equal((3, ""), (code, output));
        Assert.Contains(message, error);
        Assert.False(File.Exists(At("m.st")));
    }

    /// <summary>Lengths of headers that begin with 80 02 … 80 05, as pickles do.</summary>
    [Theory]
    [InlineData(640)]
    [InlineData(896)]
    [InlineData(1152)]
    [InlineData(1408)]
    [InlineData(2056)]
    public void SafetensorsOfAnyLengthAreKnown(int header)
    {
        WriteState("s.bin", header);
        Assert.Equal("2-2:identity", Json("import", "s.bin", "--network", "2-2:identity", "-o", "m.st", "--json").GetProperty("network").GetString());
    }

    [Fact]
    public void AFolderIsNoFile()
    {
        Directory.CreateDirectory(At("saved"));
        (int code, _, string error) = Run("import", "saved", "-o", "m.st");
        Assert.Equal(3, code);
        Assert.Contains("'saved': it is a folder, a file expected", error);
    }

    [Fact]
    public void OfPipesOnlyOnnxIsRead()
    {
        (int code, _, string error) = RunProcess(Start(["import", "/dev/stdin", "--network", "2-2", "-o", "m.st"]), "a,b\n1,2\n");
        Assert.Equal(3, code);
        Assert.Contains("only ONNX is read of a pipe, for any other format a file is expected", error);
        Assert.False(File.Exists(At("m.st")));
    }

    /// <summary>Losses that training refuses make models whose loss is NaN.</summary>
    [Theory]
    [InlineData("onnx", "cross_entropy", "take softmax")]
    [InlineData("npz", "cross_entropy", "take softmax")]
    [InlineData("state", "cross_entropy", "take softmax")]
    [InlineData("onnx", "binary_cross_entropy", "take sigmoid")]
    [InlineData("state", "binary_cross_entropy", "take sigmoid")]
    public void LossesFitTheLastLayer(string format, string loss, string advice)
    {
        WriteState("s.safetensors", 256);
        Assert.Equal(0, Run("import", "s.safetensors", "--network", "2-2:identity", "-o", "model.st").Code);
        string file = format == "state" ? "s.safetensors" : $"m.{format}";
        Assert.Equal(0, format == "state" ? 0 : Run("export", "model.st", "--to", format, "-o", file, "--bare").Code);
        foreach (string[] network in format == "state" ? new string[][] { ["--network", "2-2:identity"] } : [[], ["--network", "2-2:identity"]])
        {
            (int code, string output, string error) = Run(["import", file, .. network, "--loss", loss, "-o", "m.st"]);
            Assert.Equal((2, ""), (code, output));
            Assert.Contains(advice, error);
            Assert.Contains("--loss", error);
            Assert.False(File.Exists(At("m.st")));
            Assert.Equal(0, Run(["import", file, .. network, "--loss", "huber", "-o", "h.st"]).Code);
        }
    }

    /// <summary>A state_dict of two units of two inputs, its header filled with spaces.</summary>
    private void WriteState(string name, int header)
    {
        string json = """{"0.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"0.bias":{"dtype":"F32","shape":[2],"data_offsets":[16,24]}}""".PadRight(header);
        File.WriteAllBytes(At(name), [.. BitConverter.GetBytes((long)header), .. Encoding.UTF8.GetBytes(json), .. new float[] { 1, 2, 3, 4, 5, 6 }.SelectMany(BitConverter.GetBytes)]);
    }

    [Fact]
    public void AModelOfOursNeedsNoImport()
    {
        Train();
        (int code, _, string error) = Run("import", "model.safetensors", "-o", "m.st");
        Assert.Equal(3, code);
        Assert.Contains("is a model of backprop already", error);
        (code, _, error) = Run("import", At("model.safetensors"), "--map", "layers.1=a", "-o", "m.st");
        Assert.Equal(3, code);
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
