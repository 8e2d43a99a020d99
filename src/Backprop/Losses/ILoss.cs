using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>
/// A loss of one sample, value and gradient side by side: y are the m outputs, t the targets. A loss of your own implements this (or
/// <see cref="IElementwiseLoss"/>) and becomes usable through <see cref="Loss.From{TLoss}(TLoss)"/>.
/// </summary>
public interface ILoss
{
    /// <summary>The name in network descriptions and model files.</summary>
    string Name { get; }

    /// <summary>The parameter, where the loss has one.</summary>
    double? Parameter => null;

    /// <summary>The parameter's name in model files, such as <c>delta</c>.</summary>
    string? ParameterName => null;

    /// <summary>Whether the parameter does nothing, so that the name says everything.</summary>
    bool IsPlain => Parameter is null;

    /// <summary>What y says about t: decides what metrics and predictions are of.</summary>
    OutputMeaning Meaning => OutputMeaning.Value;

    /// <summary>Whether the loss is analytic in y.</summary>
    bool IsAnalytic => true;

    /// <summary>How many targets belong to m outputs.</summary>
    int TargetCount(int outputs) => outputs;

    /// <summary>Whether the last target of a row is an offset, which is added to each output before the output meets its target.</summary>
    bool TakesOffset => false;

    /// <summary>L(y | t).</summary>
    T Value<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t) where T : unmanaged, IElement<T>;

    /// <summary>gradient ← ∇_y L(y | t).</summary>
    void Gradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t, Span<T> gradient) where T : unmanaged, IElement<T>;

    /// <summary>Adds the quantities at whose zeros the loss is not smooth; none where it is analytic.</summary>
    void AddMargins(ReadOnlySpan<double> y, ReadOnlySpan<double> t, ICollection<double> margins)
    {
    }
}
