using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Backprop.Kernels;
using Backprop.ModelFiles;
using Backprop.Propagation;
using Backprop.Propagation.Stages;

namespace Backprop.Layers;

/// <summary>x_ℓ = x_{ℓ−1} + f(p_ℓ), of layers as wide as the one before (He et al. 2016). Back: ∂x_{ℓ−1} = ∂x_ℓ + Wᵀ(f′ ∘ ∂x_ℓ).</summary>
public sealed class Residual() : LayerPart("residual", LayerPlace.Around)
{
    [ModuleInitializer]
    internal static void Register() => Register("residual", _ => new Residual(), ["residual"], layer => layer.TryGetProperty("residual", out JsonElement is_) && NetworkJson.Truth(is_, "residual") ? new Residual() : null);

    internal override bool AddsBefore => true;

    internal override void Write(Utf8JsonWriter json) => json.WriteBoolean("residual", true);

    internal override string? Misfit(int inputs, int units, bool isOutput) => isOutput ? "the output layer cannot be residual"
        : inputs != units ? $"a residual layer is as wide as the one before it: {units} units found, {inputs} expected"
        : null;

    internal override Stage<T, V>? Plan<T, V>(StagePlace<T> place) => new SumStage<T, V>(place);

    internal override void Forward<TElement>(ReadOnlySpan<TElement> q, ReadOnlySpan<TElement> before, TElement[][] tensors, Span<TElement> p)
    {
        for (int i = 0; i < p.Length; i++)
        {
            p[i] = before[i] + q[i];
        }
    }

    /// <summary>X_{ℓ−1} + X; back: Δ stays, and is kept as a part of ∂X_{ℓ−1}.</summary>
    private sealed unsafe class SumStage<T, V>(StagePlace<T> place) : Stage<T, V>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        public override BatchMatrix<T>? Skipped { get; } = place.HasBackward ? place.NewMatrix() : null;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Forward(int thread, int column, int width, int first, int count)
        {
            for (int sample = first; sample < first + count; sample++)
            {
                T* before = place.Before.Row(sample), from = Input.Row(sample), to = Output.Row(sample);
                for (int n = column; n < column + width; n += V.Count)
                {
                    (V.Load(before + n) + V.Load(from + n)).Store(to + n);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Backward(int thread, int column, int width, int first, int count)
        {
            for (int sample = first; sample < first + count; sample++)
            {
                new Span<T>(Delta.Row(sample) + column, width).CopyTo(new(Skipped!.Row(sample) + column, width));
            }
        }
    }
}
