using Backprop.Data;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Norms and residual layers in model files, gradient files and checkpoints; steps of several batches.</summary>
public sealed class LayerPartFilesTests : IDisposable
{
    private const string Specification = "3-4:relu,batch_norm,dropout(0.2)-4:silu,layer_norm,residual-2:identity";

    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-test").FullName;

    [Theory]
    [InlineData("3-4:relu-2", "1")]
    [InlineData("3-4:relu,dropout(0.5)-2", "1")]
    [InlineData("3-4:relu-4:relu,residual-2", "2")]
    [InlineData("3-4:relu,layer_norm(0.001)-2", "2")]
    [InlineData(Specification, "2")]
    public void ModelsComeBackTheSame(string specification, string version)
    {
        Network<double> network = LayerPartTests.Make(specification);
        string sha = new ModelFile<double>(network).Write(At("m"));
        SafeTensorsFile file = SafeTensorsFile.Read(At("m"));
        Assert.Equal(version, file.Metadata["version"]);
        Network<double> back = ModelFile<double>.Read(At("m")).Network;
        Assert.Equal(network.Definition, back.Definition);
        Assert.Equal(network.Blocks.Select(block => block.Name), file.Tensors.Select(tensor => tensor.Name));
        Assert.All(network.Blocks.Zip(back.Blocks), pair => Assert.Equal(pair.First.Get(), pair.Second.Get()));
        Assert.Equal(sha, new ModelFile<double>(back).Write(At("again")));
        Assert.All(network.Blocks.Zip(network.Convert<float>().Convert<double>().Blocks), pair => Assert.Equal(pair.First.Get().Select(value => (double)(float)value), pair.Second.Get()));
    }

