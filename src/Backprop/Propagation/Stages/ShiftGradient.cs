using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation.Stages;

/// <summary>∂β = Σ over samples of Δ, where p = … + β and Δ = ∂L/∂p.</summary>
internal sealed unsafe class ShiftGradient<T, V>(ParameterPanels part, BatchMatrix<T> delta) : GradientSource<T>(part)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Sum(in ParameterTiles<T>.Tile tile, int first, int samples, bool goesOn, T* to)
    {
        for (int n = 0; n < tile.Width; n += V.Count)
        {
            V sum = goesOn ? V.Load(to + n) : V.Create(0);
            for (int sample = first; sample < first + samples; sample++)
            {
                sum += V.Load(delta.Row(sample) + tile.Output + n);
            }

            sum.Store(to + n);
        }
    }
}
