using System.Numerics;
using Backprop.Activations;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Tests.Oracles;
using Backprop.Training;
using CsCheck;

namespace Backprop.Tests;

/// <summary>What is planned once and used again gives what a fresh one gives, to the bit, whoever changed the weights meanwhile, and how.</summary>
public class PlannedObjectTests
{
    private const int Rows = 90;

    [Fact]
    public void InputGradientsAfterAGradientWithoutThem()
    {
        var network = new Network<double>(NetworkDefinition.Parse("5-40:tanh-3"), Initializer.PyTorch, 3);
        Dataset<double> data = Data<double>(network.Definition, 1, weighted: false);
        using var pass = new Backpropagation<double>(network, 16);
        pass.Run(data);
        double[] found = pass.Run(data, toInput: true).InputGradients!;
        Assert.Equal(Backpropagation.Gradient(network, data, toInput: true, VectorPaths.Current, narrow: false).InputGradients!.Length, found.Length);
        using var fresh = new Backpropagation<double>(network, 16);
        Assert.Equal(fresh.Run(data, toInput: true).InputGradients!, found);
        Assert.Contains(found, value => value != 0);
    }

    [Fact]
    public void AGradientPlannedBeforeAStepSeesTheStep()
    {
        var network = new Network<double>(NetworkDefinition.Parse("5-40:tanh-40:tanh-3"), Initializer.PyTorch, 3);
        Dataset<double> data = Data<double>(network.Definition, 1, weighted: false);
        using var pass = new Backpropagation<double>(network, 16);
        using var step = new TrainingStep<double>(network, Optimizer.Create("sgd"), Rows);
        pass.Run(data);
        step.Run(data, RowPermutation.FileOrder(Rows), 0, Rows, 0.1);
        using var fresh = new Backpropagation<double>(network, 16);
        Assert.Equal(fresh.Run(data).WeightGradients(1), pass.Run(data).WeightGradients(1));
    }

    [Fact]
    public void StepsThatAlternateSeeEachOther()
    {
        Network<double> Make() => new(NetworkDefinition.Parse("5-40:tanh-40:tanh-3"), Initializer.PyTorch, 3);
        Network<double> shared = Make(), expected = Make();
        Dataset<double> data = Data<double>(shared.Definition, 1, weighted: false);
        using var a = new TrainingStep<double>(shared, Optimizer.Create("sgd"), Rows);
        using var b = new TrainingStep<double>(shared, Optimizer.Create("sgd"), Rows);
        for (int n = 0; n < 6; n++)
        {
            (n % 2 == 0 ? a : b).Run(data, RowPermutation.FileOrder(Rows), 0, Rows, 0.1);
            using var fresh = new TrainingStep<double>(expected, Optimizer.Create("sgd"), Rows);
            fresh.Run(data, RowPermutation.FileOrder(Rows), 0, Rows, 0.1);
            Assert.Equal(Numbers(expected), Numbers(shared));
        }
    }

    /// <summary>A step keeps its own copy of the weights up to date, tile by tile: nothing is copied anew unless somebody else changed them.</summary>
    [Fact]
    public void AStepDoesNotCopyItsOwnWeightsAnew()
    {
        var network = new Network<double>(NetworkDefinition.Parse("5-40:tanh-40:tanh-3"), Initializer.PyTorch, 3);
        Dataset<double> data = Data<double>(network.Definition, 1, weighted: false);
        using var step = new TrainingStep<double>(network, Optimizer.Create("sgd"), Rows);
        step.Run(data, RowPermutation.FileOrder(Rows), 0, Rows, 0.1);
        Assert.True(step.HasFreshCopy);
        network.Layers[1].SetBias(0, 1);
        Assert.False(step.HasFreshCopy);
        step.Run(data, RowPermutation.FileOrder(Rows), 0, Rows, 0.1);
        Assert.True(step.HasFreshCopy);
    }

