using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Stages;

namespace Backprop.Propagation.Passes;

/// <summary>Forward through a layer: X_{ℓ−1} W_ℓᵀ + b_ℓ, and while a panel of it is hot the stages that need no more than that.</summary>
internal sealed unsafe class ForwardPass<T, V>(DenseLayer<T> layer, T* parameters, BatchMatrix<T> input, LayerPlan<T, V> plan) : Pass
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    private readonly Stage<T, V>[] _stages = plan.StagesAtProduct;

    public override Reach Reach => Reach.Panel;

    public override int Units => layer.Outputs;

    public override long Work => (long)layer.Inputs * layer.Outputs;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int thread, int unit, int endUnit, int first, int count)
    {
        BatchMatrix<T> product = plan.Product;
        MatrixProduct<T, V>.Run(
            count, layer.Outputs, unit, endUnit, layer.Inputs,
            input.Row(first), input.Stride,
            parameters + layer.Offset, biased: true,
            product.Row(first), product.Stride,
            new Tail(_stages, thread, first, count));
        if (endUnit == layer.Outputs && plan.EndsAtProduct)
        {
            plan.SetOnes(first, count);
        }
    }

    private readonly struct Tail(Stage<T, V>[] stages, int thread, int first, int count) : IPanelTail
    {
        public void Run(int column, int width)
        {
            foreach (Stage<T, V> stage in stages)
            {
                stage.Forward(thread, column, width, first, count);
            }
        }
    }
}
