using System.Numerics;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Propagation.Stages;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Dropout's masks are those of the scalar hash on every vector, and a step with them has the same bits however it is cut.</summary>
public unsafe class DropoutTests
{
    private const ulong Seed = 7;
    private const long Epoch = 3;
    private const int Layer = 1;

    /// <summary>Rows whose numbers of units go beyond 2³².</summary>
    private static readonly int[] s_rows = [0, 1, 2, 1_000_003, 134_217_727, 134_217_728, 2_000_000_000, int.MaxValue, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, int.MaxValue - 1];

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(1e-300)]
    [InlineData(1.1102230246251565e-16)] // 2⁻⁵³: one number alone is below
    [InlineData(1e-3)]
    [InlineData(1 - 1e-3)]
    [InlineData(0.99999999999999989)] // the last below 1
    public void MasksAreThoseOfTheScalarHash(double rate)
    {
        foreach (VectorPath path in VectorPaths.Available)
        {
            VectorPaths.Dispatch(path, new Masks<float>(rate, path));
            VectorPaths.Dispatch(path, new Masks<double>(rate, path));
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1e-300, 1)]
    [InlineData(1.1102230246251565e-16, 1)]
    [InlineData(1.2e-16, 2)]
    [InlineData(0.5, 1L << 52)]
    [InlineData(0.99999999999999989, (1L << 53) - 1)]
    public void TheLimitIsTheFirstNumberThatIsNotBelow(double bound, long whole) =>
        Assert.Equal((ulong)whole << 11, CounterRandom.Limit(bound));

    /// <summary>Samples in the lanes, units in the lanes, any vectors, any threads: one model.</summary>
    [Theory]
    [InlineData("2-8:relu,dropout(0.2)-2:softmax")]
    [InlineData("5-16:tanh,dropout(0.3)-3:softmax")]
    [InlineData("10-8:relu,dropout(0.1)-8:gelu,dropout(0.6)-3:softmax")]
    [InlineData("3-7:silu,dropout(0.2)-5:exponential-16:relu,dropout(0.5)-1")]
    public void EveryScheduleHasTheSameBits(string specification)
    {
        foreach (int batch in new[] { 1, 16, 33, 128, 200, 500 })
        {
            Same<float>(specification, batch);
            Same<double>(specification, batch);
        }
    }

    [Theory]
    [InlineData("2-8:relu,dropout(0.2)-2:softmax", 32, true)]
    [InlineData("2-8:relu,dropout(0.2)-2:softmax", 4, false)] // no lanes full
    [InlineData("2-8:relu,layer_norm,dropout(0.2)-2:softmax", 32, false)] // a norm needs all units of a sample
    [InlineData("2-40:relu,dropout(0.2)-2:softmax", 32, false)]
    public void NarrowIsWhatIsFasterAndPossible(string specification, int batch, bool narrow)
    {
        var network = new Network<float>(NetworkDefinition.Parse(specification), Initializer.PyTorch);
        var plan = StepPlan<float>.Create(network, new(batch, VectorPaths.Current, Optimizer.Create("sgd"), IsTraining: true, BatchStatistics: true), new(1));
        Assert.Equal(narrow, plan.IsNarrow);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AStepAllocatesNothing(bool narrow)
    {
        var network = new Network<float>(NetworkDefinition.Parse("19-16:relu,dropout(0.2)-5:softmax"), Initializer.PyTorch);
        Dataset<float> data = Data<float>(network.Definition, 64);
        using var step = new TrainingStep<float>(network, Optimizer.Create("adam"), 32, new() { Threads = 1, Narrow = narrow });
        RowPermutation order = new(64, 1, 1);
        long least = long.MaxValue;
        for (int n = 0; n < 20; n++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            step.Run(data, order, 32 * (n % 2), 32, 1e-3, n);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static void Same<T>(string specification, int batch) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[]? first = null;
        foreach (VectorPath path in VectorPaths.Available)
        {
            foreach ((int threads, bool narrow) in new[] { (1, false), (1, true), (2, true), (2, false) })
            {
                var network = new Network<T>(NetworkDefinition.Parse(specification), Initializer.PyTorch, 5);
                int rows = (2 * batch) + 3;
                Dataset<T> data = Data<T>(network.Definition, rows);
                using var step = new TrainingStep<T>(network, Optimizer.Create("adam"), batch, new() { Threads = threads, Vectors = path, Narrow = narrow, Seed = Seed });
                for (int start = 0; start < rows; start += batch)
                {
                    step.Run(data, new(rows, 1, 1), start, Math.Min(batch, rows - start), 0.01, Epoch);
                }

                T[] numbers = network.Parameters.Span.ToArray();
                Assert.True((first ??= numbers).AsSpan().SequenceEqual(numbers), $"{specification}, {typeof(T).Name}, {batch}, {path}, {threads} threads, narrow {narrow}");
            }
        }
    }

    private static Dataset<T> Data<T>(NetworkDefinition definition, int rows) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new CounterRandom(3, 1);
        T[] Numbers(int count, int from) => [.. Enumerable.Range(from, count).Select(n => T.CreateTruncating(random.Normal((ulong)n)))];
        return new(rows, definition.Inputs, Numbers(rows * definition.Inputs, 0), definition.Outputs > 1
            ? Targets<T>.Classes([.. Enumerable.Range(0, rows).Select(n => (int)(random.Bits((ulong)n) % (ulong)definition.Outputs))], definition.Outputs)
            : Targets<T>.Values(Numbers(rows, 100_000), 1));
    }

    private sealed class Masks<T>(double rate, VectorPath path) : IVectorVisitor<T, bool> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public bool Visit<V>() where V : unmanaged, ILanes<V, T>
        {
            var random = new CounterRandom(Seed, 0x44524F50ul ^ ((ulong)Epoch << 16) ^ ((ulong)Layer << 56));
            T kept = T.CreateTruncating(1 / (1 - rate));
            foreach (int units in new[] { 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 64, 70 })
            {
                var network = new Network<T>(NetworkDefinition.Parse($"1-{units}:relu-1"), Initializer.PyTorch);
                var samples = new Samples<T>(network.Definition, s_rows.Length, passesOverWeightless: false);
                samples.Begin(new(1, 1, [T.One], Targets<T>.Values([T.One], 1)), new(RowPermutation.FileOrder(1), 0, 1, 1, new(Seed, Epoch)));
                s_rows.CopyTo(samples.Rows, 0);
                BatchMatrix<T> Matrix() => new(samples.Capacity, units, Layout.RowStride<T>(units + 1));
                Stage<T, V> stage = new Dropout(rate).Plan<T, V>(new(network, Layer, samples, Matrix(), Matrix(), IsTraining: true, BatchStatistics: true, HasBackward: true, Threads: 1, UpdatesState: false))!;
                (stage.Input, stage.Output, stage.Delta) = (Matrix(), Matrix(), Matrix());
                T Value(int sample, int unit) => T.CreateTruncating((1 + unit + (0.5 * sample)) * (unit % 3 == 0 ? -1 : 1));
                T Expected(int sample, int unit) => Value(sample, unit) * (random.Uniform(((ulong)s_rows[sample] * (ulong)units) + (ulong)unit) < rate ? T.Zero : kept);
                for (int sample = 0; sample < s_rows.Length; sample++)
                {
                    for (int unit = 0; unit < units; unit++)
                    {
                        stage.Input.Row(sample)[unit] = stage.Delta.Row(sample)[unit] = Value(sample, unit);
                    }
                }

                for (int column = 0; column < units; column += Layout.PanelWidth<T>())
                {
                    stage.Forward(0, column, Layout.WidthAt<T>(column, units), 0, s_rows.Length);
                    stage.Backward(0, column, Layout.WidthAt<T>(column, units), 0, s_rows.Length);
                }

                string what = $"{typeof(T).Name}, {path}, {units} units";
                for (int sample = 0; sample < s_rows.Length; sample++)
                {
                    for (int unit = 0; unit < units; unit++)
                    {
                        Same(Expected(sample, unit), stage.Output.Row(sample)[unit], what);
                        Same(Expected(sample, unit), stage.Delta.Row(sample)[unit], what);
                    }
                }

                int groups = (s_rows.Length + V.Count - 1) / V.Count, stride = units + 1;
                var of = new AlignedBuffer<T>((long)groups * stride * V.Count);
                var x = new AlignedBuffer<T>(of.Length);
                void ForEach(Action<int, int, int> visit)
                {
                    for (int n = 0; n < groups * V.Count * units; n++)
                    {
                        int sample = n / units, unit = n % units;
                        visit(Math.Min(sample, s_rows.Length - 1), unit, (((sample / V.Count * stride) + unit) * V.Count) + (sample % V.Count));
                    }
                }

                ForEach((sample, unit, at) => of.Pointer[at] = Value(sample, unit));
                stage.ForwardNarrow((V*)of.Pointer, (V*)x.Pointer, stride, 0, s_rows.Length - 1);
                stage.BackwardNarrow((V*)of.Pointer, stride, 0, s_rows.Length - 1);
                ForEach((sample, unit, at) => Same(Expected(sample, unit), x.Pointer[at], $"narrow {what}"));
                ForEach((sample, unit, at) => Same(Expected(sample, unit), of.Pointer[at], $"narrow {what}"));
            }

            return true;
        }

        /// <summary>Signs of 0 too.</summary>
        private static void Same(T expected, T found, string what) =>
            Assert.True(expected == found && T.IsNegative(expected) == T.IsNegative(found), $"{what}: {found} found, {expected} expected");
    }
}
