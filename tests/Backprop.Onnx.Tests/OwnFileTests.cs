using Backprop.Layers;
using Backprop.Networks;
using Backprop.Onnx.Wire;
using Backprop.Tests.Fixtures;
using Google.Protobuf;

namespace Backprop.Onnx.Tests;

/// <summary>Networks alone, as they are written here, come back whole: ensembles, embeddings, periodic inputs, losses. A graph that was changed is not taken for them.</summary>
public class OwnFileTests
{
    [Theory]
    [MemberData(nameof(Seeds))]
    public void WhatIsWrittenComesBackWithTheSameBits(int seed)
    {
        Ensemble<float> ensemble = DrawnModels.Draw<float>(seed);
        Ensemble<float> back = OnnxImport.ReadEnsemble(new MemoryStream(File(ensemble, bare: true)), "x");
        Assert.Equal(ensemble.Definition, back.Definition); // with its loss and its dropout
        Assert.Equal((ensemble.Members.Length, ensemble.Temperature), (back.Members.Length, back.Temperature));
        foreach ((Network<float> expected, Network<float> found) in ensemble.Members.Zip(back.Members))
        {
            Assert.All(expected.Blocks.Zip(found.Blocks), pair => Assert.Equal(pair.First.Get().Select(BitConverter.SingleToInt32Bits), pair.Second.Get().Select(BitConverter.SingleToInt32Bits)));
        }
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 60)];

    [Fact]
    public void TheSeedsDrawWhatNoGraphSaysOfItself()
    {
        Ensemble<float>[] drawn = [.. Enumerable.Range(0, 60).Select(seed => DrawnModels.Draw<float>(seed))];
        Assert.Contains(drawn, one => one.Members.Length > 1 && one.Temperature != 1);
        Assert.Contains(drawn, one => one.Definition.Input is { Periodic: not null, Scale: true });
        Assert.Contains(drawn, one => one.Definition.Input?.Codes.Length > 1);
        Assert.Contains(drawn, one => one.Definition.Layers.Any(layer => layer.Parts.Any(part => part is Dropout)));
    }

    [Fact]
    public void SeveralNetworksAreNoNetwork()
    {
        string message = Assert.Throws<ModelException>(() => OnnxImport.Read(new MemoryStream(File(Two(1.5), bare: true)), "two.onnx")).Message;
        Assert.Contains("'two.onnx': 2 networks that answer together found, temperature 1.5, one network expected", message, StringComparison.Ordinal);
    }

    /// <summary>The description alone is not believed.</summary>
    [Theory]
    [InlineData("weights to members of each other")]
    [InlineData("an operator")]
    [InlineData("a temperature")]
    [InlineData("a description of three")]
    [InlineData("a member's tensor")]
    public void AChangedGraphIsRefused(string change)
    {
        ModelProto file = ModelProto.Parser.ParseFrom(File(Two(1.5), bare: true));
        switch (change)
        {
            case "weights to members of each other":
                (file.Graph.Node[0].Input[1], file.Graph.Node[3].Input[1]) = ("members.2.layers.1.weight", "members.1.layers.1.weight");
                break;
            case "an operator": file.Graph.Node.First(node => node.OpType == "Tanh").OpType = "Sigmoid"; break;
            case "a temperature": file.Graph.Initializer.First(tensor => tensor.DoubleData is [1.5]).DoubleData[0] = 2.5; break;
            case "a description of three": file.MetadataProps[0].Value = file.MetadataProps[0].Value.Replace("\"members\":2", "\"members\":3", StringComparison.Ordinal); break;
            default: file.Graph.Initializer.Remove(file.Graph.Initializer.First(tensor => tensor.Name == "members.2.layers.2.bias")); break;
        }

        Assert.NotEqual(File(Two(1.5), bare: true), file.ToByteArray());
        Assert.Contains("its graph is not the one that is written of them here", Assert.Throws<ModelException>(() => OnnxImport.ReadEnsemble(new MemoryStream(file.ToByteArray()), "x")).Message, StringComparison.Ordinal);
    }

    /// <summary>What was changed is read by its operators, where they are a network's.</summary>
    [Fact]
    public void AChangedNetworkIsWhatItsGraphSays()
    {
        var network = new Network<float>(NetworkDefinition.Parse("3-4:tanh,dropout(0.5)-2:softmax"), Initializer.Parse("pytorch"), 1);
        ModelProto file = ModelProto.Parser.ParseFrom(File(new(network), bare: true));
        Assert.Equal(network.Definition, OnnxImport.Read(new MemoryStream(file.ToByteArray()), "x").Definition);
        file.Graph.Node.Single(node => node.OpType == "Tanh").OpType = "Relu";
        Assert.Equal("3-4:relu-2:softmax", OnnxImport.Read(new MemoryStream(file.ToByteArray()), "x").Definition.ToString());
    }

    [Fact]
    public void AWholeModelIsRefusedWithWhatToDo() =>
        Assert.Contains("--bare", Assert.Throws<ModelException>(() => OnnxImport.ReadEnsemble(new MemoryStream(File(Two(1), bare: false)), "x")).Message, StringComparison.Ordinal);

    private static Ensemble<float> Two(double temperature) => new([.. new ulong[] { 1, 2 }.Select(seed => new Network<float>(NetworkDefinition.Parse("3-4:tanh-2:softmax"), Initializer.Parse("pytorch"), seed))], temperature);

    private static byte[] File(Ensemble<float> ensemble, bool bare)
    {
        using var stream = new MemoryStream();
        OnnxExport.Write(NetworkTests.Model(ensemble), stream, new() { Bare = bare });
        return stream.ToArray();
    }
}
