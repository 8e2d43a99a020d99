using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>A loss together with the one output activation that it simplifies with: computed from the logits p, so nothing overflows or loses digits.</summary>
internal interface IFusedLoss
{
    /// <summary>L as a function of the logits.</summary>
    T Value<T>(ReadOnlySpan<T> p, ReadOnlySpan<T> y, ReadOnlySpan<T> t) where T : unmanaged, IElement<T>;

    /// <summary>delta ← δ_N.</summary>
    void Delta<T>(ReadOnlySpan<T> p, ReadOnlySpan<T> y, ReadOnlySpan<T> t, Span<T> delta) where T : unmanaged, IElement<T>;
}
