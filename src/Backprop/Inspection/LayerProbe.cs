using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Inspection;

/// <summary>
/// How weights, gradients and δ of each layer are spread, at any time of training: seen from outside, by passes of its own over a few rows. Training itself
/// does nothing for it, and no bit of the network changes.
/// </summary>
/// <remarks>
/// Of n rows: ∂L/∂W_ℓ [Out×In] of their mean loss, as a step over them would have it without dropout and penalties; δ_ℓ = ∂L_r/∂p_ℓ [Out] of each row r's own
/// loss, n·Out numbers. Before a norm p_ℓ = W_ℓ x_{ℓ−1} + b_ℓ is what stands before it, so that δ_ℓ is the row's ∂L_r/∂b_ℓ, of which it is taken. Batch norms use their running statistics.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LayerProbe<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The rows that are looked at, where nothing is said.</summary>
    public const int UsualRows = 64;

    private const int Pieces = 30;

    private readonly Network<T> _network;
    private readonly Dataset<T> _sample;
    private readonly Dataset<T>[] _single;
    private readonly Backpropagation<T> _all, _one;

    /// <summary>Plans the passes.</summary>
    /// <param name="network">The network, whose present and later weights are looked at.</param>
    /// <param name="data">Rows with targets, of which some are taken, spread evenly.</param>
    /// <param name="rows">How many at most.</param>
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    public LayerProbe(Network<T> network, Dataset<T> data, int rows = UsualRows)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        Fit.Require(network.Definition, data, targets: true);
        _network = network;
        int[] counted = [.. Enumerable.Range(0, data.Rows).Where(row => data.SampleWeights is null || data.SampleWeights[row] > T.Zero)];
        int count = Math.Min(rows, counted.Length);
        int[] taken = [.. Enumerable.Range(0, count).Select(n => counted[(int)((long)n * counted.Length / count)])];
        _sample = InMemory(data, taken);
        _single = [.. Enumerable.Range(0, count).Select(n => InMemory(_sample, [n]).WithSampleWeights(null))];
        _all = new(network, count, threads: 1);
        _one = new(network, 1, threads: 1);
    }

    /// <summary>Looks.</summary>
    /// <returns>A histogram of each of W, ∂W and δ of each layer, in their order; what parts of a layer have learned beside W and b is not looked at.</returns>
    public IReadOnlyList<LayerSpread> Look()
    {
        int layers = _network.Layers.Length;
        Gradient<T> mean = _all.Run(_sample);
        Histogram[] gradients = [.. Enumerable.Range(1, layers).Select(layer => Histogram.Of<T>(mean.WeightGradients(layer), Pieces))];
        T[][] deltas = [.. _network.Layers.Select(layer => new T[_single.Length * layer.Outputs])];
        for (int row = 0; row < _single.Length; row++)
        {
            Gradient<T> own = _one.Run(_single[row]);
            for (int layer = 0; layer < layers; layer++)
            {
                own.BiasGradients(layer + 1).CopyTo(deltas[layer].AsSpan(row * _network.Layers[layer].Outputs));
            }
        }

        return [.. Enumerable.Range(0, layers).Select(n => new LayerSpread(n + 1, Histogram.Of<T>(_network.Layers[n].GetWeights(), Pieces), gradients[n], Histogram.Of<T>(deltas[n], Pieces)))];
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _all.Dispose();
        _one.Dispose();
    }

    /// <summary>Some rows alone, wherever the others are.</summary>
    private static Dataset<T> InMemory(Dataset<T> data, int[] rows)
    {
        var features = new T[ArraySize.Of(rows.Length, data.FeatureCount, "features")];
        Dataset<T> view = data.View(rows);
        view.Source!.CopyRows([.. Enumerable.Range(0, rows.Length)], features, data.FeatureCount);
        return new(rows.Length, data.FeatureCount, features, view.Targets, view.SampleWeights);
    }
}
