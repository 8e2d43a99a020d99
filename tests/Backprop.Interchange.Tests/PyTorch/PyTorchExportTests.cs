using System.Globalization;
using Backprop.Activations;
using Backprop.Interchange.PyTorch;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tables.Schemas;
using Backprop.Tests.Fixtures;
using Backprop.Tests.Oracles;

namespace Backprop.Interchange.Tests.PyTorch;

/// <summary>Modules as PyTorch runs them beside the engine.</summary>
public sealed class PyTorchExportTests : IDisposable
{
    private const int Models = 45;

    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-pytorch").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ModulesPredictWhatTheEngineDoes()
    {
        Python.Require("torch", "python3-torch");
        var expected = new List<(double[] Values, double Scale)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int seed = 0; seed < Models; seed++)
        {
            expected.Add(seed % 5 == 4 ? Export<double>(seed, seen) : Export<float>(seed, seen));
        }

        Assert.Empty(((string[])[.. DrawnModels.Activations, "layer_norm", "batch_norm", "residual", "dropout", "scale", "periodic", "codes", "members", "temperature"]).Except(seen));
        string[] lines = Python.Run(_folder, $"""
            import importlib, torch
            for n in range({Models}):
                module = importlib.import_module(f"net{"{n}"}").load()
                assert not module.training
                type = next(module.parameters()).dtype
                rows = torch.tensor([float(x) for x in open(f"rows{"{n}"}").read().split()], dtype=type).reshape(7, -1)
                with torch.no_grad():
                    y = module(rows)
                assert y.dtype == type
                print(" ".join(map(repr, y.flatten().tolist())))
            """).TrimEnd().Split('\n');
        Assert.Equal(Models, lines.Length);
        double worst = 0;
        for (int n = 0; n < Models; n++)
        {
            double[] found = DrawnModels.Parse(lines[n]);
            worst = Math.Max(worst, DrawnModels.Worst(found, expected[n].Values, expected[n].Scale));
            Assert.True(worst <= 1e-5, string.Create(CultureInfo.InvariantCulture, $"model {n}: {worst:G3}"));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Models} models beside PyTorch: worst {worst:G2}"));
    }

    [Fact]
    public void TheModuleLearnsInPyTorchAndIsFoundBesideItsFile()
    {
        Python.Require("torch", "python3-torch");
        DrawnModels.Draw<float>(1).Write(At("m.safetensors"));
        string other = Directory.CreateDirectory(At("other")).FullName;
        PyTorchExport.Write(TabularModel.Load(At("m.safetensors")), At("m.safetensors"), Path.Combine(other, "m.py"));
        Assert.Contains("WEIGHTS = \"../m.safetensors\"", File.ReadAllText(Path.Combine(other, "m.py")));
        const string Train = """
            import torch, m
            module = m.load().train()
            module(torch.randn(8, next(iter(module.children())) and m.json.loads(m.NETWORK)["inputs"])).sum().backward()
            assert all(p.grad is not None for p in module.parameters())
            print("learned")
            """;
        Assert.Equal("learned", Python.Run(other, Train).TrimEnd());
        File.Move(At("m.safetensors"), Path.Combine(other, "m.safetensors"));
        Assert.Equal("learned", Python.Run(other, Train).TrimEnd());
        Assert.Contains("Layer", Python.Run(other, "import runpy; runpy.run_path('m.py', run_name='__main__')"));

        DrawnModels.Draw<float>(2).Write(Path.Combine(other, "m.safetensors"));
        Assert.Contains("found", Assert.Throws<InvalidOperationException>(() => Python.Run(other, Train)).Message);
    }

    [Fact]
    public void WhatTheModuleDoesNotDoIsSaid()
    {
        var schema = new TableSchema([new FeatureColumn("a \"b\"\\", FeatureKind.Numeric, 1, 2)], new(["price\n"], TargetKind.Values, Means: [3], Scales: [4]));
        new Ensemble<float>(new Network<float>(NetworkDefinition.Parse("1-1:identity"))).Write(At("m.safetensors"), SchemaJson.Write(schema));
        var notes = new Notes();
        PyTorchExport.Write(TabularModel.Load(At("m.safetensors")), At("m.safetensors"), At("m.py"), notes: notes);
        Assert.Contains(notes.All, note => note.IsLoss && note.Message.Contains("features as predict makes them", StringComparison.Ordinal));
        Assert.Contains(notes.All, note => note.IsLoss && note.Message.Contains("y · 4 + 3", StringComparison.Ordinal));
        Assert.Contains("""a \"b\"\\""", File.ReadAllText(At("m.py")));
        Python.Require("torch", "python3-torch");
        Assert.Equal("True", Python.Run(_folder, "import m; print('a \"b\"\\\\' in m.__doc__)").TrimEnd());
    }

    [Theory]
    [InlineData(0.37, true)]
    [InlineData(null, false)]
    public void AThresholdThatTheModuleDoesNotHaveIsSaid(double? threshold, bool isSaid)
    {
        TargetColumns target = new TargetColumns(["kind"], TargetKind.Class, ["a", "b"]) with { Thresholds = threshold is { } from ? [from] : null };
        new Ensemble<float>(new Network<float>(NetworkDefinition.Parse("1-2:softmax"))).Write(At("m.safetensors"), SchemaJson.Write(new TableSchema([new FeatureColumn("a", FeatureKind.Numeric, 1, 2)], target)));
        var notes = new Notes();
        PyTorchExport.Write(TabularModel.Load(At("m.safetensors")), At("m.safetensors"), At("m.py"), notes: notes);
        Assert.Equal(isSaid, notes.All.Any(note => note.IsLoss && note.Message.Contains("predict takes 'b' from 0.37 on", StringComparison.Ordinal)));
    }

    /// <summary>Logarithms are not called numbers of what is predicted.</summary>
    [Theory]
    [InlineData("1-1:identity", "poisson", "the logarithm of the rate of each of price", "exp(y) are the rates")]
    [InlineData("1-2:identity", "gaussian_nll", "the mean of each of price, behind them the logarithm of the variance of each", "exp(v / 2) are the deviations", "of its means y, y · 4 + 3 is in their own units, and so is the deviation exp(v / 2) · 4")]
    [InlineData("1-1:identity", "quantile:0.9", "the quantile 0.9 of each of price", "y · 4 + 3 is in their own units")]
    [InlineData("1-2:log_softmax", "cross_entropy", "the logarithm of the probability of each of a, b", "exp(y) are the probabilities")]
    [InlineData("1-2:softmax", "cross_entropy", "the probability of each of a, b")]
    [InlineData("1-1:sigmoid", "binary_cross_entropy", "the probability of the second of a, b")]
    [InlineData("1-2:identity", "hinge", "a score, which is no probability, of each of a, b")]
    public void WhatItsOutputsAreIsSaid(string network, string loss, string meaning, params string[] said)
    {
        bool isClass = meaning.EndsWith("a, b", StringComparison.Ordinal);
        TargetColumns target = isClass ? new(["kind"], TargetKind.Class, ["a", "b"]) : loss == "poisson" ? new(["price"], TargetKind.Values) : new(["price"], TargetKind.Values, Means: [3], Scales: [4]);
        var schema = new TableSchema([new FeatureColumn("a", FeatureKind.Numeric, 1, 2)], target);
        new Ensemble<float>(new Network<float>(NetworkDefinition.Parse(network, Loss.Parse(loss)))).Write(At("m.safetensors"), SchemaJson.Write(schema));
        var notes = new Notes();
        PyTorchExport.Write(TabularModel.Load(At("m.safetensors")), At("m.safetensors"), At("m.py"), notes: notes);
        Assert.Contains($": {meaning}.", File.ReadAllText(At("m.py")));
        Assert.All(said, text => Assert.Contains(notes.All, note => note.Message.Contains(text, StringComparison.Ordinal)));
        Assert.Equal(1 + said.Length, notes.All.Count);
        notes = new Notes();
        Backprop.Interchange.NumPy.NumPyExport.Write(TabularModel.Load(At("m.safetensors")), At("m.npz"), notes: notes);
        Assert.Equal(said.Any(text => text.StartsWith("exp(", StringComparison.Ordinal)), notes.All.Any(note => note.Message.Contains(said[0], StringComparison.Ordinal)));
    }

    [Fact]
    public void WhatPyTorchHasNotIsNamed()
    {
        ActivationFunction own = ActivationFunction.Custom("test_interchange_own", p => p, _ => 1);
        ActivationFunction.Register(own);
        new Ensemble<float>(new Network<float>(new NetworkDefinition(2, [new(3, own), new(1, ActivationFunction.Create("identity"))]))).Write(At("m.safetensors"));
        ModelException error = Assert.Throws<ModelException>(() => PyTorchExport.Write(TabularModel.Load(At("m.safetensors")), At("m.safetensors"), At("m.py")));
        Assert.Contains("layer 1: the activation 'test_interchange_own'", error.Message);
        Assert.False(File.Exists(At("m.py")));

        DrawnModels.Draw<float>(2).Write(At("other.safetensors"));
        Assert.Contains("another network", Assert.Throws<ModelException>(() => PyTorchExport.Write(TabularModel.Load(At("other.safetensors")), Other(), At("m.py"))).Message);

        string Other()
        {
            DrawnModels.Draw<float>(4).Write(At("third.safetensors"));
            return At("third.safetensors");
        }
    }

    private (double[] Values, double Scale) Export<T>(int seed, HashSet<string> seen) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Ensemble<T> ensemble = DrawnModels.Draw<T>(seed);
        NetworkDefinition network = ensemble.Definition;
        seen.UnionWith(network.Layers.SelectMany(layer => layer.Parts.Select(part => part.Name).Append(layer.Activation.Name)));
        seen.UnionWith([network.Input?.Scale == true ? "scale" : "", network.Input?.Periodic is null ? "" : "periodic", network.Input?.Codes.IsEmpty == false ? "codes" : "", ensemble.Members.Length > 1 ? "members" : "", ensemble.Temperature != 1 ? "temperature" : ""]);
        ensemble.Write(At($"net{seed}.safetensors"));
        PyTorchExport.Write(TabularModel.Load(At($"net{seed}.safetensors")), At($"net{seed}.safetensors"), At($"net{seed}.py"));
        T[] rows = DrawnModels.Rows<T>(network, 7, seed);
        File.WriteAllText(At($"rows{seed}"), DrawnModels.Text(rows));
        return (Array.ConvertAll(ensemble.Predict(rows), double.CreateTruncating), network.Layers[^1].Activation.Name is "softmax" or "sigmoid" ? 1e-6 : 1);
    }

    private string At(string name) => Path.Combine(_folder, name);
}
