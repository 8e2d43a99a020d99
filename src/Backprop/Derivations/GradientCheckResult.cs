using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>Three ways to the same derivatives, side by side.</summary>
/// <param name="Parameters">All parameters of the network.</param>
/// <param name="Checked">Those that were derived three ways.</param>
/// <param name="WorstOfRecursion">The worst |recursion − back propagation|, scaled.</param>
/// <param name="WorstOfNumerical">The worst |back propagation − numerical|, scaled.</param>
/// <param name="WorstParameter">Where the three differ most; null where nothing was checked.</param>
/// <param name="LeftOut">Parameters without a numerical derivative, and why.</param>
/// <param name="Tensors">The same by tensor.</param>
/// <param name="Agrees">Whether every difference is within its tolerance.</param>
public sealed record GradientCheckResult(
    long Parameters,
    long Checked,
    double WorstOfRecursion,
    double WorstOfNumerical,
    ParameterName? WorstParameter,
    IReadOnlyList<(ParameterName Parameter, string Why)> LeftOut,
    IReadOnlyList<TensorCheck> Tensors,
    bool Agrees);
