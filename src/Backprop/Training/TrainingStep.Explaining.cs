using System.Globalization;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;

namespace Backprop.Training;

public sealed unsafe partial class TrainingStep<T>
{
    /// <summary>
    /// What <see cref="Run"/> with the same arguments would make of one parameter, term by term: the batch's mean gradient, penalties, clipping, and what
    /// the optimizer names. w′ is what the optimizer's own rule makes of the gradient that the step itself sums: the same bits. Nothing is changed.
    /// </summary>
    /// <param name="parameter">Which parameter.</param>
    /// <param name="data">Where the batch comes from.</param>
    /// <param name="order">The order of the rows.</param>
    /// <param name="start">The batch's first position in the order.</param>
    /// <param name="samples">The rows of the step.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="epoch">What dropout depends on, with the row.</param>
    /// <example><code>
    /// var order = RowPermutation.FileOrder(data.Rows);
    /// UpdateExplanation told = step.Explain(new(1, 0, 0), data, order, start: 0, samples: 16, learningRate: 0.1);
    /// step.Run(data, order, start: 0, samples: 16, learningRate: 0.1); // network.Get(told.Parameter) is told.After
    /// </code></example>
    /// <exception cref="UsageException">No such parameter.</exception>
    /// <exception cref="DivergenceException">A loss that is not finite.</exception>
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    /// <exception cref="ArgumentException">More samples than a batch has, an order of more rows than the data have, or positions that it does not have.</exception>
    /// <exception cref="ObjectDisposedException">The step has been disposed of.</exception>
    public UpdateExplanation Explain(ParameterName parameter, Dataset<T> data, in RowPermutation order, int start, int samples, double learningRate, long epoch = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _plan.Require(data, order, start, samples, most: (int)Math.Min(int.MaxValue, (long)_plan.Capacity * _options.Accumulate));
        (ParameterBlock<T> block, int index) = _plan.Network.Find(parameter);
        double before = double.CreateTruncating(block.Get(index)), weights = BatchScales.Sum(data, order, start, samples);
        if (weights == 0)
        {
            return new(parameter, Steps + 1, samples, learningRate, before, 0, 0, [], before); // nothing counts: no update
        }

        PropagateAll(data, order, start, samples, weights, epoch, finishes: false);
        _stateBefore?.Span.CopyTo(_plan.Network.State.Span);
        long place = block.IndexOf(index);
        int own = 0;
        while (place < _plan.Tiles[own].Offset || place >= _plan.Tiles[own].Offset + _plan.Tiles[own].Size)
        {
            own++;
        }

        ref readonly ParameterTiles<T>.Tile tile = ref _plan.Tiles[own];
        T* gradient = _tileOfThread[0].Pointer, g = gradient + (place - tile.Offset);
        Span<T> copy = new(gradient, tile.Size);
        (_gradient is null ? new Span<T>(_plan.Sum(tile, gradient), tile.Size) : _gradient.Span.Slice((int)tile.Offset, tile.Size)).CopyTo(copy);

        double mean = double.CreateTruncating(*g);
        List<(string Meaning, string Formula)> stages = [];
        AddPenalties(tile, gradient);
        if (block.IsPenalised && (_options.L1 > 0 || _options.L2 > 0))
        {
            stages.Add(("with the penalty", $"{{0}}{(_options.L2 > 0 ? " + λ₂ · w" : "")}{(_options.L1 > 0 ? " + λ₁ · sign(w)" : "")}"));
        }

        ClipValues(tile, gradient);
        if (_options.ClipValue is not null)
        {
            stages.Add(("cut by value", "max(min({0}, limit), −limit)"));
        }

        double factor = 1;
        if (_options.ClipNorm is { } limit)
        {
            for (int n = 0; n < _plan.Tiles.Count; n++)
            {
                Transform(_plan.Tiles[n], _gradient!.Pointer + _plan.Tiles[n].Offset);
                AddSquares(_plan.Tiles[n], _gradient.Pointer + _plan.Tiles[n].Offset);
            }

            factor = ClipFactor(limit);
            _update.Scale(gradient, tile.Size, factor);
            stages.Add(("scaled to the greatest norm", "{0} · scale"));
        }

        (T after, UpdateTerms terms) = _update.Preview(tile.Part.Number, place, *g, Steps + 1, learningRate);
        var way = new UpdateTerms(before, 0, terms.LearningRate, Steps + 1, []);
        foreach ((string name, double value) in new[] { ("mean", mean), ("λ₁", _options.L1), ("λ₂", _options.L2), ("limit", _options.ClipValue ?? 0), ("scale", factor) })
        {
            way.Let(name, value);
        }

        string symbol = stages.Count == 0 ? "g" : "ḡ";
        way.Add(symbol, samples == 1 ? "∂L/∂w of the row" : $"{(data.SampleWeights is null ? "" : "weighted ")}mean of ∂L/∂w over the batch's {samples} rows", "mean");
        for (int n = 0; n < stages.Count; n++)
        {
            string next = n == stages.Count - 1 ? "g" : $"g{(char)('₁' + n)}";
            way.Add(next, stages[n].Meaning, string.Format(CultureInfo.InvariantCulture, stages[n].Formula, symbol));
            symbol = next;
        }

        return new(parameter, Steps + 1, samples, terms.LearningRate, before, mean, double.CreateTruncating(*g), [.. way.All, .. terms.All], double.CreateTruncating(after));
    }
}
