using System.Runtime.CompilerServices;
using System.Text.Json;
using Backprop.Propagation.Stages;

namespace Backprop.Layers;

/// <summary>x_ℓ = x_{ℓ−1} + f(p_ℓ), of layers as wide as the one before (He et al. 2016). Back: ∂x_{ℓ−1} = ∂x_ℓ + Wᵀ(f′ ∘ ∂x_ℓ).</summary>
public sealed class Residual() : LayerPart("residual", LayerPlace.Around)
{
    [ModuleInitializer]
    internal static void Register() => Register("residual", _ => new Residual(), ["residual"], layer => layer.TryGetProperty("residual", out JsonElement is_) && is_.GetBoolean() ? new Residual() : null);

    internal override bool AddsBefore => true;

    internal override void Write(Utf8JsonWriter json) => json.WriteBoolean("residual", true);

    internal override string? Misfit(int inputs, int units, bool isOutput) => isOutput ? "the output layer cannot be residual"
        : inputs != units ? $"a residual layer is as wide as the one before it: {units} units found, {inputs} expected"
        : null;

    internal override Stage<T, V>? Plan<T, V>(StagePlace<T> place) => new ResidualStage<T, V>(place);

    internal override void Forward<TElement>(ReadOnlySpan<TElement> q, ReadOnlySpan<TElement> before, TElement[][] tensors, Span<TElement> p)
    {
        for (int i = 0; i < p.Length; i++)
        {
            p[i] = before[i] + q[i];
        }
    }
}
