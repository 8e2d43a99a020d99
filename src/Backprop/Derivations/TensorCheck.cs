using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>What the check of one tensor found.</summary>
/// <param name="Name"><c>W2</c> or <c>b2</c>.</param>
/// <param name="Shape"><c>128×256</c> or <c>128</c>.</param>
/// <param name="Checked">The parameters derived three ways.</param>
/// <param name="WorstOfRecursion">The worst |recursion − back propagation|, scaled.</param>
/// <param name="WorstOfNumerical">The worst |back propagation − numerical|, scaled.</param>
/// <param name="WorstRelative">The worst difference of any two, over the greater of the two.</param>
/// <param name="WorstParameter">Where; null where nothing was checked.</param>
/// <param name="Method">How the numerical derivative was taken.</param>
/// <param name="LeftOut">The parameters left out.</param>
public sealed record TensorCheck(
    string Name, string Shape, int Checked, double WorstOfRecursion, double WorstOfNumerical, double WorstRelative, ParameterName? WorstParameter, string Method, int LeftOut);
