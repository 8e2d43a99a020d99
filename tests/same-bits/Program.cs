using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Backprop.Activations;
using Backprop.Data;
using Backprop.Inputs;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Optimizers.Schedules;
using Backprop.Training;

namespace Backprop.SameBits;

/// <summary>
/// Trains a network with every activation, loss, optimizer, schedule, initializer and part, in float and double, and prints each one's parameters
/// as bytes in Base64: <c>group/name bytes</c>. Above them the vectors, behind a #. An argument is the number of threads.
/// </summary>
internal static class Program
{
    private const int Rows = 150, Features = 7;

    private static void Main(string[] args)
    {
        int threads = args is [var given] ? int.Parse(given, CultureInfo.InvariantCulture) : 0;
        Console.WriteLine($"# {VectorPaths.Current.Name()} {RuntimeInformation.ProcessArchitecture} {RuntimeInformation.FrameworkDescription}");
        if (VectorPaths.Warning is { } warning)
        {
            Console.Error.WriteLine(warning);
        }

        Run<float>("float", threads);
        Run<double>("double", threads);
    }

    private static void Run<T>(string precision, int threads) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        void Train(string name, NetworkDefinition definition, string optimizer = "adam", TrainerOptions? options = null, Initializer? initializer = null)
        {
            var network = new Network<T>(definition, initializer ?? Initializer.PyTorch, seed: 3);
            options = (options ?? new()) with { Epochs = 4, Seed = 5, BatchSize = 32 };
            new Trainer<T>(network, Data<T>(definition), null, TrainingMethod.Create(optimizer), options with { Step = options.Step with { Threads = threads } }).Run();
            Console.WriteLine($"{precision}/{name} {Convert.ToBase64String([.. network.Blocks.SelectMany(block => MemoryMarshal.AsBytes<T>(block.Get()).ToArray())])}");
        }

        foreach (string activation in ActivationFunction.Names)
        {
            Train($"activations/{activation}", NetworkDefinition.Parse(ActivationFunction.Parse(activation).IsElementwise ? $"{Features}-19:{activation}-11:{activation}-3" : $"{Features}-19:tanh-3:{activation}"));
        }

        foreach (string loss in Loss.Names)
        {
            string output = loss switch { "cross_entropy" => "3:softmax", "binary_cross_entropy" => "3:sigmoid", "gaussian_nll" => "4", _ => "3" };
            Train($"losses/{loss}", NetworkDefinition.Parse($"{Features}-19:tanh-{output}", Loss.Parse(loss)));
        }

        foreach (string optimizer in TrainingMethod.Names)
        {
            Train($"optimizers/{optimizer}", NetworkDefinition.Parse($"{Features}-19:tanh-3"), optimizer);
        }

        foreach (string schedule in LearningRateSchedule.Names)
        {
            Train($"schedules/{schedule}", NetworkDefinition.Parse($"{Features}-19:tanh-3"), options: new() { Schedule = schedule, WarmupSteps = 3, Step = new() { L1 = 1e-4, L2 = 1e-3, ClipNorm = 0.5 } });
        }

        foreach (string initializer in Initializer.Names)
        {
            Train($"initializers/{initializer}", NetworkDefinition.Parse($"{Features}-19:tanh-19:relu-3:softmax"), initializer: Initializer.Parse(initializer));
        }

        foreach (string parts in (string[])["19:tanh,layer_norm", "19:silu,batch_norm", "19:gelu-19:gelu,residual", "19:relu,dropout(0.3)", "19:relu,batch_norm,dropout(0.2)-19:silu,layer_norm,residual,dropout(0.1)"])
        {
            Train($"parts/{parts}", NetworkDefinition.Parse($"{Features}-{parts}-3:softmax"));
        }

        foreach ((string name, InputDefinition input) in ((string, InputDefinition)[])
        [
            ("scale", new(Features, [], Scale: true)),
            ("periodic", new(Features, [], Periodic: new(5, 4, 0.5))),
            ("codes", new(Features - 2, [new(5, 3), new(30, 4)])),
            ("all", new(Features - 2, [new(5, 3), new(30, 4)], Scale: true, new(5, 4, 0.5))),
        ])
        {
            Train($"inputs/{name}", new(input, NetworkDefinition.ParseLayers("19:tanh-3:softmax")));
        }

        // wide enough for whole tiles of every vector, and for sums in pieces
        Train("sizes/wide", NetworkDefinition.Parse($"{Features}-1100:relu-40:tanh-3:softmax"), "sgd");
        Train("sizes/narrow", NetworkDefinition.Parse($"{Features}-2:tanh-1"), "sgd");
        Train("sizes/one-batch", NetworkDefinition.Parse($"{Features}-70:gelu-3:softmax"), options: new() { Step = new() { Accumulate = 5 } });
    }

    /// <summary>Normal numbers, then codes; classes where they are learned, else numbers between 0 and 1.</summary>
    private static Dataset<T> Data<T>(NetworkDefinition definition) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new CounterRandom(1, 1);
        var targets = new CounterRandom(1, 2);
        var features = new T[Rows * Features];
        for (int n = 0; n < features.Length; n++)
        {
            int code = definition.Input is { } input ? (n % Features) - input.Numbers : -1;
            features[n] = T.CreateTruncating(code < 0 ? random.Normal((ulong)n) : Math.Floor(random.Uniform((ulong)n) * definition.Input!.Codes[code].Categories));
        }

        return new(Rows, Features, features, definition.Loss.Name is "cross_entropy" or "hinge"
            ? Targets<T>.Classes([.. Enumerable.Range(0, Rows).Select(row => (int)(targets.Bits((ulong)row) % 3))], 3)
            : Targets<T>.Values([.. Enumerable.Range(0, Rows * definition.TargetCount).Select(n => T.CreateTruncating(targets.Uniform((ulong)n)))], definition.TargetCount));
    }
}
