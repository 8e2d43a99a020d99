using Backprop.Data;
using Backprop.Kernels;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Several networks as one: their mean, its loss, the file that holds them, their temperature, and training side by side.</summary>
public sealed class EnsembleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private static Ensemble<T> Make<T>(string specification, int members, double temperature = 1, string? loss = null) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        NetworkDefinition definition = NetworkDefinition.Parse(specification, loss is null ? null : Losses.Loss.Parse(loss));
        return new(Enumerable.Range(0, members).Select(seed => new Network<T>(definition, Initializer.PyTorch, (ulong)seed)), temperature);
    }

    private static double[] Normal(int count, ulong seed = 1)
    {
        var random = new CounterRandom(seed, 3);
        return [.. Enumerable.Range(0, count).Select(n => random.Normal((ulong)n))];
    }

    private static double[][] OutputsOf(Ensemble<double> ensemble, double[] x) => [.. ensemble.Members.Select(member =>
    {
        using var predictor = new Predictor<double>(member);
        return predictor.Predict(x);
    })];

    [Theory]
    [InlineData("3-5:tanh-4:softmax", null)]
    [InlineData("3-5:tanh-4:log_softmax", null)]
    [InlineData("3-5:tanh-2:sigmoid", null)]
    [InlineData("3-5:tanh-2:identity", null)]
    [InlineData("3-5:tanh-2:relu", null)]
    [InlineData("3-5:tanh-2:identity", "poisson")]
    public void TheAnswerIsTheMeanOfTheMembers(string specification, string? loss)
    {
        Ensemble<double> ensemble = Make<double>(specification, 3, loss: loss);
        double[] x = Normal(3 * 40);
        double[][] each = OutputsOf(ensemble, x);
        double[] mean = new double[each[0].Length];
        using var predictor = new EnsemblePredictor<double>(ensemble);
        predictor.Predict(x, mean);
        bool isLogarithm = specification.Contains("log_", StringComparison.Ordinal) || loss == "poisson"; // of a probability, or of a rate
        for (int n = 0; n < mean.Length; n++)
        {
            double expected = isLogarithm ? Math.Log(each.Average(outputs => Math.Exp(outputs[n]))) : each.Average(outputs => outputs[n]);
            Assert.Equal(expected, mean[n], 1e-12);
        }
    }

    [Fact]
    public void MeansAndVariancesAreThoseOfTheMixture()
    {
        Ensemble<double> ensemble = Make<double>("3-5:tanh-2:identity", 4, loss: "gaussian_nll");
        double[] x = Normal(3);
        double[][] each = OutputsOf(ensemble, x);
        double[] mixture = new double[2];
        using var predictor = new EnsemblePredictor<double>(ensemble);
        predictor.Predict(x, mixture);
        double mean = each.Average(outputs => outputs[0]), square = each.Average(outputs => Math.Exp(outputs[1]) + (outputs[0] * outputs[0]));
        Assert.Equal(mean, mixture[0], 1e-12);
        Assert.Equal(square - (mean * mean), Math.Exp(mixture[1]), 1e-12);
    }

    [Theory]
    [InlineData("2-3:softmax")]
    [InlineData("2-1:sigmoid")]
    public void LogitsAreDividedByTheTemperature(string specification)
    {
        Ensemble<double> ensemble = Make<double>(specification, 1, temperature: 2);
        double[] x = [0.5, -1.5], halves = [0.25, -0.75], y = new double[ensemble.Definition.Outputs];
        ensemble.Members[0].Block("layers.1.bias").Set(new double[y.Length]); // so that half of x makes half the logits
        using var predictor = new EnsemblePredictor<double>(ensemble);
        predictor.Predict(x, y);
        using var plain = new Predictor<double>(ensemble.Members[0]);
        Assert.All(plain.Predict(halves).Zip(y), pair => Assert.Equal(pair.First, pair.Second, 1e-14));
    }

    [Fact]
    public void ProbabilitiesThatRoundToNothingKeepTheirLogarithms()
    {
        Ensemble<double> ensemble = Make<double>("1-2:softmax", 2);
        foreach (Network<double> member in ensemble.Members)
        {
            member.Block("layers.1.weight").Set([2000, -2000]);
            member.Block("layers.1.bias").Set([0, 0]);
        }

        using var evaluator = new Evaluator<double>(ensemble);
        Evaluation wrong = evaluator.Evaluate(new(1, 1, [1.0], Targets<double>.Classes([1], 2)));
        Assert.Equal(4000, wrong.Loss, 1e-9);
    }

    [Theory]
    [InlineData("7-64:tanh-3:softmax")]
    [InlineData("7-64:tanh-1:sigmoid")]
    [InlineData("7-64:tanh-2:identity")]
    public void ThreadsChangeNoBit(string specification)
    {
        Ensemble<float> ensemble = Make<float>(specification, 3);
        const int Rows = 2011;
        float[] x = Array.ConvertAll(Normal(7 * Rows), value => (float)value);
        float[] Outputs(int threads)
        {
            float[] y = new float[Rows * ensemble.Definition.Outputs];
            using var predictor = new EnsemblePredictor<float>(ensemble, threads);
            predictor.Predict(x, y);
            return y;
        }

        float[] one = Outputs(1);
        Assert.Equal(one, Outputs(2));
        Assert.Equal(one, Outputs(5));
        using var single = new EnsemblePredictor<float>(ensemble);
        float[] last = new float[ensemble.Definition.Outputs];
        single.Predict(x.AsSpan(7 * (Rows - 1)), last);
        Assert.Equal(one[^last.Length..], last);
    }

    [Theory]
    [InlineData("4-8:tanh-3:softmax", null)]
    [InlineData("4-8:tanh-3:softmax", "cross_entropy:0.1")]
    [InlineData("4-8:tanh-1:sigmoid", null)]
    [InlineData("4-8:tanh-1:identity", "huber:0.3")]
    [InlineData("4-8:tanh-1:tanh", null)]
    public void ManyOfOneAreWorthAsMuchAsTheOne(string specification, string? loss)
    {
        NetworkDefinition definition = NetworkDefinition.Parse(specification, loss is null ? null : Losses.Loss.Parse(loss));
        var network = new Network<double>(definition, Initializer.PyTorch, 3);
        const int Rows = 60;
        Targets<double> targets = definition.Outputs == 3
            ? Targets<double>.Classes([.. Enumerable.Range(0, Rows).Select(n => n % 3)], 3)
            : Targets<double>.Values([.. Enumerable.Range(0, Rows).Select(n => n % 2 == 0 ? 1.0 : 0)], 1);
        var data = new Dataset<double>(Rows, 4, Normal(4 * Rows), targets, [.. Enumerable.Range(0, Rows).Select(n => (double)(n % 4))]);
        using var one = new Evaluator<double>(network);
        using var many = new Evaluator<double>(new Ensemble<double>([network, network.Clone(), network.Clone()]));
        Evaluation expected = one.Evaluate(data), found = many.Evaluate(data);
        Assert.Equal(expected.Loss, found.Loss, 1e-12);
        Assert.All(expected.Metrics, metric => Assert.Equal(metric.Value, found[metric.Key], 1e-12));
    }

    [Fact]
    public void FilesHoldThemAll()
    {
        Ensemble<float> ensemble = Make<float>("3-4:relu,layer_norm-2:softmax", 3, temperature: 0.75);
        string sha = new ModelFile<float>(ensemble, null, "{}").Write(At("m"));
        SafeTensorsFile file = SafeTensorsFile.Read(At("m"));
        Assert.Equal("2", file.Metadata["version"]);
        Assert.Contains("\"members\":3,\"temperature\":0.75", file.Metadata["network"]);
        Assert.Contains(file.Tensors, tensor => tensor.Name == "members.3.layers.1.norm.weight");
        ModelFile<float> back = ModelFile<float>.Read(At("m"));
        Assert.Equal(0.75, back.Ensemble.Temperature);
        Assert.Equal(sha, new ModelFile<float>(back.Ensemble, null, null).Write(At("again")));
        Assert.Equal(ensemble.Members[2].Layers[1].GetWeights(), back.Ensemble.Members[2].Layers[1].GetWeights());
        Assert.Contains("an ensemble of 3", Assert.Throws<ModelException>(() => back.Network).Message);
    }

    [Fact]
    public void OneNetworkIsWrittenAsEver()
    {
        Ensemble<float> one = Make<float>("3-4:relu-2:softmax", 1);
        new ModelFile<float>(one, null, null).Write(At("m"));
        SafeTensorsFile file = SafeTensorsFile.Read(At("m"));
        Assert.Equal("1", file.Metadata["version"]);
        Assert.DoesNotContain("members", file.Metadata["network"]);
        Assert.Equal("layers.1.weight", file.Tensors[0].Name);
        Assert.Single(ModelFile<float>.Read(At("m")).Ensemble.Members);
    }

    [Theory]
    [InlineData("\"members\":2", "\"members\":3", "tensor 'members.3.layers.1.weight' of shape [1, 2] is missing")]
    [InlineData("\"members\":2", "\"members\":2000000000", "tensor 'members.3.layers.1.weight' of shape [1, 2] is missing")]
    [InlineData("\"members\":2", "\"members\":1", "tensor 'members.2.layers.1.weight' does not belong to 1 times the network")]
    [InlineData("\"members\":2", "\"members\":0", "'members': 0 found, at least 1 expected")]
    [InlineData("\"members\":2", "\"members\":2.5", "'members': 2.5 found, a whole number expected")]
    [InlineData("\"members\":2,\"temperature\":2", "\"temperature\":2", "'temperature' belongs to 'members'")]
    [InlineData("\"temperature\":2", "\"temperature\":0", "temperature 0 found, a number above 0 expected")]
    [InlineData("sigmoid", "tanh", "makes its outputs of no logits")]
    public void FilesThatDoNotFitTogetherAreRefused(string text, string other, string message)
    {
        new ModelFile<float>(Make<float>("2-1:sigmoid", 2, temperature: 2), null, null).Write(At("m"));
        SafeTensorsFile file = SafeTensorsFile.Read(At("m"));
        var metadata = new Dictionary<string, string>(file.Metadata, StringComparer.Ordinal) { ["network"] = file.Metadata["network"].Replace(text, other, StringComparison.Ordinal).Replace("binary_cross_entropy", other == "tanh" ? "mean_squared_error" : "binary_cross_entropy", StringComparison.Ordinal) };
        new SafeTensorsFile([.. file.Tensors], metadata).Write(At("bad"));
        Assert.Contains(message, Assert.Throws<ModelException>(() => ModelFile<float>.Read(At("bad"))).Message);
    }

    [Fact]
    public void MembersAreOfOneDefinition()
    {
        var a = new Network<float>(NetworkDefinition.Parse("2-1"));
        Assert.Throws<ArgumentException>(() => new Ensemble<float>([]));
        Assert.Throws<ArgumentException>(() => new Ensemble<float>([a, new(NetworkDefinition.Parse("2-2"))]));
        Assert.Throws<ArgumentException>(() => new Ensemble<float>([a], temperature: 2));
    }

    [Theory]
    [InlineData("1-3:softmax")]
    [InlineData("1-1:sigmoid")]
    public void TheTemperatureOfLogitsThatAreTooLargeIsFound(string specification)
    {
        NetworkDefinition definition = NetworkDefinition.Parse(specification);
        const int Rows = 4000;
        int width = definition.Outputs;
        double[] truth = Normal(Rows * width, seed: 5);
        var random = new CounterRandom(6, 1);
        int[] classes = new int[Rows];
        for (int row = 0; row < Rows; row++)
        {
            double[] odds = width == 1 ? [1, Math.Exp(truth[row])] : [.. truth.Skip(row * width).Take(width).Select(Math.Exp)];
            double draw = random.Uniform((ulong)row) * odds.Sum();
            for (double sum = odds[0]; sum < draw; sum += odds[classes[row]])
            {
                classes[row]++;
            }
        }

        Targets<double> targets = width == 1 ? Targets<double>.Values(Array.ConvertAll(classes, c => (double)c), 1) : Targets<double>.Classes(classes, width);
        double[] large = Array.ConvertAll(truth, logit => 3 * logit);
        double found = TemperatureFit.Fit(definition, large, 1, targets, null);
        Assert.Equal(3, found, 0.25);
        Assert.Equal(found, TemperatureFit.Fit(definition, large, 1, targets, null)); // to the bit
        double few = TemperatureFit.Fit(definition, large, 1, targets, [.. Enumerable.Range(0, Rows).Select(row => row < 40 ? 1.0 : 0)]);
        Assert.NotEqual(found, few, 1e-3); // forty rows leave more of the doubt
        Assert.Equal(few, TemperatureFit.Fit(definition, large, 1, targets, [.. Enumerable.Range(0, Rows).Select(row => row < 40 ? 1e-4 : 0)]), 1e-6); // whatever weights are counted in
        Assert.Equal(1, TemperatureFit.Fit(definition, Array.ConvertAll(large, logit => logit / found), 1, targets, null), 1e-2); // the doubt that held the first back from 3 is gone
    }

    [Fact]
    public void ValuesHaveNoTemperature() =>
        Assert.Equal(1, TemperatureFit.Fit(NetworkDefinition.Parse("1-1"), Normal(10), 1, Targets<double>.Values(Normal(10), 1), null));

    [Theory]
    [InlineData(100, 5)]
    [InlineData(101, 7)]
    [InlineData(4, 4)]
    public void FoldsDivideRowsClassByClass(int rows, int folds)
    {
        int[] classes = [.. Enumerable.Range(0, rows).Select(row => row % 10 == 0 ? 1 : 0)];
        int[][] parts = StratifiedFolds.Split(classes, rows, folds, seed: 4);
        Assert.Equal(Enumerable.Range(0, rows), parts.SelectMany(part => part).Order());
        Assert.All(parts, part => Assert.InRange(part.Length, rows / folds, (rows / folds) + 1));
        int ones = classes.Sum();
        Assert.All(parts, part => Assert.InRange(part.Sum(row => classes[row]), ones / folds, (ones / folds) + 1));
        Assert.Equal(parts, StratifiedFolds.Split(classes, rows, folds, seed: 4));
        Assert.Throws<DataException>(() => StratifiedFolds.Split([], 3, 4, 0));
        Assert.Throws<UsageException>(() => StratifiedFolds.Split([], 3, 1, 0));
    }

    private static Trainer<float> TrainerOf(ulong seed, double rate = 0.01, int epochs = 3, double? maxSeconds = null)
    {
        double[] x = Normal(2 * 64, seed: 8);
        var data = new Dataset<float>(64, 2, Array.ConvertAll(x, value => (float)value), Targets<float>.Values([.. Enumerable.Range(0, 64).Select(n => (float)(x[2 * n] * x[(2 * n) + 1]))], 1));
        var network = new Network<float>(NetworkDefinition.Parse("2-8:relu-1"), Initializer.PyTorch, seed);
        return new(network, data, data, Optimizer.Create("sgd", new() { LearningRate = rate }), new() { Epochs = epochs, BatchSize = 8, Seed = seed, MaxSeconds = maxSeconds, Step = new() { Threads = 1 } });
    }

    [Fact]
    public void MembersAreTrainedAsIfTheyWereAlone()
    {
        float[][] Weights(int threads)
        {
            Trainer<float>[] trainers = [.. Enumerable.Range(0, 5).Select(seed => TrainerOf((ulong)seed))];
            new EnsembleTrainer<float>(trainers, threads).Run(cancellation: TestContext.Current.CancellationToken);
            return [.. trainers.Select(trainer => trainer.Network.Layers[0].GetWeights())];
        }

        float[][] alone = [.. Enumerable.Range(0, 5).Select(seed =>
        {
            Trainer<float> trainer = TrainerOf((ulong)seed);
            trainer.Run(cancellation: TestContext.Current.CancellationToken);
            return trainer.Network.Layers[0].GetWeights();
        })];
        Assert.Equal(alone, Weights(1));
        Assert.Equal(alone, Weights(2));
        Assert.Equal(alone, Weights(9));
    }

    [Fact]
    public void OneThatDivergesDoesNotStopTheOthers()
    {
        Trainer<float>[] trainers = [TrainerOf(0), TrainerOf(1, rate: 1e30), TrainerOf(2)];
        IReadOnlyList<MemberResult> results = new EnsembleTrainer<float>(trainers, 2).Run(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([false, true, false], results.Select(result => result.Divergence is not null));
        Assert.Equal([3, 3], results.Where(result => result.Result is not null).Select(result => result.Result!.History.Count));
        Assert.Null(results[1].Kept);
    }

    [Fact]
    public void TimeIsSharedOut()
    {
        Trainer<float>[] trainers = [.. Enumerable.Range(0, 4).Select(seed => TrainerOf((ulong)seed, epochs: 10_000_000))];
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        IReadOnlyList<MemberResult> results = new EnsembleTrainer<float>(trainers, 2).Run(maxSeconds: 2, cancellation: TestContext.Current.CancellationToken);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds, 0.5, 10);
        Assert.All(results, result => Assert.Equal(StopReason.MaxTime, result.Result!.Reason));
        Assert.All(results, result => Assert.True(result.Result!.Steps > 0));
    }

    [Fact]
    public void WithoutSecondsOfItsOwnEachHasThoseOfItsOptions()
    {
        Trainer<float>[] trainers = [TrainerOf(0, epochs: 10_000_000, maxSeconds: 0.3), TrainerOf(1)];
        IReadOnlyList<MemberResult> results = new EnsembleTrainer<float>(trainers, 2).Run(cancellation: new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        Assert.Equal([StopReason.MaxTime, StopReason.Finished], results.Select(result => result.Result!.Reason));
    }

    [Fact]
    public void NoNetworkAndNoThreadsAreRefused()
    {
        Assert.Throws<ArgumentException>(() => new EnsembleTrainer<float>([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EnsembleTrainer<float>([TrainerOf(0)], -1));
    }

    [Fact]
    public void TimeOfAnEarlierRunIsNotThisOnes()
    {
        Checkpoint<float>? half = null;
        Trainer<float> first = TrainerOf(0);
        first.CheckpointReached += checkpoint => half = checkpoint.Epoch == 3 ? checkpoint : half;
        first.Run(cancellation: TestContext.Current.CancellationToken);
        var trainer = new EnsembleTrainer<float>([TrainerOf(0), TrainerOf(1)], 1);
        IReadOnlyList<MemberResult> members = trainer.Run([half, null], cancellation: TestContext.Current.CancellationToken);
        TrainingResult result = EnsembleResult.Of(members, members, null, trainer);
        Assert.Equal(members.Sum(member => member.Result!.ValidationSeconds), result.ValidationSeconds, 1e-9);
        Assert.Equal(result.Steps, result.History.Skip(result.Earlier).Sum(epoch => epoch.Steps));
    }

    [Fact]
    public void AnEvaluatorIsOfTheVeryNetwork()
    {
        Trainer<float> one = TrainerOf(0);
        var data = new Dataset<float>(2, 2, [1, 2, 3, 4], Targets<float>.Values([1, 2], 1));
        foreach (Ensemble<float> other in new Ensemble<float>[] { new(one.Network.Clone()), new([one.Network, one.Network.Clone()]) })
        {
            using var evaluator = new Evaluator<float>(other);
            Assert.Contains("evaluator", Assert.Throws<ArgumentException>(() => new Trainer<float>(one.Network, data, data, Optimizer.Create("sgd"), evaluator: evaluator)).Message);
        }
    }
}
