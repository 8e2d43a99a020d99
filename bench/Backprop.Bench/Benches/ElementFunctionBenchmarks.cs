using System.Numerics;
using Backprop.Bench.Cases;
using Backprop.Bench.Engine;
using BenchmarkDotNet.Attributes;

namespace Backprop.Bench.Benches;

/// <summary>The element functions over 4096 numbers; a time is for one number.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class ElementFunctionBenchmarks<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Count = 4096;

    private readonly OurElementFunctions<T> _functions = OurElementFunctions<T>.Create();
    private readonly T[] _x = new T[Count], _positive = new T[Count], _y = new T[Count];

    [GlobalSetup]
    public void Fill()
    {
        RandomData.Fill<T>(new(1), _x);
        for (int n = 0; n < Count; n++)
        {
            _x[n] *= T.CreateChecked(5);
            _positive[n] = T.Abs(_x[n]);
        }
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void Exp() => _functions.Exp(_x, _y);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Log() => _functions.Log(_positive, _y);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Tanh() => _functions.Tanh(_x, _y);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Sigmoid() => _functions.Sigmoid(_x, _y);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Erf() => _functions.Erf(_x, _y);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Softplus() => _functions.Softplus(_x, _y);
}
