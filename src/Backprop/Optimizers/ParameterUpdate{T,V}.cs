using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Propagation;

namespace Backprop.Optimizers;

/// <summary>An optimizer at work on vectors <typeparamref name="V"/>. Counts are multiples of 64 bytes.</summary>
internal sealed unsafe class ParameterUpdate<T, V> : ParameterUpdate<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    private readonly double[] _rates; // what learning rates are multiplied by, each once
    private readonly OptimizerKernel<V>[] _kernels, _kernelOfPart;

    /// <param name="optimizer">The optimizer.</param>
    /// <param name="parameters">θ.</param>
    /// <param name="rateOfPart">What the learning rate of each part of θ is multiplied by.</param>
    public ParameterUpdate(Optimizer optimizer, AlignedBuffer<T> parameters, IReadOnlyList<double> rateOfPart) : base(optimizer, parameters, rateOfPart)
    {
        _rates = [.. rateOfPart.Distinct()];
        _kernels = [.. _rates.Select(_ => optimizer.Bind<V>())];
        _kernelOfPart = [.. rateOfPart.Select(rate => _kernels[Array.IndexOf(_rates, rate)])];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Begin(long step, double learningRate)
    {
        for (int n = 0; n < _kernels.Length; n++)
        {
            _kernels[n].Begin(step, learningRate * _rates[n]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddPenalty(T* gradient, long offset, int count, double l1, double l2)
    {
        V absolute = V.Create(l1), square = V.Create(l2);
        for (int n = 0; n < count; n += V.Count)
        {
            V w = V.Load(Parameters.Pointer + offset + n);
            V g = V.FusedMultiplyAdd(square, w, V.Load(gradient + n));
            V.FusedMultiplyAdd(absolute, V.Sign(w), g).Store(gradient + n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Clip(T* gradient, int count, double limit)
    {
        V low = V.Create(-limit), high = V.Create(limit);
        for (int n = 0; n < count; n += V.Count)
        {
            V.Min(V.Max(V.Load(gradient + n), low), high).Store(gradient + n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Scale(T* gradient, int count, double factor)
    {
        V by = V.Create(factor);
        for (int n = 0; n < count; n += V.Count)
        {
            (by * V.Load(gradient + n)).Store(gradient + n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool Apply(T* gradient, in ParameterTiles<T>.Tile tile)
    {
        long offset = tile.Offset;
        V finite = _kernelOfPart[tile.Part.Number].Run((V*)(Parameters.Pointer + offset), (V*)gradient, At(0, offset), At(1, offset), At(2, offset), tile.Size / V.Count);
        return V.EqualsAll(finite, V.Create(0));
    }

    private V* At(int moment, long offset) => moment < Moments.Length ? (V*)(Moments[moment].Pointer + offset) : null;
}
