using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>What the rules that divide by a root have in common: the ends of the range of numbers.</summary>
internal static class Quotient
{
    /// <summary>An ε below it may be 0 in float, so that a divisor can be 0.</summary>
    private const double LeastEpsilon = 1e-30;

    /// <summary>Whether a divisor with this ε can be 0.</summary>
    public static bool MayBeZero(double epsilon) => epsilon < LeastEpsilon;

    /// <summary>
    /// dividend / divisor. Where the divisor is 0 (without ε: every gradient so far was 0, or too small for its square) it is 0, and the
    /// parameter stays. Where the mean square has overflowed it is NaN: the step says so, and no parameter stands still for ever unnoticed.
    /// </summary>
    /// <param name="dividend">g or its mean.</param>
    /// <param name="square">v, of which the divisor is made.</param>
    /// <param name="divisor">√v + ε.</param>
    /// <param name="mayBeZero"><see cref="MayBeZero"/> of ε.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T dividend, T square, T divisor, bool mayBeZero) where T : unmanaged, IElement<T>
    {
        T quotient = T.FusedMultiplyAdd(T.Create(0), square, dividend) / divisor;
        return mayBeZero ? T.IfLess(T.Create(0), divisor, quotient, dividend * divisor) : quotient; // a product, so that NaN stays
    }
}
