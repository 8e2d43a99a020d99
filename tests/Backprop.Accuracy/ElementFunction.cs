using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Accuracy;

/// <summary>An element function by name, to be run on any lanes; shared by the sweep over all floats and the unit tests.</summary>
internal abstract unsafe class ElementFunction(string name)
{
    private const double Infinity = double.PositiveInfinity, NaN = double.NaN;

    public static IReadOnlyList<ElementFunction> All { get; } =
    [
        new Of<ExpFunction>("exp") { Specials = [(0, 1), (-0.0, 1), (Infinity, Infinity), (-Infinity, 0), (1e5, Infinity), (-1e5, 0)], Plain = Math.Exp },
        new Of<ExpM1Function>("expm1")
        {
            Specials = [(0, 0), (-0.0, -0.0), (Infinity, Infinity), (-Infinity, -1), (1e5, Infinity), (-1e5, -1)],
            Plain = x => Math.Abs(x) < 1e-5 ? x + (x * x / 2) : x < -1 ? Math.Exp(x) - 1 : 2 * Math.Sinh(x / 2) * Math.Exp(x / 2),
        },
        new Of<LogFunction>("log") { Specials = [(0, -Infinity), (-0.0, -Infinity), (Infinity, Infinity), (-Infinity, NaN), (1, 0), (-1, NaN), (-double.Epsilon, NaN)], Plain = Math.Log },
        new Of<LogP1Function>("log1p")
        {
            Specials = [(0, 0), (-0.0, -0.0), (Infinity, Infinity), (-Infinity, NaN), (-1, -Infinity), (-1.5, NaN)],
            Plain = x => PlainLogP1(x),
        },
        new Of<TanhFunction>("tanh") { Specials = [(0, 0), (-0.0, -0.0), (Infinity, 1), (-Infinity, -1), (1e5, 1)], Limit = 1, Plain = Math.Tanh },
        new Of<SigmoidFunction>("sigmoid") { Specials = [(0, 0.5), (-0.0, 0.5), (Infinity, 1), (-Infinity, 0), (1e5, 1), (-1e5, 0)], Limit = 1, Plain = x => 1 / (1 + Math.Exp(-x)) },
        new Of<SoftplusFunction>("softplus")
        {
            Specials = [(Infinity, Infinity), (-Infinity, 0), (1e5, 1e5), (-1e5, 0)],
            Plain = x => Math.Max(x, 0) + PlainLogP1(Math.Exp(-Math.Abs(x))),
        },
        new Of<ErfFunction>("erf") { Specials = [(0, 0), (-0.0, -0.0), (Infinity, 1), (-Infinity, -1), (1e5, 1)], Limit = 1 },
        new Of<NormalCdfFunction>("normal_cdf") { Specials = [(0, 0.5), (-0.0, 0.5), (Infinity, 1), (-Infinity, 0), (1e5, 1), (-1e5, 0)], Limit = 1 },
        new Of<SinFunction>("sin") { Specials = [(0, 0), (-0.0, -0.0), (Infinity, NaN), (-Infinity, NaN)], Limit = 1, Reach = 1 << 20, Plain = Math.Sin },
        new Of<CosFunction>("cos") { Specials = [(0, 1), (-0.0, 1), (Infinity, NaN), (-Infinity, NaN)], Limit = 1, Reach = 1 << 20, Plain = Math.Cos },
    ];

    public string Name => name;

    /// <summary>What must be met exactly, the sign of zero included; NaN gives NaN everywhere.</summary>
    public required (double X, double Y)[] Specials { get; init; }

    /// <summary>No result may be greater in size.</summary>
    public double Limit { get; init; } = Infinity;

    /// <summary>The greatest |x| that a float function is accurate for.</summary>
    public double Reach { get; init; } = Infinity;

    /// <summary>The same by the platform's functions, in double, where it has them.</summary>
    public Func<double, double>? Plain { get; init; }

    /// <summary>y ← f(x); count is a multiple of the lanes.</summary>
    public abstract void Run<V, T>(T* x, T* y, int count) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    public override string ToString() => name;

    private static double PlainLogP1(double x)
    {
        double sum = 1 + x;
        return sum == 1 || double.IsPositiveInfinity(sum) ? x : Math.Log(sum) * (x / (sum - 1)); // Kahan's
    }

    private interface IFunction
    {
        static abstract V Apply<V>(V x) where V : unmanaged, IElement<V>;
    }

    private sealed class Of<F>(string name) : ElementFunction(name) where F : struct, IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run<V, T>(T* x, T* y, int count)
        {
            for (int n = 0; n < count; n += V.Count)
            {
                F.Apply(V.Load(x + n)).Store(y + n);
            }
        }
    }

    private readonly struct ExpFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x) where V : unmanaged, IElement<V> => V.Exp(x);
    }

    private readonly struct ExpM1Function : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x) where V : unmanaged, IElement<V> => V.ExpM1(x);
    }

    private readonly struct LogFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x) where V : unmanaged, IElement<V> => V.Log(x);
    }

    private readonly struct LogP1Function : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x) where V : unmanaged, IElement<V> => V.LogP1(x);
    }

    private readonly struct TanhFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x) where V : unmanaged, IElement<V> => V.Tanh(x);
    }

    private readonly struct SigmoidFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x) where V : unmanaged, IElement<V> => V.Sigmoid(x);
    }

    private readonly struct SoftplusFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x) where V : unmanaged, IElement<V> => V.Softplus(x);
    }

    private readonly struct ErfFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x) where V : unmanaged, IElement<V> => V.Erf(x);
    }

    private readonly struct NormalCdfFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x) where V : unmanaged, IElement<V> => V.NormalCdf(x);
    }

    private readonly struct SinFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x) where V : unmanaged, IElement<V> => V.Sin(x);
    }

    private readonly struct CosFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x) where V : unmanaged, IElement<V> => V.Cos(x);
    }
}
