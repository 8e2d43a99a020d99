using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Minimizers of the whole objective: PyTorch's steps, minima, the same bits, and what they refuse.</summary>
public class MinimizerTests
{
    public static TheoryData<string> Names => [.. BuiltIn.Minimizers];

    [Fact]
    public void TheyTakeTheStepsOfTheGoldenFile()
    {
        using JsonDocument file = Golden.Open("golden-minimizers.json.gz");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonElement run in file.RootElement.GetProperty("runs").EnumerateArray())
        {
            string name = run.GetProperty("method").GetString()!;
            seen.Add(name);
            var definition = NetworkDefinition.Parse(run.GetProperty("network").GetString()!, Loss.Parse(run.GetProperty("loss").GetString()!));
            Network<double> network = Golden.Network(definition, run.GetProperty("weights"), run.GetProperty("biases"));
            double[] x = Golden.Numbers(run.GetProperty("x")), t = Golden.Numbers(run.GetProperty("t"));
            Targets<double> targets = definition.Loss.Name == "cross_entropy" ? Targets<double>.Classes([.. t.Select(one => (int)one)], definition.TargetCount) : Targets<double>.Values(t, definition.TargetCount);
            JsonElement weights = run.GetProperty("weight");
            var data = new Dataset<double>(x.Length / definition.Inputs, definition.Inputs, x, targets, weights.ValueKind == JsonValueKind.Null ? null : Golden.Numbers(weights));
            using var objective = new Objective<double>(network, data, 0, run.GetProperty("l2").GetDouble());
            Minimizer minimizer = name == "lbfgs" ? new Lbfgs(run.GetProperty("history").GetInt32(), 1e-7, 1e-9) : new LevenbergMarquardt();
            Minimization<double> minimization = minimizer.Start(objective);
            for (int n = 0; n < run.GetProperty("losses").GetArrayLength(); n++)
            {
                string what = $"{name} {definition} step {n + 1}";
                Golden.Near([run.GetProperty("losses")[n].GetDouble()], [minimization.Step(run.GetProperty("learning_rate").GetDouble())], 1e-9, what);
                for (int layer = 0; layer < network.Layers.Length; layer++)
                {
                    JsonElement after = run.GetProperty("after")[n];
                    Golden.Near(Golden.Numbers(after[2 * layer]), network.Layers[layer].GetWeights(), 1e-7, $"{what} layer {layer + 1}");
                    Golden.Near(Golden.Numbers(after[(2 * layer) + 1]), network.Layers[layer].GetBiases(), 1e-7, $"{what} layer {layer + 1}");
                }
            }
        }

        Assert.Equal(BuiltIn.Minimizers.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        Assert.Subset(TrainingMethod.Names.Except(Optimizer.Names).ToHashSet(), seen);
    }

