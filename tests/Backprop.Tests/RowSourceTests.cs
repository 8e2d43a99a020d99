using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Rows that are asked for batch by batch train the same network as rows in an array, to the bit.</summary>
public class RowSourceTests
{
    /// <summary>In any order; where it is the file's, narrow networks read rows of an array in place, but for those whose weight is 0.</summary>
    [Theory]
    [InlineData("2-8:tanh-2:softmax", 200, true)]
    [InlineData("19-9:gelu-5:softmax", 333, true)]
    [InlineData("19-64:relu-64:relu-5:softmax", 600, true)]
    [InlineData("70-300:silu-5:softmax", 64, true)]
    [InlineData("2-8:tanh-2:softmax", 200, false)]
    [InlineData("8-3:tanh-2:softmax", 200, false)]
    [InlineData("16-16:tanh-2:softmax", 333, false)]
    [InlineData("32-16:tanh-7:softmax", 200, false)]
    [InlineData("32-16:tanh-7:softmax", 200, false, true)]
    [InlineData("48-9:gelu-5:softmax", 900, false)]
    [InlineData("48-16:gelu-5:softmax", 37, false)]
    [InlineData("40-16:gelu-5:softmax", 200, false)]
    [InlineData("70-300:silu-5:softmax", 64, false)]
    public void RowsThatAreAskedForAreTheRows(string specification, int batch, bool isShuffled, bool isWeighted = false)
    {
        var definition = NetworkDefinition.Parse(specification);
        var made = new MadeUp(1000, definition.Inputs);
        float[] features = new float[1000 * definition.Inputs];
        made.CopyRows([.. Enumerable.Range(0, 1000)], features, definition.Inputs);
        var targets = Targets<float>.Classes([.. Enumerable.Range(0, 1000).Select(row => row % definition.Outputs)], definition.Outputs);
        float[] Trained(Dataset<float> data)
        {
            var network = new Network<float>(definition, Initializer.PyTorch, seed: 1);
            using var step = new TrainingStep<float>(network, Optimizer.Create("adam"), batch);
            for (int epoch = 0; epoch < 3; epoch++)
            {
                for (int start = 0; start < data.Rows; start += batch)
                {
                    step.Run(data, isShuffled ? new(data.Rows, 7, epoch) : RowPermutation.FileOrder(data.Rows), start, Math.Min(batch, data.Rows - start), 1e-3);
                }
            }

            using var predictor = new Predictor<float>(network);
            return [.. network.Parameters.Span, (float)predictor.Evaluate(data, out _)];
        }

        float[]? weights = isWeighted ? [.. Enumerable.Range(0, 1000).Select(row => row % 250 == 101 ? 0 : 1f)] : null; // in every second batch
        Assert.Equal(Trained(new(1000, definition.Inputs, features, targets, weights)), Trained(new(made, targets, weights)));
    }

    [Fact]
    public void TargetsAndWeightsMustBelongToTheRows()
    {
        var made = new MadeUp(4, 2);
        Assert.Throws<DataException>(() => new Dataset<float>(made, Targets<float>.Classes([0, 1], 2)));
        Assert.Throws<DataException>(() => new Dataset<float>(made, Targets<float>.Classes([0, 1, 0, 1], 2), [1, 1, -1, 1]));
    }

    private sealed class MadeUp(int rows, int width) : RowSource<float>(rows, width)
    {
        public override void CopyRows(ReadOnlySpan<int> rows, Span<float> to, int stride)
        {
            for (int n = 0; n < rows.Length; n++)
            {
                for (int j = 0; j < Width; j++)
                {
                    to[(n * stride) + j] = (float)new CounterRandom(3, (ulong)rows[n]).Normal((ulong)j);
                }
            }
        }
    }
}