    [Fact]
    public void AnyOrderOfUses() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 45].Array[1, 4], Gen.Int[0, 100_000], Gen.Int[0, 9].Array[6, 16], Gen.Bool).Sample((inputs, widths, seed, uses, single) =>
        {
            if (single)
            {
                new Uses<float>(inputs, widths, seed).Check(uses);
            }
            else
            {
                new Uses<double>(inputs, widths, seed).Check(uses);
            }
        }, iter: 300, threads: 1);

    private static T[] Numbers<T>(Network<T> network) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. network.Layers.SelectMany(layer => layer.GetWeights().Concat(layer.GetBiases()))];

    private static Dataset<T> Data<T>(NetworkDefinition definition, ulong seed, bool weighted) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new CounterRandom(seed, 1);
        T[] x = [.. Enumerable.Range(0, Rows * definition.Inputs).Select(n => T.CreateTruncating(random.Normal((ulong)n)))];
        T[]? weights = weighted ? [.. Enumerable.Range(0, Rows).Select(row => T.CreateTruncating(0.1 + random.Uniform(200_000 + (ulong)row)))] : null;
        Targets<T> targets = definition.Loss.Name == "hinge" || (seed % 2 == 0 && definition.Loss.Name == "cross_entropy")
            ? Targets<T>.Classes([.. Enumerable.Range(0, Rows).Select(row => (int)(random.Bits(100_000 + (ulong)row) % (ulong)definition.Outputs))], definition.Outputs)
            : Targets<T>.Values([.. Enumerable.Range(0, Rows * definition.TargetCount).Select(n => T.CreateTruncating(random.Uniform(100_000 + (ulong)n)))], definition.TargetCount);
        return new(Rows, definition.Inputs, x, targets, weights);
    }

    /// <summary>One network with everything that can be planned for it.</summary>
    private sealed class Uses<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Network<T> _network;
        private readonly Dataset<T> _data;
        private readonly Optimizer _optimizer;
        private readonly (int Batch, int Threads, bool? Narrow) _plan, _otherPlan;
        private readonly TrainingStepOptions _options;
        private readonly string _what;
        private long _epoch;

        public Uses(int inputs, int[] widths, int seed)
        {
            var choice = new CounterRandom((ulong)seed, 77);
            int drawn = 0;
            int Draw(int below) => (int)(choice.Bits((ulong)drawn++) % (ulong)below);
            string[] activations = [.. BuiltIn.Activations.Where(name => ActivationFunction.Create(name).IsElementwise && name != "exponential")];
            ActivationFunction inverse = ActivationFunction.Custom("inverse", p => 1 / p, p => -1 / (p * p));
            bool dropout = Draw(3) == 0, own = Draw(3) == 0;
            string loss = BuiltIn.Losses[Draw(BuiltIn.Losses.Length)];
            string output = loss switch { "cross_entropy" => Draw(2) == 0 ? "softmax" : "log_softmax", "binary_cross_entropy" => "sigmoid", "poisson" or "gaussian_nll" => "tanh", _ => "identity" };
            int outputs = widths[^1] + (loss == "gaussian_nll" ? widths[^1] % 2 : 0);
            var layers = new List<LayerDefinition>();
            foreach (int width in widths[..^1])
            {
                layers.Add(new(width, own ? inverse : ActivationFunction.Parse(activations[Draw(activations.Length)]), dropout && Draw(2) == 0 ? 0.3 : 0));
            }

            layers.Add(new(outputs, ActivationFunction.Parse(output)));
            _network = new(new(inputs, layers, Loss.Parse(loss)), Initializer.Parse("glorot_normal"), (ulong)seed);
            _data = PlannedObjectTests.Data<T>(_network.Definition, (ulong)seed, weighted: Draw(2) == 0);
            _optimizer = Optimizer.Create(Optimizer.Names[Draw(Optimizer.Names.Count)]);
            bool?[] narrow = [null, true, false];
            int[] batches = [1, 7, 16, 33, 90, 512];
            _plan = (batches[Draw(6)], 1 + Draw(2), narrow[Draw(3)]);
            _otherPlan = (batches[Draw(6)], 1 + Draw(2), narrow[Draw(3)]);
            _options = new() { Threads = 1 + Draw(2), Narrow = narrow[Draw(3)], ClipNorm = Draw(3) == 0 ? 1 : null, L2 = Draw(2) * 0.01, Seed = (ulong)seed };
            _what = $"{_network.Definition}, {loss}, {typeof(T).Name}, {_optimizer.Name}, plans {_plan} {_otherPlan} step {_options.Threads} {_options.Narrow}";
        }

        public void Check(int[] uses)
        {
            using Backpropagation<T> gradient = Plan(_network, _plan), other = Plan(_network, _otherPlan);
            using TrainingStep<T> step = new(_network, _optimizer, Rows, _options), second = new(_network, _optimizer, Rows, _options);
            using Predictor<T> predictor = new(_network), shared = new(_network, threads: 2);
            var evaluator = new Evaluator<T>(_network);
            for (int n = 0; n < uses.Length; n++)
            {
                string what = $"{_what}: use {n} of {string.Join(' ', uses)}";
                int part = 1 + (7 * n % Rows);
                switch (uses[n])
                {
                    case 0:
                        Same(gradient, _plan, toInput: false, what);
                        break;
                    case 1:
                        Same(gradient, _plan, toInput: true, what);
                        break;
                    case 2:
                        Same(other, _otherPlan, toInput: n % 2 == 0, what);
                        break;
                    case 3:
                        Same(step, part, what);
                        break;
                    case 4:
                        Same(second, part, what);
                        break;
                    case 5:
                        using (var fresh = new Predictor<T>(_network.Clone()))
                        {
                            ReadOnlySpan<T> rows = _data.Features[..(part * _network.Definition.Inputs)];
                            T[] expected = fresh.Predict(rows);
                            SameBits(expected, predictor.Predict(rows), what);
                            SameBits(expected, shared.Predict(rows), what);
                        }

                        break;
                    case 6:
                        SameBits([.. Figures(new Evaluator<T>(_network.Clone()))], [.. Figures(evaluator)], what);
                        break;
                    case 7:
                        _network.CopyFrom(new Network<T>(_network.Definition, Initializer.Parse("glorot_normal"), (ulong)(1000 + n)));
                        break;
                    case 8:
                        DenseLayer<T> layer = _network.Layers[n % _network.Layers.Length];
                        layer.SetWeights(Array.ConvertAll(layer.GetWeights(), w => w * T.CreateTruncating(0.75)));
                        layer.SetBiases(Array.ConvertAll(layer.GetBiases(), b => b + T.CreateTruncating(0.125)));
                        _network.Layers[^1].SetWeight(0, 0, T.CreateTruncating(0.5));
                        _network.Layers[0].SetBias(0, T.CreateTruncating(-0.25));
                        break;
                    default:
                        try
                        {
                            new Trainer<T>(_network, _data, n % 2 == 0 ? _data : null, _optimizer, new() { Epochs = 1, BatchSize = 40, Step = _options }).Run();
                        }
                        catch (DivergenceException)
                        {
                            _network.CopyFrom(new Network<T>(_network.Definition, Initializer.Parse("glorot_normal"), (ulong)n));
                        }

                        break;
                }
            }
        }

        private static Backpropagation<T> Plan(Network<T> network, (int Batch, int Threads, bool? Narrow) plan) => new(network, plan.Batch, plan.Threads, VectorPaths.Current, plan.Narrow);

        private void Same(Backpropagation<T> planned, (int Batch, int Threads, bool? Narrow) plan, bool toInput, string what)
        {
            using Backpropagation<T> fresh = Plan(_network.Clone(), plan);
            SameBits(Numbers(fresh.Run(_data, toInput)), Numbers(planned.Run(_data, toInput)), what);
        }

        /// <summary>A step on a copy, from the same state of the optimizer.</summary>
        private void Same(TrainingStep<T> planned, int samples, string what)
        {
            Network<T> copy = _network.Clone();
            using var fresh = new TrainingStep<T>(copy, _optimizer, Rows, _options);
            fresh.Steps = planned.Steps;
            for (int moment = 0; moment < planned.Moments.Length; moment++)
            {
                planned.Moments[moment].Span.CopyTo(fresh.Moments[moment].Span);
            }

            _epoch++;
            var order = new RowPermutation(Rows, 3, _epoch);
            double? Run(TrainingStep<T> step)
            {
                try
                {
                    return step.Run(_data, order, (int)(_epoch % (Rows - samples + 1)), samples, 0.01, _epoch);
                }
                catch (DivergenceException error)
                {
                    bool ofParameter = error.Message.Contains("a parameter", StringComparison.Ordinal);
                    Assert.True(!ofParameter || PlannedObjectTests.Numbers(step == fresh ? copy : _network).Any(w => !T.IsFinite(w)), $"{what}: {error.Message}, but every one is");
                    return null;
                }
            }

            int start = (int)(_epoch % (Rows - samples + 1));
            bool ordinary = IsOrdinary(Backpropagation.Gradient(copy, _data.Select([.. Enumerable.Range(start, samples).Select(n => order[n])])));
            double? expected = Run(fresh), found = Run(planned);
            Assert.True(!ordinary || found is not null, $"{what}: diverged, but every gradient that there is is small");
            Assert.True(expected.Equals(found), $"{what}: loss {found} found, {expected} expected");
            SameBits(PlannedObjectTests.Numbers(copy), PlannedObjectTests.Numbers(_network), what);
        }

        /// <summary>Whether a step of 0.01 along it cannot diverge; with dropout the step has another, and nothing is said.</summary>
        private bool IsOrdinary(Gradient<T> gradient) =>
            _network.Definition.Layers.All(layer => layer.Dropout == 0) && Numbers(gradient).All(g => T.IsFinite(g) && T.Abs(g) < T.CreateTruncating(1e12));

        private IEnumerable<T> Figures(Evaluator<T> evaluator)
        {
            Evaluation evaluation = evaluator.Evaluate(_data);
            return evaluation.Metrics.Select(metric => T.CreateTruncating(metric.Value)).Prepend(T.CreateTruncating(evaluation.Loss));
        }

        private T[] Numbers(Gradient<T> gradient) =>
        [
            T.CreateTruncating(gradient.Loss), .. gradient.InputGradients ?? [],
            .. Enumerable.Range(1, _network.Layers.Length).SelectMany(layer => gradient.WeightGradients(layer).Concat(gradient.BiasGradients(layer))),
        ];

        private static void SameBits(T[] expected, T[] found, string what)
        {
            Assert.Equal(expected.Length, found.Length);
            for (int n = 0; n < expected.Length; n++)
            {
                Assert.True(expected[n].Equals(found[n]), $"{what}: number {n} is {found[n]}, a fresh one has {expected[n]}");
            }
        }
    }
}