    [Fact]
    public void ASineByTenUnits()
    {
        double[] x = [.. Enumerable.Range(0, 100).Select(n => -Math.PI + (2 * Math.PI * n / 99))];
        Dataset<double> data = new(100, 1, x, Targets<double>.Values([.. x.Select(Math.Sin)], 1));
        Network<double> network = new(NetworkDefinition.Parse("1-10:tanh-1"), Initializer.PyTorch, 1);
        long began = Stopwatch.GetTimestamp();
        TrainingResult result = new Trainer<double>(network, data, null, new LevenbergMarquardt(), new() { Epochs = 1000 }).Run();
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        double error = Backpropagation.Gradient(network, data).Loss;
        TestContext.Current.SendDiagnosticMessage($"{error:E2} after {result.History.Count} iterations in {seconds:F3} s, {result.Reason}; {result.History.TakeWhile(epoch => epoch.Loss > 1e-10).Count()} to 1e-10");
        Assert.True(error < 1e-10, $"{error}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheSameBitsOnAnyThreadsAndVectors(string name)
    {
        double[]? first = null;
        foreach (VectorPath path in VectorPaths.Available)
        {
            foreach (int threads in (int[])[1, 3])
            {
                Network<double> network = new(NetworkDefinition.Parse("3-60:tanh-2"), Initializer.PyTorch, 3);
                using var objective = new Objective<double>(network, Data<double>(), 0, 1e-3, threads, path);
                Minimization<double> minimization = ((Minimizer)TrainingMethod.Create(name)).Start(objective);
                for (int n = 0; n < 6; n++)
                {
                    minimization.Step();
                }

                first ??= objective.Parameters.ToArray();
                Assert.Equal(first, objective.Parameters.ToArray());
            }
        }
    }

    [Theory]
    [InlineData("lbfgs", 0, 7)]
    [InlineData("lbfgs", 1, 1)]
    [InlineData("levenberg_marquardt", 0, 4)]
    public void AResumedRunEndsOnTheSameBits(string name, double validates, int at)
    {
        Trainer<float> Make() => new(new(NetworkDefinition.Parse("3-5:tanh-2"), Initializer.PyTorch, 3), Data<float>(), validates > 0 ? Data<float>() : null, TrainingMethod.Create(name), new() { Epochs = 12 });
        Checkpoint<float>? kept = null;
        Trainer<float> whole = Make();
        whole.CheckpointReached += checkpoint => kept = checkpoint.Epoch == at + 1 ? checkpoint : kept;
        TrainingResult result = whole.Run();
        string folder = Directory.CreateTempSubdirectory("backprop").FullName;
        try
        {
            using (var written = new CheckpointFolder(folder))
            {
                written.Begin();
                written.Write(kept!, new Dictionary<string, string>());
            }

            using var read = new CheckpointFolder(folder);
            Trainer<float> resumed = Make();
            TrainingResult again = resumed.Run(read.Read<float>());
            Assert.Equal(at, again.Earlier);
            Assert.Equal(result.History.Select(epoch => epoch.Loss), again.History.Select(epoch => epoch.Loss));
            Assert.Equal(whole.Network.Layers.SelectMany(layer => layer.GetWeights()), resumed.Network.Layers.SelectMany(layer => layer.GetWeights()));
            Assert.Throws<ModelException>(() => Make().Run(kept! with { StepState = "1 2" }));
            Assert.Throws<ModelException>(() => Make().Run(kept! with { Moments = [new float[3]] }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A line by one unit: the minimum is reached, and then the run is over.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void ARunEndsWhereNothingChangesAnyMore(string name)
    {
        Dataset<double> data = new(4, 1, [0, 1, 2, 3], Targets<double>.Values([1, 3, 5, 8], 1));
        Network<double> network = new(NetworkDefinition.Parse("1-1"), Initializer.PyTorch, 3);
        Checkpoint<double>? last = null;
        Trainer<double> Make() => new(network, data, data, TrainingMethod.Create(name), new() { Epochs = 100 });
        Trainer<double> trainer = Make();
        trainer.CheckpointReached += checkpoint => last = checkpoint;
        TrainingResult result = trainer.Run();
        Assert.Equal(StopReason.Converged, result.Reason);
        Assert.InRange(result.History.Count, 2, 30);
        Assert.Equal(2.3, network.Layers[0].GetWeight(0, 0), 1e-6);
        Assert.Equal(0.8, network.Layers[0].GetBias(0), 1e-6);
        TrainingResult again = Make().Run(last);
        Assert.Equal((0, StopReason.Converged), (again.Steps, again.Reason));
    }

    [Fact]
    public void WhatTheyCannotTrainIsRefused()
    {
        void Says(string message, string name, string network = "3-4:tanh-2", string loss = "mean_squared_error", TrainingStepOptions? step = null, double dropout = 0)
        {
            var parsed = NetworkDefinition.Parse(network, Loss.Parse(loss));
            NetworkDefinition definition = new(3, parsed.Layers.Select((layer, index) => index == 0 ? new LayerDefinition(layer.Units, layer.Activation, dropout) : layer), parsed.Loss);
            var trainer = new Trainer<double>(new(definition, Initializer.PyTorch), Data<double>(), null, TrainingMethod.Create(name), new() { Step = step ?? new() });
            Assert.Contains(message, Assert.Throws<UsageException>(() => trainer.Run()).Message);
        }

        Says("dropout 0.5 found", "lbfgs", dropout: 0.5);
        Says("clipping found", "lbfgs", step: new() { ClipNorm = 1 });
        Says("clipping found", "levenberg_marquardt", step: new() { ClipValue = 1 });
        Says("huber found, squared_error or mean_squared_error expected", "levenberg_marquardt", loss: "huber");
        Says("L1 penalty of 0.5 found", "levenberg_marquardt", step: new() { L1 = 0.5 });
        Says("6,002 found, at most 5,000", "levenberg_marquardt", "3-1000:tanh-2");
        Assert.Contains("no option 'weight-decay'", Assert.Throws<UsageException>(() => TrainingMethod.Create("lbfgs", new() { WeightDecay = 1 })).Message);
        Assert.Contains("no option 'learning-rate'", Assert.Throws<UsageException>(() => new LevenbergMarquardt(new() { LearningRate = 1 })).Message);
        Assert.Contains("goes by the gradient of all rows", Assert.Throws<UsageException>(() => Optimizer.Create("lbfgs")).Message);
        Assert.Contains("history size", Assert.Throws<UsageException>(() => new Lbfgs(0, 1, 1)).Message);
    }

    /// <summary>Whatever the size of the data, the loss falls; where squares leave all bounds it does not rise, or the run says that it is not finite.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void DataOfAnySize(string name)
    {
        foreach (double size in (double[])[1e-12, 1e-6, 1, 1e6, 1e12, 1e100, 1e160])
        {
            Network<double> network = new(NetworkDefinition.Parse("3-4:softplus-2"), Initializer.PyTorch, 3);
            Dataset<double> data = Data<double>();
            data = new(data.Rows, 3, [.. data.Features.ToArray().Select(value => value * size)], data.Targets);
            double before = Backpropagation.Gradient(network, data).Loss;
            try
            {
                new Trainer<double>(network, data, null, TrainingMethod.Create(name), new() { Epochs = 30 }).Run();
                double after = Backpropagation.Gradient(network, data).Loss;
                Assert.True(after < before || (after == before && size >= 1e100), $"{size}: {after} after {before}");
            }
            catch (DivergenceException error)
            {
                Assert.True(size >= 1e100, $"{size}: {error.Message}");
            }
        }
    }

    /// <summary>A minimizer of one's own is a class, and an optimizer's name.</summary>
    [Fact]
    public void OneOfOnesOwn()
    {
        TrainingMethod.Register("steepest_descent", _ => new SteepestDescent());
        Network<double> network = new(NetworkDefinition.Parse("3-4:tanh-2"), Initializer.PyTorch, 3), other = network.Clone();
        new Trainer<double>(network, Data<double>(), null, TrainingMethod.Create("steepest_descent"), new() { Epochs = 5 }).Run();
        new Trainer<double>(other, Data<double>(), null, new Sgd(new() { LearningRate = 1 }), new() { Epochs = 5, BatchSize = 500, Shuffle = false }).Run();
        Golden.Near(other.Layers[0].GetWeights(), network.Layers[0].GetWeights(), 1e-12, "weights");
        Assert.Throws<ArgumentException>(() => TrainingMethod.Register("steepest_descent", _ => new SteepestDescent()));
        Assert.Contains("is called", Assert.Throws<ArgumentException>(() => TrainingMethod.Register("other", _ => new SteepestDescent())).Message);
        Assert.DoesNotContain("steepest_descent", Optimizer.Names);
    }

    private static Dataset<T> Data<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(
        60, 3, [.. Enumerable.Range(0, 180).Select(n => T.CreateTruncating(Math.Sin(n * n)))],
        Targets<T>.Values([.. Enumerable.Range(0, 120).Select(n => T.CreateTruncating(Math.Cos(3 * n) + Math.Sin(n * n)))], 2));

    private sealed class SteepestDescent() : Minimizer(new())
    {
        public override string Name => "steepest_descent";

        protected override IReadOnlyList<string> OptionNames => [];

        public override Minimization<T> Start<T>(Objective<T> objective) => new Descent<T>(objective);

        private sealed class Descent<T>(Objective<T> objective) : Minimization<T>(objective) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            protected override void Iterate(double learningRate)
            {
                for (int n = 0; n < Gradient.Length; n++)
                {
                    Objective.Parameters[n] -= T.CreateTruncating(learningRate) * Gradient[n];
                }

                Take(Objective.Evaluate());
            }

            public override (string Numbers, T[][] Vectors) Save() => ("", []);

            public override void Restore(string numbers, T[][] vectors)
            {
            }
        }
    }

    [Fact]
    public void TheJacobianIsTheSameOnAnyThreads()
    {
        double[] Trained(int threads)
        {
            var network = new Network<double>(NetworkDefinition.Parse("3-40:tanh-30:tanh-2"), Initializer.PyTorch, seed: 5); // worth several
            double[] features = [.. Enumerable.Range(0, 75).Select(n => Math.Sin(n * n))], weights = [.. Enumerable.Range(0, 25).Select(n => n % 4 == 0 ? 0 : 1.0)];
            using var objective = new Objective<double>(network, new(25, 3, features, Targets<double>.Values([.. Enumerable.Range(0, 50).Select(n => Math.Cos(n))], 2), weights), threads: threads);
            Minimization<double> minimization = new LevenbergMarquardt().Start(objective);
            minimization.Step();
            minimization.Step();
            return network.Parameters.Span.ToArray();
        }

        double[] one = Trained(1);
        Assert.Equal(one, Trained(3));
        Assert.Equal(one, Trained(4));
    }

    /// <summary>Every step ends where the strong Wolfe conditions hold, however far off the first length is: bracketed, and narrowed.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(0.01)]
    public void AStepOfLbfgsIsLongEnoughAndNotTooLong(double first)
    {
        int steps = 0, failed = 0;
        for (ulong seed = 0; seed < 6; seed++)
        {
            var network = new Network<double>(NetworkDefinition.Parse("3-6:tanh-5:tanh-2"), Initializer.PyTorch, seed);
            double[] features = [.. Enumerable.Range(0, 60).Select(n => 3 * Math.Sin((n * n) + (int)seed))];
            using var objective = new Objective<double>(network, new(20, 3, features, Targets<double>.Values([.. Enumerable.Range(0, 40).Select(n => Math.Cos(n))], 2)), threads: 1);
            Minimization<double> minimization = new Lbfgs().Start(objective);
            for (int step = 0; step < 12; step++)
            {
                double value = objective.Evaluate();
                double[] at = objective.Parameters.ToArray(), gradient = objective.Gradient.ToArray();
                minimization.Step(first);
                double before = 0, after = 0;
                for (int n = 0; n < at.Length; n++)
                {
                    before += gradient[n] * (objective.Parameters[n] - at[n]);
                    after += minimization.Gradient[n] * (objective.Parameters[n] - at[n]);
                }

                steps++;
                failed += minimization.Value <= value + (1e-4 * before) && Math.Abs(after) <= 0.9 * Math.Abs(before) ? 0 : 1;
            }
        }

        Assert.True(failed == 0, $"{failed} of {steps} steps");
    }

    /// <summary>Each step is PyTorch's along the same line: first lengths far too short and far too long, on lines that bend either way.</summary>
    [Theory]
    [InlineData(1e-4)]
    [InlineData(0.01)]
    [InlineData(0.3)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(300)]
    public void ALineIsSearchedAsPyTorchDoes(double first)
    {
        for (ulong seed = 0; seed < 40; seed++)
        {
            var network = new Network<double>(NetworkDefinition.Parse(seed % 2 == 0 ? "3-6:tanh-5:tanh-2" : "3-8:sine-2"), Initializer.PyTorch, seed);
            double[] features = [.. Enumerable.Range(0, 60).Select(n => 3 * Math.Sin((n * n) + (int)seed))];
            using var objective = new Objective<double>(network, new(20, 3, features, Targets<double>.Values([.. Enumerable.Range(0, 40).Select(n => Math.Cos(n))], 2)), threads: 1);
            Minimization<double> minimization = new Lbfgs().Start(objective);
            for (int step = 0; step < 8; step++)
            {
                objective.Evaluate();
                double[] start = objective.Parameters.ToArray();
                double sum = objective.Gradient.ToArray().Sum(Math.Abs);
                minimization.Step(first);
                double[] end = objective.Parameters.ToArray();
                (string numbers, double[][] vectors) = minimization.Save();
                string[] parts = numbers.Split(' ');
                if (parts[0] == "0" || minimization.HasConverged)
                {
                    break; // no step brought anything
                }

                double[] direction = vectors[0];
                double found = double.Parse(parts[1], CultureInfo.InvariantCulture);
                double expected = StrongWolfe.Search(Line, first * (step == 0 ? Math.Min(1, 1 / sum) : 1), direction.Max(Math.Abs));
                Assert.True(Math.Abs(found - expected) <= 1e-9 * expected, $"seed {seed}, step {step}: {found:R} found, {expected:R} expected");
                end.CopyTo(objective.Parameters);

                (double Value, double Slope) Line(double t)
                {
                    for (int n = 0; n < start.Length; n++)
                    {
                        objective.Parameters[n] = start[n] + (t * direction[n]);
                    }

                    double value = objective.Evaluate(), slope = 0;
                    for (int n = 0; n < start.Length; n++)
                    {
                        slope += objective.Gradient[n] * direction[n];
                    }

                    return (value, slope);
                }
            }
        }
    }
}
