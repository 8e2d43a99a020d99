using Backprop.Data;
using Backprop.Inputs;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Scales, periodic inputs and embeddings in model files, gradient files and checkpoints.</summary>
public sealed class InputFilesTests : IDisposable
{
    private const string Layers = "4:relu,batch_norm,dropout(0.2)-4:silu,layer_norm,residual-3:softmax";

    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-test").FullName;

    [Theory]
    [InlineData("scale", "input.scale")]
    [InlineData("codes", "input.embeddings.1.weight input.embeddings.2.weight")]
    [InlineData("periodic", "input.periodic.frequency input.periodic.phase input.periodic.weight input.periodic.bias")]
    [InlineData("all", "input.scale input.periodic.frequency input.periodic.phase input.periodic.weight input.periodic.bias input.embeddings.1.weight input.embeddings.2.weight")]
    public void ModelsComeBackTheSame(string kind, string names)
    {
        (Network<double> network, Dataset<double> data) = InputTests.Make(kind, 9, Layers);
        string sha = new ModelFile<double>(network).Write(At("m"));
        var file = SafeTensorsFile.Read(At("m"));
        Assert.Equal("2", file.Metadata["version"]);
        Assert.Equal(names.Split(' '), file.Tensors.Select(tensor => tensor.Name).Where(name => name.StartsWith("input.", StringComparison.Ordinal)));
        Network<double> back = ModelFile<double>.Read(At("m")).Network;
        Assert.Equal(network.Definition, back.Definition);
        Assert.All(network.Blocks.Zip(back.Blocks), pair => Assert.Equal(pair.First.Get(), pair.Second.Get()));
        Assert.Equal(sha, new ModelFile<double>(back).Write(At("again")));
        Assert.All(network.Blocks.Zip(network.Convert<float>().Convert<double>().Blocks), pair => Assert.Equal(pair.First.Get().Select(value => (double)(float)value), pair.Second.Get()));
        using Predictor<double> first = new(network), second = new(back);
        Assert.Equal(first.Predict(data.Features), second.Predict(data.Features));

        Gradient<double> gradient = Backpropagation.Gradient(network, data);
        ModelFile<double>.WriteGradient(At("g"), gradient, network.Definition);
        var gradients = SafeTensorsFile.Read(At("g"));
        Assert.Equal(network.Blocks.Where(block => block.IsTrained).Select(block => block.Name), gradients.Tensors.Select(tensor => tensor.Name));
        foreach (ParameterBlock<double> block in network.Blocks.Where(block => block.IsTrained))
        {
            SafeTensor tensor = gradients.Tensors.First(tensor => tensor.Name == block.Name);
            Assert.Equal(gradient.Of(block), tensor.ToDoubles());
            Assert.Equal(block.Shape.Select(size => (long)size), tensor.Shape);
        }
    }

    [Fact]
    public void AnInputAloneMakesAFileOfVersion2()
    {
        var network = new Network<double>(new(new InputDefinition(2, []), NetworkDefinition.ParseLayers("1")));
        new ModelFile<double>(network).Write(At("m"));
        Assert.Equal("2", SafeTensorsFile.Read(At("m")).Metadata["version"]);
        Assert.Equal(network.Definition, ModelFile<double>.Read(At("m")).Network.Definition);
    }

    [Theory]
    [InlineData("input.scale", "tensor 'input.scale' of shape [3] is missing", null, null)]
    [InlineData("input.scale", "'input.scale': shape [2] found, [3] expected", new[] { 1.0, 1 }, new long[] { 2 })]
    [InlineData("input.periodic.phase", "'input.periodic.phase': shape [15] found, [3, 5] expected", new[] { 1.0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, new long[] { 15 })]
    [InlineData("input.periodic.bias", "'input.periodic.bias', element 1: NaN found", new[] { 1.0, double.NaN, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, new long[] { 3, 4 })]
    [InlineData("input.embeddings.1.weight", "'input.embeddings.1.weight': shape [1, 3] found, [7, 3] expected", new[] { 1.0, 1, 1 }, new long[] { 1, 3 })]
    [InlineData("input.embeddings.3.weight", "tensor 'input.embeddings.3.weight' does not belong to the network", new[] { 1.0 }, new long[] { 1, 1 })]
    public void WhatDoesNotFitIsRefusedByName(string name, string message, double[]? values, long[]? shape)
    {
        new ModelFile<double>(InputTests.Make("all", 1).Network).Write(At("m"));
        var file = SafeTensorsFile.Read(At("m"));
        SafeTensor[] tensors = [.. file.Tensors.Where(tensor => tensor.Name != name), .. values is null ? Array.Empty<SafeTensor>() : [SafeTensor.Of(name, values, shape!)]];
        new SafeTensorsFile(tensors, file.Metadata).Write(At("bad"));
        Assert.Contains(message, Assert.Throws<ModelException>(() => ModelFile<double>.Read(At("bad"))).Message);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    public void ARunThatGoesOnEndsOnTheSameBits(string optimizer)
    {
        Dataset<float> data = Single(InputTests.Make("all", 120).Data);
        Network<float> New() => InputTests.Make("all", 1, Layers).Network.Convert<float>();
        Trainer<float> Train(Network<float> network) => new(network, data, null, Optimizer.Create(optimizer, new() { LearningRate = 0.02 }), new() { Epochs = 4, BatchSize = 16, CheckpointEvery = 3, Seed = 4 });
        Trainer<float> whole = Train(New());
        var states = new List<Checkpoint<float>>();
        whole.CheckpointReached += states.Add;
        whole.Run();
        string expected = new ModelFile<float>(whole.Network).Write(At("whole"));
        Assert.True(states.Count > 5);
        foreach (Checkpoint<float> state in states)
        {
            var disk = new SimulatedDisk();
            using (var folder = new CheckpointFolder("/checkpoints", 3, false, disk))
            {
                folder.Write(state, new Dictionary<string, string>(StringComparer.Ordinal));
            }

            using var found = new CheckpointFolder("/checkpoints", 3, false, disk);
            Trainer<float> again = Train(New());
            again.Run(found.Read<float>());
            Assert.Equal(expected, new ModelFile<float>(again.Network).Write(At("again")));
        }
    }

    [Fact]
    public void AnotherInputIsAnotherRun()
    {
        Dataset<float> data = Single(InputTests.Make("periodic", 64).Data);
        Trainer<float> New(double sigma)
        {
            InputDefinition input = InputTests.Make("periodic", 1).Network.Definition.Input!;
            return new(new(new(input with { Periodic = input.Periodic! with { Sigma = sigma } }, NetworkDefinition.ParseLayers("3:softmax")), Initializer.PyTorch, 3), data, null, Optimizer.Create("sgd"), new() { Epochs = 1, BatchSize = 8 });
        }

        Checkpoint<float>? last = null;
        Trainer<float> first = New(0.5);
        first.CheckpointReached += state => last = state;
        first.Run();
        Assert.Contains("input", Assert.Throws<ModelException>(() => New(0.25).RequireSameRun(last!)).Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private static Dataset<float> Single(Dataset<double> data) =>
        new(data.Rows, data.FeatureCount, Array.ConvertAll(data.Features.ToArray(), value => (float)value), Targets<float>.Classes(data.Targets.ClassIndices.ToArray(), data.Targets.Count));
}