    [Fact]
    public void AGradientFileHasWhatIsLearned()
    {
        Network<double> network = LayerPartTests.Make(Specification);
        Gradient<double> gradient = Backpropagation.Gradient(network, LayerPartTests.Data(network.Definition, 3, 9));
        ModelFile<double>.WriteGradient(At("g"), gradient, network.Definition);
        var file = SafeTensorsFile.Read(At("g"));
        Assert.Equal(
            ["layers.1.weight", "layers.1.bias", "layers.1.norm.weight", "layers.1.norm.bias", "layers.2.weight", "layers.2.bias", "layers.2.norm.weight", "layers.2.norm.bias", "layers.3.weight", "layers.3.bias"],
            file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(gradient.Of(network.Blocks.First(block => block.Symbol == "gamma2")), file.Tensors.First(tensor => tensor.Name == "layers.2.norm.weight").ToDoubles());
        Assert.Throws<ArgumentException>(() => gradient.Of(network.Blocks.First(block => !block.IsTrained)));
    }

    [Theory]
    [InlineData("layers.1.norm.running_var", "tensor 'layers.1.norm.running_var' of shape [4] is missing", null)]
    [InlineData("layers.2.norm.weight", "'layers.2.norm.weight': shape [5] found, [4] expected", new[] { 1.0, 1, 1, 1, 1 })]
    [InlineData("layers.1.norm.running_mean", "'layers.1.norm.running_mean', element 2: NaN found", new[] { 1.0, 1, double.NaN, 1 })]
    [InlineData("layers.1.norm.running_var", "'layers.1.norm.running_var', element 1: -0.5 found, at least 0 expected", new[] { 1.0, -0.5, 1, 1 })]
    [InlineData("layers.2.norm.running_mean", "tensor 'layers.2.norm.running_mean' does not belong to the network", new[] { 1.0 })]
    public void WhatDoesNotFitIsRefusedByName(string name, string message, double[]? values)
    {
        Network<double> network = LayerPartTests.Make(Specification);
        new ModelFile<double>(network).Write(At("m"));
        var file = SafeTensorsFile.Read(At("m"));
        SafeTensor[] tensors = [.. file.Tensors.Where(tensor => tensor.Name != name), .. values is null ? Array.Empty<SafeTensor>() : [SafeTensor.Of(name, values, values.Length)]];
        new SafeTensorsFile(tensors, file.Metadata).Write(At("bad"));
        Assert.Contains(message, Assert.Throws<ModelException>(() => ModelFile<double>.Read(At("bad"))).Message);
    }

    [Theory]
    [InlineData("\"norm\":\"group\"", "norm 'group' found, 'layer' or 'batch' expected")]
    [InlineData("\"epsilon\":0.1", "'epsilon' found without 'norm'")]
    [InlineData("\"norm\":\"layer\",\"epsilon\":0", "epsilon must be above 0")]
    [InlineData("\"residual\":true", "a residual layer is as wide as the one before it: 4 units found, 3 expected")]
    [InlineData("\"residual\":1", "")]
    [InlineData("\"norms\":\"layer\"", "did you mean 'norm'")]
    public void DescriptionsThatMeanNothingAreRefused(string parts, string message)
    {
        string json = $$"""{"inputs":3,"layers":[{"units":4,"activation":"relu",{{parts}}},{"units":2,"activation":"identity"}]}""";
        Assert.Contains(message, Assert.Throws<ModelException>(() => ModelFile<double>.Read(new([], new Dictionary<string, string>(StringComparer.Ordinal) { ["network"] = json }), "m")).Message);
    }

    [Theory]
    [InlineData("sgd", false)]
    [InlineData("adam", true)]
    public void ARunThatGoesOnEndsOnTheSameBits(string optimizer, bool rollBack)
    {
        Dataset<float> data = Rows(120, 1), validation = Rows(40, 2);
        var options = new TrainerOptions { Epochs = 5, BatchSize = 16, CheckpointEvery = 3, Seed = 4, RollBack = rollBack, EarlyStopping = 2 };
        Trainer<float> New() => new(new(NetworkDefinition.Parse(Specification), Initializer.PyTorch, 3), data, validation, Optimizer.Create(optimizer, new() { LearningRate = 0.02 }), options);
        Trainer<float> whole = New();
        var states = new List<Checkpoint<float>>();
        whole.CheckpointReached += states.Add;
        whole.Run();
        float[][] expected = Bits(whole.Network);
        Assert.True(states.Count > 5);
        Assert.Contains(states, state => !state.State.SequenceEqual(state.BestState)); // the kept epoch has its own statistics
        foreach (Checkpoint<float> state in states)
        {
            var disk = new SimulatedDisk();
            using (var folder = new CheckpointFolder("/checkpoints", 3, false, disk))
            {
                folder.Write(state, new Dictionary<string, string>(StringComparer.Ordinal));
            }

            using var found = new CheckpointFolder("/checkpoints", 3, false, disk);
            Trainer<float> again = New();
            again.Run(found.Read<float>());
            Assert.Equal(expected, Bits(again.Network));
        }
    }

    [Fact]
    public void ADivergenceLeavesTheStatisticsOfTheWeightsThatAreKept()
    {
        Dataset<float> data = Rows(64, 1);
        var trainer = new Trainer<float>(new(NetworkDefinition.Parse("3-4:relu,batch_norm-2"), Initializer.PyTorch, 3), data, null, Optimizer.Create("sgd", new() { LearningRate = 1e30 }), new() { Epochs = 4, BatchSize = 16 });
        float[][] before = Bits(trainer.Network);
        Assert.Throws<DivergenceException>(() => trainer.Run());
        Assert.Equal(before, Bits(trainer.Network));
    }

    [Theory]
    [InlineData("sgd", 3, 100)]
    [InlineData("adam", 4, 100)]
    [InlineData("adam", 50, 100)]
    public void StepsOfSeveralBatchesAreThoseOfOneLargeBatch(string optimizer, int accumulate, int rows)
    {
        Network<double> network = new(NetworkDefinition.Parse("3-9:tanh-9:silu-2"), Initializer.PyTorch, 3);
        Dataset<double> data = LayerPartTests.Data(network.Definition, 5, rows);
        Network<double> Train(int batch, int pieces, double? clip)
        {
            Network<double> own = network.Clone();
            new Trainer<double>(own, data, null, Optimizer.Create(optimizer), new() { Epochs = 3, BatchSize = batch, Seed = 2, Step = new() { Accumulate = pieces, L2 = 0.01, ClipNorm = clip } }).Run();
            return own;
        }

        foreach (double? clip in new double?[] { null, 0.05 })
        {
            Network<double> expected = Train(8 * accumulate, 1, clip), found = Train(8, accumulate, clip);
            Assert.All(expected.Blocks.Zip(found.Blocks), pair => Assert.All(pair.First.Get().Zip(pair.Second.Get()), number => Assert.Equal(number.First, number.Second, 1e-12)));
        }
    }

    [Fact]
    public void AnotherAccumulationIsAnotherRun()
    {
        Dataset<float> data = Rows(64, 1);
        Trainer<float> New(int accumulate) => new(new(NetworkDefinition.Parse("3-4:relu-2"), Initializer.PyTorch, 3), data, null, Optimizer.Create("sgd"), new() { Epochs = 1, BatchSize = 8, Step = new() { Accumulate = accumulate } });
        Checkpoint<float>? last = null;
        Trainer<float> first = New(2);
        first.CheckpointReached += state => last = state;
        Assert.Equal(4, first.Run().Steps);
        Assert.Contains("written with accumulate 2, none found", Assert.Throws<ModelException>(() => New(1).RequireSameRun(last!)).Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private static float[][] Bits(Network<float> network) => [.. network.Blocks.Select(block => block.Get())];

    private static Dataset<float> Rows(int rows, ulong seed)
    {
        Dataset<double> data = LayerPartTests.Data(NetworkDefinition.Parse("3-2"), seed, rows);
        return new(rows, 3, Array.ConvertAll(data.Features.ToArray(), value => (float)value), Targets<float>.Values(Array.ConvertAll(data.Targets.AllValues.ToArray(), value => (float)value), 2));
    }
}
