using Backprop.Interchange.PyTorch;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tests.Fixtures;
using Backprop.Tests.Oracles;

namespace Backprop.Interchange.Tests.PyTorch;

/// <summary>Tensors of other programs become networks, or the tensor that does not fit is named.</summary>
public sealed class StateDictImportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-state").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("0.weight 0.bias 2.weight 2.bias 10.weight 10.bias", "2-3:relu-3:tanh-1:identity", "")]
    [InlineData("fc1.weight fc1.bias fc2.weight fc2.bias fc10.weight fc10.bias", "2-3:relu-3:tanh-1:identity", "")]
    [InlineData("model.module.0.weight model.module.0.bias model.module.1.weight model.module.1.bias model.module.2.weight model.module.2.bias", "2-3:relu-3:tanh-1:identity", "")]
    [InlineData("head.weight head.bias mid.weight mid.bias tail.weight tail.bias", "2-3:relu-3:tanh-1:identity", "names do not say in what order")]
    public void LayersAreTakenInOrder(string names, string network, string said)
    {
        string[] all = names.Split(' ');
        long[][] shapes = [[3, 2], [3], [3, 3], [3], [1, 3], [1]];
        Save([.. all.Select((name, n) => Tensor(name, n, shapes[n])).Reverse()]);
        var notes = new Notes();
        Network<float> found = StateDictImport.Read(At("s.safetensors"), NetworkDefinition.Parse(network), null, notes);
        for (int n = 0; n < 3; n++)
        {
            Assert.Equal(Numbers(2 * n, shapes[2 * n]), found.Layers[n].GetWeights());
            Assert.Equal(Numbers((2 * n) + 1, shapes[(2 * n) + 1]), found.Layers[n].GetBiases());
        }

        Assert.Equal(said.Length > 0, notes.All.Any(note => note.IsLoss));
        Assert.Contains(notes.All, note => note.Message.Contains($"layers.3={all[4].Split(".weight")[0]}", StringComparison.Ordinal) && note.Message.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public void AMapDecides()
    {
        Save(Tensor("b.weight", 1, 2, 2), Tensor("b.bias", 2, 2), Tensor("a.weight", 3, 2, 2), Tensor("a.bias", 4, 2), Tensor("n.weight", 5, 2), Tensor("n.bias", 6, 2));
        NetworkDefinition definition = NetworkDefinition.Parse("2-2:relu,layer_norm-2:softmax");
        Network<float> found = StateDictImport.Read(At("s.safetensors"), definition, Map("layers.1=b,layers.2=a,layers.1.norm=n"));
        Assert.Equal(Numbers(1, [2, 2]), found.Layers[0].GetWeights());
        Assert.Equal(Numbers(4, [2]), found.Layers[1].GetBiases());
        Assert.Equal(Numbers(5, [2]), found.Blocks.Single(block => block.Name == "layers.1.norm.weight").Get());
        Assert.Equal(Numbers(3, [2, 2]), StateDictImport.Read(At("s.safetensors"), definition, Map("layers.2=a")).Layers[1].GetWeights());
        Assert.Contains("'layers.3'", Assert.Throws<UsageException>(() => StateDictImport.Read(At("s.safetensors"), definition, Map("layers.3=a"))).Message);
        Assert.Contains("'c'", Assert.Throws<UsageException>(() => StateDictImport.Read(At("s.safetensors"), definition, Map("layers.1=c"))).Message);
        Assert.Contains("layers.1 and layers.2", Assert.Throws<UsageException>(() => StateDictImport.Read(At("s.safetensors"), definition, Map("layers.1=a,layers.2=a"))).Message);
        Assert.Contains("'n' [2] found for layers.1", Assert.Throws<ModelException>(() => StateDictImport.Read(At("s.safetensors"), definition, Map("layers.1=n,layers.1.norm=b"))).Message);
    }

    [Theory]
    [InlineData("F16")]
    [InlineData("BF16")]
    [InlineData("F64")]
    public void NumbersOfOtherWidths(string type)
    {
        float[] values = [0.5f, -1.25f, 3, 0.0078125f];
        byte[] bytes = [.. values.SelectMany(value => type switch { "F16" => BitConverter.GetBytes((Half)value), "BF16" => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)), _ => BitConverter.GetBytes((double)value) })];
        Save(new SafeTensor("weight", type, [2, 2], bytes), Tensor("bias", 1, 2));
        var notes = new Notes();
        Assert.Equal(values, StateDictImport.Read(At("s.safetensors"), NetworkDefinition.Parse("2-2:tanh"), null, notes).Layers[0].GetWeights());
        Assert.Equal(type == "F64", notes.All.Any(note => note.Message.Contains("double", StringComparison.Ordinal)));
    }

    [Fact]
    public void NormsAreThoseOfPyTorch()
    {
        Python.Require("torch", "python3-torch");
        string output = Python.Run(_folder, """
            import json, torch
            from torch import nn
            torch.manual_seed(3)
            net = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 5, bias=False), nn.LayerNorm(5), nn.Tanh(), nn.Dropout(.5), nn.Linear(5, 3), nn.Softmax(1)).eval()
            net[1].running_mean.uniform_(-1, 1); net[1].running_var.uniform_(.5, 2)
            state, at, header = net.state_dict(), 0, {}
            blobs = []
            for name, t in sorted(state.items()):
                blob = t.numpy().tobytes()
                header[name] = dict(dtype="I64" if t.dtype == torch.int64 else "F32", shape=list(t.shape), data_offsets=[at, at + len(blob)])
                at += len(blob); blobs.append(blob)
            text = json.dumps(header).encode()
            open("s.safetensors", "wb").write(len(text).to_bytes(8, "little") + text + b"".join(blobs))
            x = torch.randn(5, 4)
            print(*map(repr, x.flatten().tolist())); print(*map(repr, net(x).flatten().tolist()))
            """);
        var notes = new Notes();
        double[][] numbers = [.. output.TrimEnd().Split('\n').Select(DrawnModels.Parse)];
        Network<float> network = StateDictImport.Read(At("s.safetensors"), NetworkDefinition.Parse("4-6:relu,batch_norm-5:tanh,layer_norm,dropout(0.5)-3:softmax"), null, notes);
        Assert.InRange(DrawnModels.Worst(new Ensemble<float>(network).Predict(Array.ConvertAll(numbers[0], x => (float)x)).Select(y => (double)y), numbers[1], 1e-6), 0, 1e-5);
        Assert.Contains(notes.All, note => note.Message.Contains("'1.num_batches_tracked'", StringComparison.Ordinal));
        Assert.Contains(notes.All, note => note.Message.Contains("'3' has no bias", StringComparison.Ordinal));
        Assert.DoesNotContain(notes.All, note => note.IsLoss);
        Note said = Assert.Single(notes.All, note => note.Message.Contains("neither epsilon nor the kind", StringComparison.Ordinal));
        Assert.Contains("'1' as batch_norm(1E-05), '4' as layer_norm(1E-05)", said.Message);
        Assert.False(said.IsGuess);

        UsageException asked = Assert.Throws<UsageException>(() => StateDictImport.Read(At("s.safetensors"), null));
        Assert.Contains("4-6:relu,batch_norm-5:relu,layer_norm-3:softmax", asked.Message);
        Assert.Equal(["Network = 4-6:relu,batch_norm-5:relu,layer_norm-3:softmax"], asked.Settings);
        Assert.Contains("neither kind nor epsilon", asked.Message);
    }

    [Fact]
    public void ANormBehindAnActivationIsSuspected()
    {
        Save(Tensor("0.weight", 0, 2, 2), Tensor("0.bias", 1, 2), Tensor("2.weight", 2, 2), Tensor("2.bias", 3, 2), Tensor("2.running_mean", 4, 2), Tensor("2.running_var", 5, 2), Tensor("3.weight", 6, 1, 2));
        var notes = new Notes();
        StateDictImport.Read(At("s.safetensors"), NetworkDefinition.Parse("2-2:relu,batch_norm-1:identity"), null, notes);
        Assert.Contains(notes.All, note => note.IsLoss && note.Message.Contains("between '0' and its norm '2'", StringComparison.Ordinal));
    }

    /// <summary>γ (x − mean) / √(var + ε) + β, then the layer: both by their formulas, in double.</summary>
    [Theory]
    [InlineData("0", "1", null)]
    [InlineData("bn", "fc1", "input.norm=bn")]
    public void ABatchNormBeforeTheFirstLayerIsPartOfItsWeights(string norm, string dense, string? map)
    {
        float[] gamma = [0.5f, 2], beta = [1, -3], mean = [0.25f, -1], variance = [4, 0.01f], weights = [1, 2, -3, 0.5f, 0.75f, 8], bias = [0.5f, -1, 2], x = [1.5f, -2];
        Save(SafeTensor.Of($"{norm}.weight", gamma, 2), SafeTensor.Of($"{norm}.bias", beta, 2), SafeTensor.Of($"{norm}.running_mean", mean, 2), SafeTensor.Of($"{norm}.running_var", variance, 2), SafeTensor.Of($"{dense}.weight", weights, 3, 2), SafeTensor.Of($"{dense}.bias", bias, 3));
        var notes = new Notes();
        Network<float> network = StateDictImport.Read(At("s.safetensors"), NetworkDefinition.Parse("2-3:identity"), map is null ? null : Map(map), notes);
        double[] scaled = [.. x.Select((value, n) => (gamma[n] * (value - mean[n]) / Math.Sqrt(variance[n] + 1e-5)) + beta[n])];
        Assert.InRange(DrawnModels.Worst(new Ensemble<float>(network).Predict(x).Select(y => (double)y), bias.Select((b, n) => b + (weights[2 * n] * scaled[0]) + (weights[(2 * n) + 1] * scaled[1])), 1e-3), 0, 1e-6);
        Assert.Contains(notes.All, note => note.Message.Contains($"'{norm}' stands before the first layer, as batch_norm with epsilon 1E-05", StringComparison.Ordinal));
        Assert.Contains("such as 2-3:softmax with", Assert.Throws<UsageException>(() => StateDictImport.Read(At("s.safetensors"), null)).Message.Replace(",batch_norm", map is null ? "!" : "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    /// <summary>As many inputs as units: no size tells where a norm stands, numbers do.</summary>
    [Theory]
    [InlineData("0=norm 1=dense", "2-2:relu,batch_norm", "0 norms found, 1 expected")]
    [InlineData("0=layer 1=dense", "2-2:relu", "'0' [2] found before the first layer, where a batch_norm alone")]
    [InlineData("0=dense 2=dense 3=norm", "2-2:relu,batch_norm-2:softmax", "by its number '3' does not stand behind '0'")]
    [InlineData("0=short 1=dense", "2-2:relu", "tensor '0.running_var' of shape [2] is missing")]
    [InlineData("0=wide 1=dense", "2-2:relu", "tensor '0.weight': shape [3] found, [2] expected, as the first layer has inputs")]
    [InlineData("0=below 1=dense", "2-2:relu", "tensor '0.running_var', element 1: -1 found, a variance of at least 0 expected")]
    public void ANormInAnotherPlaceIsRefused(string modules, string network, string message)
    {
        Save([.. modules.Split(' ').Select(module => module.Split('=')).SelectMany(module => (SafeTensor[])(module[1] switch
        {
            "dense" => [Tensor($"{module[0]}.weight", 0, 2, 2), Tensor($"{module[0]}.bias", 1, 2)],
            "layer" => [Tensor($"{module[0]}.weight", 0, 2), Tensor($"{module[0]}.bias", 1, 2)],
            "short" => [Tensor($"{module[0]}.weight", 0, 2), Tensor($"{module[0]}.running_mean", 1, 2)],
            "wide" => [Tensor($"{module[0]}.weight", 0, 3), Tensor($"{module[0]}.bias", 1, 3), Tensor($"{module[0]}.running_mean", 2, 3), Tensor($"{module[0]}.running_var", 3, 3)],
            "below" => [Tensor($"{module[0]}.running_mean", 2, 2), SafeTensor.Of($"{module[0]}.running_var", [1f, -1], 2)],
            _ => [Tensor($"{module[0]}.weight", 0, 2), Tensor($"{module[0]}.bias", 1, 2), Tensor($"{module[0]}.running_mean", 2, 2), Tensor($"{module[0]}.running_var", 3, 2)],
        }))]);
        Assert.Contains(message, Assert.Throws<ModelException>(() => StateDictImport.Read(At("s.safetensors"), NetworkDefinition.Parse(network))).Message);
    }

    [Theory]
    [InlineData("shape", "tensor '0.weight': shape [2, 2] found, [3, 2] expected of layers.1.weight")]
    [InlineData("count", "1 dense layer found ('0' [2, 2]), 2 expected by the network 2-2:relu-1:identity")]
    [InlineData("conv", "tensor '0.weight' [2, 2, 3]")]
    [InlineData("extra", "tensor '0.weight_g' [2]")]
    [InlineData("type", "tensor '0.weight': type I32 found")]
    [InlineData("infinite", "tensor '0.bias', element 1")]
    [InlineData("variance", "tensor '1.running_var', element 0: -1 found, a variance")]
    [InlineData("norm", "1 norm found ('1' of a batch_norm [2]), 0 expected")]
    [InlineData("kind", "'1' of a batch_norm [2] found for layers.1.norm, a layer_norm expected")]
    [InlineData("no variance", "tensor '1.running_var' of shape [2] is missing")]
    [InlineData("ours", "is a model of backprop already")]
    [InlineData("empty", "no tensor of the form 'NAME.weight'")]
    public void WhatDoesNotFitIsNamed(string change, string message)
    {
        SafeTensor weight = Tensor("0.weight", 0, 2, 2), bias = Tensor("0.bias", 1, 2);
        SafeTensor[] norm = [Tensor("1.weight", 0, 2), Tensor("1.bias", 0, 2), Tensor("1.running_mean", 0, 2), Tensor("1.running_var", 0, 2)];
        (string network, SafeTensor[] tensors) = change switch
        {
            "shape" => ("2-3:relu", [weight, bias]),
            "count" => ("2-2:relu-1:identity", [weight, bias]),
            "conv" => ("2-2:relu", [Tensor("0.weight", 0, 2, 2, 3), bias]),
            "extra" => ("2-2:relu", [weight, bias, Tensor("0.weight_g", 0, 2)]),
            "type" => ("2-2:relu", [new SafeTensor("0.weight", "I32", [2, 2], new byte[16]), bias]),
            "infinite" => ("2-2:relu", [weight, SafeTensor.Of("0.bias", [0f, float.PositiveInfinity], 2)]),
            "variance" => ("2-2:relu,batch_norm", [weight, bias, .. norm[..3], SafeTensor.Of("1.running_var", [-1f, 1], 2)]),
            "norm" => ("2-2:relu", [weight, bias, .. norm]),
            "kind" => ("2-2:relu,layer_norm", [weight, bias, .. norm]),
            "no variance" => ("2-2:relu,batch_norm", [weight, bias, .. norm[..3]]),
            "ours" => ("2-2:relu", []),
            _ => ("2-2:relu", Array.Empty<SafeTensor>()),
        };
        Save(tensors);
        if (change == "ours")
        {
            new Ensemble<float>(new Network<float>(NetworkDefinition.Parse(network))).Write(At("s.safetensors"));
        }

        Assert.Contains(message, Assert.Throws<ModelException>(() => StateDictImport.Read(At("s.safetensors"), NetworkDefinition.Parse(network))).Message);
    }

    private static Dictionary<string, string> Map(string text) => text.Split(',').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

    private static float[] Numbers(int seed, long[] shape) => [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(n => 1 + seed + (0.125f * n))];

    private static SafeTensor Tensor(string name, int seed, params long[] shape) => SafeTensor.Of(name, Numbers(seed, shape), shape);

    private void Save(params SafeTensor[] tensors) => new SafeTensorsFile(tensors, new Dictionary<string, string>()).Write(At("s.safetensors"));

    private string At(string name) => Path.Combine(_folder, name);
}
