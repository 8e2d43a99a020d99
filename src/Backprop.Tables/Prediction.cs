using Backprop.Tables.Models;

namespace Backprop.Tables;

/// <summary>What a model says of one row.</summary>
public sealed class Prediction
{
    private readonly Predictions _all;
    private readonly int _row;

    internal Prediction(Predictions all, int row) => (_all, _row) = (all, row);

    /// <summary>Classes: the label of the likeliest, or by the model's threshold (<see cref="Schemas.TargetColumns.Thresholds"/>) of one of two.</summary>
    /// <exception cref="InvalidOperationException">The model predicts values, or the row has no label since an output is not a finite number (<see cref="Predictions.NotFinite"/>).</exception>
    public string Label => _all.LabelOf(_row);

    /// <summary>Classes: the probability of each label, or its score where the network's outputs are none.</summary>
    /// <exception cref="InvalidOperationException">The model predicts values.</exception>
    public IReadOnlyDictionary<string, double> Probabilities => _all.ProbabilitiesOf(_row);

    /// <summary>Values: the first of them, in the target's own units.</summary>
    /// <exception cref="InvalidOperationException">The model predicts classes.</exception>
    public double Value => _all.ValueOf(_row, 0);

    /// <summary>Values: all of them, in the order of the targets.</summary>
    /// <exception cref="InvalidOperationException">The model predicts classes.</exception>
    public IReadOnlyList<double> Values => [.. Enumerable.Range(0, _all.Targets.Count).Select(target => _all.ValueOf(_row, target))];

    /// <summary>Values of a model that says how sure it is (gaussian_nll): the standard deviation of each; else empty.</summary>
    public IReadOnlyList<double> Deviations => _all.DeviationsOf(_row);

    /// <summary>Values, where a coverage was asked for: between what each lies with that chance; else empty.</summary>
    public IReadOnlyList<(double Low, double High)> Intervals => _all.IntervalsOf(_row);

    /// <summary>Classes, where a coverage was asked for: the labels of which the row's is one with that chance. The likeliest is always one of them. Empty where nothing was asked for.</summary>
    public IReadOnlyList<string> Set => _all.SetOf(_row);

    /// <inheritdoc/>
    public override string ToString() => _all.NotFinite.Contains(_row) ? "not a finite number"
        : _all.Labels.Count > 0
        ? $"{Label} ({Probabilities[Label]:P1})"
        : string.Join(", ", _all.Targets.Zip(Values, (name, value) => FormattableString.Invariant($"{name} {value:G6}")));
}
