using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Kernels;

/// <summary>erf and the normal distribution. The polynomials are fitted by fit_erf.py beside this file.</summary>
internal static partial class ElementFunctions
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V one = V.Create(1);
        V size = Clamp(V.Abs(x), V.Create(0), Pick<V, T>(6, 8));
        V square = size * size, lost = V.FusedMultiplyAdd(size, size, -square);
        V tail = Exp<V, T>(-square);
        tail = V.FusedMultiplyAdd(-lost, tail, tail) * ScaledErfc<V, T>(size);
        return V.IfLess(size, one, NearErf<V, T>(x), V.CopySign(one - tail, x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V NormalCdf<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V one = V.Create(1), half = V.Create(0.5);
        V size = Clamp(V.Abs(x), V.Create(0), Pick<V, T>(14.8, 38.8));
        V a = size * V.Create(0.70710678118654752);
        V square = size * size, lost = V.FusedMultiplyAdd(size, size, -square);
        V tail = half * Exp<V, T>(-half * square);
        tail = V.FusedMultiplyAdd(-half * lost, tail, tail) * ScaledErfc<V, T>(a); // ½ erfc(|x|/√2)
        V far = V.IfLess(x, V.Create(0), tail, one - tail);
        V near = V.FusedMultiplyAdd(half, NearErf<V, T>(V.CopySign(a, x)), half);
        return V.IfLess(a, one, near, far);
    }

    /// <summary>erf for |x| ≤ 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V NearErf<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V u = V.FusedMultiplyAdd(x + x, x, V.Create(-1));
        return x * (IsDouble<T>() ? NearDouble(u) : NearSingle(u));
    }

    /// <summary>e^(x²) erfc(x) for x ≥ 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ScaledErfc<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V three = V.Create(3);
        V q = (x - three) / (x + three);
        V u = V.FusedMultiplyAdd(q, Pick<V, T>(1.8947368421052631579, 1.5345911949685534591), Pick<V, T>(-0.052631578947368421053, -0.23270440251572327044));
        return IsDouble<T>() ? FarDouble(u) : FarSingle(u);
    }

    /// <summary>erf(x)/x in u = 2x² − 1, |x| ≤ 1, to double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V NearDouble<V>(V u) where V : unmanaged, IElement<V>
    {
        V sum = Horner(u, -5.1647287894230197966e-16, 1.4548169783352385518e-14);
        sum = Horner(sum, u, -3.7910973708931528035e-13, 9.1676067489981638031e-12, -2.0352493866103598719e-10, 4.1158005976616646966e-9);
        sum = Horner(sum, u, -7.511569160710623534e-8, 1.2233827383524026654e-6, -1.7537169441492005379e-5, 2.1751715604160107183e-4);
        sum = Horner(sum, u, -2.2854855611440673126e-3, 0.019852496688983707237, -0.14053608902271712098, 0.96546873866986730832);
        return sum;
    }

    /// <summary>The same to single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V NearSingle<V>(V u) where V : unmanaged, IElement<V>
    {
        V sum = Horner(u, -7.5523785714742159494e-8, 1.2316395977478375356e-6);
        sum = Horner(sum, u, -1.7536914180800596607e-5, 2.1751199062088990318e-4, -2.2854856122122420567e-3, 0.019852497722455812646);
        sum = Horner(sum, u, -0.14053608902112114771, 0.96546873863756905974);
        return sum;
    }

    /// <summary>e^(x²) erfc(x) in u, which is (x − 3)/(x + 3) mapped to [−1, 1], 1 ≤ x ≤ 27.5.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V FarDouble<V>(V u) where V : unmanaged, IElement<V>
    {
        V sum = Horner(u, -3.2083422816031274901e-14, 7.0132802014546225165e-14);
        sum = Horner(sum, u, 5.8632606020137266466e-13, -7.8599873201109122707e-13, -7.3607991401140409207e-12, 4.5419022526802714561e-12);
        sum = Horner(sum, u, 8.627139792154128833e-11, -1.6191161214210213657e-11, -1.0543390552173362964e-9, 1.9007832022805228745e-10);
        sum = Horner(sum, u, 1.4051634756196586861e-8, -1.0820789096689313664e-8, -2.0038508478786359979e-7, 4.5811578121847217861e-7);
        sum = Horner(sum, u, 2.5632968725215760812e-6, -1.5549192635408972856e-5, 2.2456397500003421711e-6, 3.5648129323777517321e-4);
        sum = Horner(sum, u, -2.3827613569089705816e-3, 9.8647766577240867617e-3, -0.030976706932725513451, 0.07914545746505871318);
        sum = Horner(sum, u, -0.17018571772425989574, 0.13469139807412041783);
        return sum;
    }

    /// <summary>The same to single precision, 1 ≤ x ≤ 10.5.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V FarSingle<V>(V u) where V : unmanaged, IElement<V>
    {
        V sum = Horner(u, 1.668819210832302924e-7, -3.2755629370235949922e-6);
        sum = Horner(sum, u, 6.6027399422362046007e-6, 9.4759992017366344955e-5, -9.6930865982975663151e-4, 5.3016183252865468333e-3);
        sum = Horner(sum, u, -0.020925628657016389464, 0.065019193127357799842, -0.16515767048702123912, 0.17012544189462835016);
        return sum;
    }
}
