using System.Numerics;
using Backprop.Data;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>
/// The outputs of a network for rows of features, and its loss over data. Any number of threads may call one instance at the same time:
/// each call takes a set of buffers of its own, which is kept for the next call, so that none is made once there are as many sets as callers.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Predictor<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PredictionPlan<T>?[] _idle = new PredictionPlan<T>?[64];
    private readonly int _threads;
    private volatile bool _isDisposed;

    /// <summary>Plans the buffers; the network's present and later weights are used.</summary>
    /// <param name="network">The network.</param>
    /// <param name="threads">Threads that share the work of one call, at most; 0: one for each processor. Work that is too small for several runs on one. The result is the same.</param>
    public Predictor(Network<T> network, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        (Network, _threads) = (network, threads == 0 ? Environment.ProcessorCount : threads);
        _idle[0] = new(network, _threads);
    }

    /// <summary>The network.</summary>
    public Network<T> Network { get; }

    /// <summary>y for every row of x₀. Allocates nothing.</summary>
    /// <param name="features">Row-major [Rows×Inputs].</param>
    /// <param name="outputs">Row-major [Rows×Outputs], written.</param>
    /// <exception cref="ArgumentException">Not whole rows, or outputs of another size.</exception>
    /// <exception cref="ObjectDisposedException">The predictor has been disposed of.</exception>
    public void Predict(ReadOnlySpan<T> features, Span<T> outputs) => Predict(features, outputs, preActivations: false, firstRow: 0);

    /// <summary>P_N of every row: what f_N has not rounded yet.</summary>
    /// <param name="features">Row-major [Rows×Inputs].</param>
    /// <param name="outputs">Row-major [Rows×Outputs], written.</param>
    /// <param name="firstRow">What the first row is called where one is refused.</param>
    public void PredictPreActivations(ReadOnlySpan<T> features, Span<T> outputs, int firstRow = 0) => Predict(features, outputs, preActivations: true, firstRow);

    private void Predict(ReadOnlySpan<T> features, Span<T> outputs, bool preActivations, int firstRow)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        int inputs = Network.Definition.Inputs, width = Network.Definition.Outputs, rows = features.Length / inputs;
        if (features.Length % inputs != 0 || outputs.Length != rows * (long)width)
        {
            throw new ArgumentException($"found {features.Length} features and room for {outputs.Length} outputs, expected whole rows of {inputs} and {width} of each");
        }

        if (rows == 0)
        {
            return;
        }

        PredictionPlan<T> plan = Take();
        try
        {
            plan.Predict(features, outputs, rows, preActivations, firstRow);
        }
        finally
        {
            GiveBack(plan);
        }
    }

    /// <summary>y for every row, as a new row-major [Rows×Outputs] array.</summary>
    /// <exception cref="ArgumentException">Not whole rows.</exception>
    /// <exception cref="DataException">More outputs than an array holds.</exception>
    /// <exception cref="ObjectDisposedException">The predictor has been disposed of.</exception>
    public T[] Predict(ReadOnlySpan<T> features)
    {
        var outputs = new T[ArraySize.Of(features.Length / Network.Definition.Inputs, Network.Definition.Outputs, "outputs")];
        Predict(features, outputs);
        return outputs;
    }

    /// <summary>The mean loss over all rows, weighted where they have weights, and y of every row.</summary>
    /// <exception cref="DataException">Data that do not fit the network, or more outputs than an array holds.</exception>
    /// <exception cref="ObjectDisposedException">The predictor has been disposed of.</exception>
    public double Evaluate(Dataset<T> data, out T[] outputs)
    {
        outputs = new T[OutputsOf(data)];
        return Evaluate(data, preActivations: false, outputs);
    }

    /// <summary>Ends the threads. Not while somebody predicts; once more does nothing.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        for (int n = 0; n < _idle.Length; n++)
        {
            Interlocked.Exchange(ref _idle[n], null)?.Dispose();
        }
    }

    /// <summary>The mean loss over all rows, and P_N of every row: what f_N has not rounded yet.</summary>
    /// <param name="data">Rows that fit the network.</param>
    /// <param name="preActivations">Row-major [Rows×Outputs], written.</param>
    public double EvaluatePreActivations(Dataset<T> data, Span<T> preActivations) => Evaluate(data, preActivations: true, preActivations);

    private double Evaluate(Dataset<T> data, bool preActivations, Span<T> outputs)
    {
        PredictionPlan<T> plan = Take();
        try
        {
            return plan.Evaluate(data, outputs, preActivations);
        }
        finally
        {
            GiveBack(plan);
        }
    }

    /// <summary>How many numbers the outputs of all rows are, of data that fit the network.</summary>
    /// <param name="data">The rows.</param>
    /// <exception cref="DataException">They do not fit, or are more than one array holds.</exception>
    public int OutputsOf(Dataset<T> data)
    {
        ArgumentNullException.ThrowIfNull(data);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Fit.Require(Network.Definition, data, targets: true);
        return ArraySize.Of(data.Rows, Network.Definition.Outputs, "outputs");
    }

    /// <summary>A plan that nobody else uses until it is given back.</summary>
    internal PredictionPlan<T> Take()
    {
        for (int n = 0; n < _idle.Length; n++)
        {
            if (_idle[n] is not null && Interlocked.Exchange(ref _idle[n], null) is { } plan)
            {
                return plan;
            }
        }

        return new(Network, _threads);
    }

    /// <summary>After <see cref="Take"/>.</summary>
    internal void GiveBack(PredictionPlan<T> plan)
    {
        for (int n = 0; n < _idle.Length && !_isDisposed; n++)
        {
            if (_idle[n] is null && Interlocked.CompareExchange(ref _idle[n], plan, null) is null)
            {
                return;
            }
        }

        plan.Dispose();
    }
}
