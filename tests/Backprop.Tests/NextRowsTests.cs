using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>A narrow step asks memory for the rows that the next one will have if it goes on: where the next is another, it has its own.</summary>
public class NextRowsTests
{
    private const int Rows = 70_000;

    [Fact]
    public void AStepOfAnotherOrderPlaceOrLengthHasItsOwnRows()
    {
        var random = new CounterRandom(3, 1);
        Dataset<float> data = new(Rows, 2, [.. Enumerable.Range(0, Rows * 2).Select(n => (float)random.Normal((ulong)n))], Targets<float>.Classes([.. Enumerable.Range(0, Rows).Select(row => row % 2)], 2));
        RowPermutation first = new(Rows, 1, 0), second = new(Rows, 1, 1), file = RowPermutation.FileOrder(Rows);
        (RowPermutation Order, int Start, int Count)[] steps =
        [
            (first, 0, 64), (first, 64, 64), (second, 128, 64), (second, 192, 33), (second, 192, 64), (second, 256, 200), (second, 456, 16),
            (first, 0, 300), (first, 0, 200), (first, 300, 300), (first, 0, 160), (first, 5000, 300), (first, 160, 160),
            (file, 472, 64), (first, 536, 64), (first, Rows - 70, 64), (first, Rows - 6, 6), (second, 0, 300), (first, 300, 300), (first, 600, 300),
        ];
        var drawn = new Random(4);
        steps = [.. steps, .. Enumerable.Range(0, 300).Select(_ => (drawn.Next(3) == 0 ? second : first, drawn.Next(4) * 80, 80 * (1 + drawn.Next(3)) + (drawn.Next(4) == 0 ? drawn.Next(60) : 0)))];
        var network = new Network<float>(NetworkDefinition.Parse("2-8:tanh-2:softmax"), Initializer.PyTorch, seed: 2);
        using var step = new TrainingStep<float>(network, Optimizer.Create("sgd"), 300, new() { Narrow = true });
        foreach ((RowPermutation order, int start, int count) in steps)
        {
            Network<float> copy = network.Clone();
            using var fresh = new TrainingStep<float>(copy, Optimizer.Create("sgd"), 300, new() { Narrow = true });
            double expected = fresh.Run(data, order, start, count, 0.1);
            Assert.Equal(expected, step.Run(data, order, start, count, 0.1));
            Assert.Equal(copy.Parameters.Span.ToArray(), network.Parameters.Span.ToArray());
        }
    }
}
