using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>A loss that is a sum or a mean over the outputs of a function of one output and its target.</summary>
public interface IElementwiseLoss
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

    /// <summary>Whether the sum over the m outputs is divided by m.</summary>
    bool IsMeanOverOutputs => true;

    /// <summary>The values of y − t where the loss is not smooth.</summary>
    IReadOnlyList<double> Kinks => [];

    /// <summary>The value for one output y and its target t.</summary>
    T Value<T>(T y, T t) where T : unmanaged, IElement<T>;

    /// <summary>The derivative of the value by y. At a kink: the value that PyTorch takes.</summary>
    T Derivative<T>(T y, T t) where T : unmanaged, IElement<T>;
}
