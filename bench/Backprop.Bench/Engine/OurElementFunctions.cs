using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Bench.Engine;

/// <summary>Our element functions over an array, on the vectors of this machine. What follows the kernels when they change is in this file.</summary>
internal abstract unsafe class OurElementFunctions<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static OurElementFunctions<T> Create() => VectorPaths.Dispatch(VectorPaths.Current, new Maker());

    public abstract void Exp(T[] x, T[] y);

    public abstract void Log(T[] x, T[] y);

    public abstract void Tanh(T[] x, T[] y);

    public abstract void Sigmoid(T[] x, T[] y);

    public abstract void Erf(T[] x, T[] y);

    public abstract void Softplus(T[] x, T[] y);

    private sealed class Maker : IVectorVisitor<T, OurElementFunctions<T>>
    {
        public OurElementFunctions<T> Visit<V>() where V : unmanaged, ILanes<V, T> => new OurElementFunctions<T, V>();
    }
}

/// <inheritdoc/>
internal sealed unsafe class OurElementFunctions<T, V> : OurElementFunctions<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    public override void Exp(T[] x, T[] y) => Map<ExpFunction>(x, y);

    public override void Log(T[] x, T[] y) => Map<LogFunction>(x, y);

    public override void Tanh(T[] x, T[] y) => Map<TanhFunction>(x, y);

    public override void Sigmoid(T[] x, T[] y) => Map<SigmoidFunction>(x, y);

    public override void Erf(T[] x, T[] y) => Map<ErfFunction>(x, y);

    public override void Softplus(T[] x, T[] y) => Map<SoftplusFunction>(x, y);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<F>(T[] x, T[] y) where F : struct, IFunction
    {
        fixed (T* from = x, to = y)
        {
            for (int n = 0; n + V.Count <= x.Length; n += V.Count)
            {
                F.Apply(V.Load(from + n)).Store(to + n);
            }
        }
    }

    private interface IFunction
    {
        static abstract V Apply(V x);
    }

    private readonly struct ExpFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x) => ElementFunctions.Exp<V, T>(x);
    }

    private readonly struct LogFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x) => ElementFunctions.Log<V, T>(x);
    }

    private readonly struct TanhFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x) => ElementFunctions.Tanh<V, T>(x);
    }

    private readonly struct SigmoidFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x) => ElementFunctions.Sigmoid<V, T>(x);
    }

    private readonly struct ErfFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x) => ElementFunctions.Erf<V, T>(x);
    }

    private readonly struct SoftplusFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x) => ElementFunctions.Softplus<V, T>(x);
    }
}
