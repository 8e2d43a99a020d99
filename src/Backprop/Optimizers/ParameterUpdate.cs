using System.Numerics;
using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>An optimizer at work on one parameter buffer, with its moments; bound to the vectors of this machine.</summary>
internal abstract unsafe class ParameterUpdate<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected ParameterUpdate(Optimizer optimizer, AlignedBuffer<T> parameters)
    {
        Parameters = parameters;
        Moments = [.. optimizer.StateNames.Select(_ => new AlignedBuffer<T>(parameters.Length))];
        for (int m = 0; m < Moments.Length; m++)
        {
            Moments[m].Span.Fill(T.CreateTruncating(optimizer.InitialState(m)));
        }
    }

    /// <summary>θ.</summary>
    protected AlignedBuffer<T> Parameters { get; }

    /// <summary>One buffer for each of <see cref="Optimizer.StateNames"/>, laid out as θ.</summary>
    public AlignedBuffer<T>[] Moments { get; }

    public static ParameterUpdate<T> Create(Optimizer optimizer, AlignedBuffer<T> parameters, VectorPath path) =>
        VectorPaths.Dispatch(path, new Maker(optimizer, parameters));

    /// <summary>Starts a step, counted from 1.</summary>
    public abstract void Begin(long step, double learningRate);

    /// <summary>g ← g + l1·sign(w) + l2·w, the gradient of the penalty λ‖W‖₁ + (α/2)‖W‖².</summary>
    public abstract void AddPenalty(T* gradient, long offset, int count, double l1, double l2);

    /// <summary>g ← g cut to [−limit, limit].</summary>
    public abstract void Clip(T* gradient, int count, double limit);

    /// <summary>g ← factor · g.</summary>
    public abstract void Scale(T* gradient, int count, double factor);

    /// <summary>Updates the parameters from <paramref name="offset"/> on. False: one of them is not finite any more.</summary>
    public abstract bool Apply(T* gradient, long offset, int count);

    private sealed class Maker(Optimizer optimizer, AlignedBuffer<T> parameters) : IVectorVisitor<T, ParameterUpdate<T>>
    {
        public ParameterUpdate<T> Visit<V>() where V : unmanaged, ILanes<V, T> => new ParameterUpdate<T, V>(optimizer, parameters);
    }
}
