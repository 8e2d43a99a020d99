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
    [Theory]
    [InlineData("2-8:tanh-2:softmax", 200)]
    [InlineData("19-9:gelu-5:softmax", 333)]
    [InlineData("19-64:relu-64:relu-5:softmax", 600)]
    [InlineData("70-300:silu-5:softmax", 64)]
    public void RowsThatAreAskedForAreTheRows(string specification, int batch)
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
                    step.Run(data, new(data.Rows, 7, epoch), start, Math.Min(batch, data.Rows - start), 1e-3);
                }
            }

            using var predictor = new Predictor<float>(network);
            return [.. network.Parameters.Span, (float)predictor.Evaluate(data, out _)];
        }

        Assert.Equal(Trained(new(1000, definition.Inputs, features, targets)), Trained(new(made, targets)));
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
