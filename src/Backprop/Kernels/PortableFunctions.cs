namespace Backprop.Kernels;

/// <summary>
/// Functions as the engine computes them: the same bits on every machine, which <see cref="Math"/> does not promise, so that what is made of them may
/// stand before a network. <c>docs/decisions/0005-element-functions.md</c> says how far they are off.
/// </summary>
public static class PortableFunctions
{
    /// <summary>sin x.</summary>
    /// <param name="x">In radians.</param>
    public static double Sin(double x) => Lane<double>.Sin(new(x)).Value;

    /// <summary>cos x.</summary>
    /// <param name="x">In radians.</param>
    public static double Cos(double x) => Lane<double>.Cos(new(x)).Value;
}
