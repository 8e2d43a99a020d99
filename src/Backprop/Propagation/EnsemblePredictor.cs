using System.Buffers;
using System.Numerics;
using Backprop.Activations;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Schedules;

namespace Backprop.Propagation;

/// <summary>
/// The outputs of an ensemble for rows of features: the mean of its members'. Rows are shared out in blocks, each goes through all members while it is
/// near. Any number of threads may call one instance at the same time.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class EnsemblePredictor<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The rows of a thread at a time.</summary>
    private const int BlockRows = 192;

    /// <summary>Multiplications below which several threads cost more than they bring.</summary>
    private const long WorthThreads = 100_000;

    private readonly Predictor<T>[] _members;
    private readonly int _threads;

    /// <summary>Plans the buffers; the networks' present and later weights are used.</summary>
    /// <param name="ensemble">The networks.</param>
    /// <param name="threads">Threads that share the work of one call, at most; 0: one for each processor. The result is the same.</param>
    public EnsemblePredictor(Ensemble<T> ensemble, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(ensemble);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        (Ensemble, _threads) = (ensemble, threads == 0 ? Environment.ProcessorCount : threads);
        _members = [.. ensemble.Members.Select(member => new Predictor<T>(member, ensemble.Only is null ? 1 : _threads))];
    }

    /// <summary>The networks.</summary>
    public Ensemble<T> Ensemble { get; }

    /// <summary>Whether <see cref="PredictMean"/> writes y itself; else it is what f_N makes y of.</summary>
    public bool MeansAreOutputs => Only is null && MemberMean<T>.IsOutput(Ensemble.Definition);

    /// <summary>The predictor of the only network; null: there is more to it.</summary>
    internal Predictor<T>? Only => Ensemble.Only is null ? null : _members[0];

    /// <summary>y for every row of x₀.</summary>
    /// <param name="features">Row-major [Rows×Inputs].</param>
    /// <param name="outputs">Row-major [Rows×Outputs], written.</param>
    /// <exception cref="ArgumentException">Not whole rows, or outputs of another size.</exception>
    /// <exception cref="DataException">A row that the network's inputs cannot be made of.</exception>
    public void Predict(ReadOnlySpan<T> features, Span<T> outputs)
    {
        if (Only is { } only)
        {
            only.Predict(features, outputs);
            return;
        }

        PredictMean(features, outputs);
        if (MeansAreOutputs)
        {
            return;
        }

        ActivationKernel<Lane<double>> activation = Ensemble.Definition.Layers[^1].Activation.Bind<Lane<double>>();
        int width = Ensemble.Definition.Outputs;
        double[] row = new double[width];
        fixed (double* y = row)
        {
            for (int at = 0; at < outputs.Length; at += width)
            {
                for (int output = 0; output < width; output++)
                {
                    row[output] = double.CreateTruncating(outputs[at + output]);
                }

                activation.Forward((Lane<double>*)y, (Lane<double>*)y, width);
                for (int output = 0; output < width; output++)
                {
                    outputs[at + output] = T.CreateTruncating(row[output]);
                }
            }
        }
    }

    /// <summary>Ends the threads. Not while somebody predicts; once more does nothing.</summary>
    public void Dispose()
    {
        foreach (Predictor<T> member in _members)
        {
            member.Dispose();
        }
    }

    /// <summary>What the members say together of every row: P_N of one, or of what f_N makes the mean of probabilities, or the mean itself.</summary>
    /// <param name="features">Row-major [Rows×Inputs].</param>
    /// <param name="mean">Row-major [Rows×Outputs], written.</param>
    public void PredictMean(ReadOnlySpan<T> features, Span<T> mean)
    {
        if (Only is { } only)
        {
            only.PredictPreActivations(features, mean);
            return;
        }

        int inputs = Ensemble.Definition.Inputs, width = Ensemble.Definition.Outputs, rows = features.Length / inputs;
        if (features.Length % inputs != 0 || mean.Length != rows * (long)width)
        {
            throw new ArgumentException($"found {features.Length} features and room for {mean.Length} outputs, expected whole rows of {inputs} and {width} of each");
        }

        fixed (T* from = features, to = mean)
        {
            T* x = from, y = to;
            int blocks = (rows + BlockRows - 1) / BlockRows;
            void Run(int block)
            {
                int first = block * BlockRows, count = Math.Min(BlockRows, rows - first);
                PredictBlock(new(x + ((nint)first * inputs), count * inputs), first, new(y + ((nint)first * width), count * width));
            }

            bool isSmall = (long)rows * _members.Length * Ensemble.Definition.ParameterCount < WorthThreads;
            Pieces.Run(blocks, isSmall ? 1 : _threads, Run);
        }
    }

    private void PredictBlock(ReadOnlySpan<T> features, int firstRow, Span<T> mean)
    {
        T[] all = ArrayPool<T>.Shared.Rent(_members.Length * mean.Length);
        for (int member = 0; member < _members.Length; member++)
        {
            _members[member].PredictPreActivations(features, all.AsSpan(member * mean.Length, mean.Length), firstRow);
        }

        new MemberMean<T>(Ensemble.Definition, _members.Length, Ensemble.Temperature).Write(all, mean);
        ArrayPool<T>.Shared.Return(all);
    }
}
