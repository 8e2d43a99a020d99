using System.Numerics;
using Backprop.Kernels;
using Backprop.Propagation;

namespace Backprop.Optimizers;

/// <summary>An optimizer at work on one parameter buffer, with its moments; bound to the vectors of this machine.</summary>
internal abstract unsafe class ParameterUpdate<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Optimizer _optimizer;
    private readonly double[] _initial;

    private protected ParameterUpdate(Optimizer optimizer, AlignedBuffer<T> parameters, IReadOnlyList<double> rateOfPart)
    {
        (_optimizer, RateOfPart) = (optimizer, rateOfPart);
        Parameters = parameters;
        _initial = [.. optimizer.StateNames.Select((_, moment) => optimizer.InitialState(moment))];
        Moments = [.. optimizer.StateNames.Select(_ => new AlignedBuffer<T>(parameters.Length))];
        for (int m = 0; m < Moments.Length; m++)
        {
            Moments[m].Span.Fill(T.CreateTruncating(_initial[m]));
        }
    }

    /// <summary>θ.</summary>
    protected AlignedBuffer<T> Parameters { get; }

    /// <summary>One buffer for each of <see cref="Optimizer.StateNames"/>, laid out as θ.</summary>
    public AlignedBuffer<T>[] Moments { get; }

    /// <summary>What the learning rate of each part of θ is multiplied by.</summary>
    protected IReadOnlyList<double> RateOfPart { get; }

    /// <summary>What a step makes of one parameter, by the same rule on one number; nothing is changed.</summary>
    /// <param name="part">The part of θ.</param>
    /// <param name="offset">Where in θ.</param>
    /// <param name="gradient">As the rule gets it.</param>
    /// <param name="step">Counted from 1.</param>
    /// <param name="learningRate">η, which the part multiplies.</param>
    public (T After, UpdateTerms Terms) Preview(int part, long offset, T gradient, long step, double learningRate)
    {
        Span<Lane<T>> moments = stackalloc Lane<T>[3];
        for (int m = 0; m < Moments.Length; m++)
        {
            moments[m] = new(Moments[m].Pointer[offset]);
        }

        Lane<T> parameter = new(Parameters.Pointer[offset]), g = new(gradient);
        learningRate *= RateOfPart[part];
        var terms = new UpdateTerms(double.CreateTruncating(parameter.Value), double.CreateTruncating(gradient), learningRate, step, [.. Moments.Select(moment => double.CreateTruncating(moment.Pointer[offset]))]);
        OptimizerKernel<Lane<T>> kernel = _optimizer.Bind<Lane<T>>();
        kernel.Begin(step, learningRate);
        fixed (Lane<T>* first = moments)
        {
            kernel.Run(&parameter, &g, first, first + 1, first + 2, 1);
        }

        _optimizer.Explain(terms);
        return (parameter.Value, terms);
    }

    /// <summary>Starts a step, counted from 1.</summary>
    public abstract void Begin(long step, double learningRate);

    /// <summary>g ← g + l1·sign(w) + l2·w, the gradient of the penalty λ‖W‖₁ + (α/2)‖W‖².</summary>
    public abstract void AddPenalty(T* gradient, long offset, int count, double l1, double l2);

    /// <summary>g ← g cut to [−limit, limit].</summary>
    public abstract void Clip(T* gradient, int count, double limit);

    /// <summary>g ← factor · g.</summary>
    public abstract void Scale(T* gradient, int count, double factor);

    /// <summary>Updates a tile. False: one of its numbers is not finite any more.</summary>
    public abstract bool Apply(T* gradient, in ParameterTiles<T>.Tile tile);

    /// <summary>
    /// Makes the padding what it was at first, which an optimizer need not do (0 / 0 where ε is 0). False: a parameter that there is is not finite.
    /// Called only where something is not.
    /// </summary>
    /// <param name="offset">Where the tile begins.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="width">The numbers of a row.</param>
    /// <param name="outputs">Those of them that are parameters, or more.</param>
    public bool ClearPadding(long offset, int rows, int width, int outputs)
    {
        bool finite = true;
        for (int row = 0; row < rows; row++, offset += width)
        {
            for (int n = 0; n < width; n++)
            {
                if (n < outputs)
                {
                    finite &= T.IsFinite(Parameters.Pointer[offset + n]);
                    continue;
                }

                Parameters.Pointer[offset + n] = T.Zero;
                for (int moment = 0; moment < Moments.Length; moment++)
                {
                    Moments[moment].Pointer[offset + n] = T.CreateTruncating(_initial[moment]);
                }
            }
        }

        return finite;
    }
}
