using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>Multi-class hinge: Σ over the other classes of max(0, 1 + y_c − y_class); t is one-hot. ∇: 1 for each violating class, minus their number for the class.</summary>
public readonly struct Hinge : ILoss
{
    /// <inheritdoc/>
    public string Name => "hinge";

    /// <inheritdoc/>
    public OutputMeaning Meaning => OutputMeaning.Score;

    /// <inheritdoc/>
    public bool IsAnalytic => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public T Value<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t) where T : unmanaged, IElement<T>
    {
        T zero = T.Create(0), one = T.Create(1), ofClass = OfClass(y, t), sum = zero;
        for (int c = 0; c < y.Length; c++)
        {
            sum += (one - t[c]) * T.Max(one + (y[c] - ofClass), zero);
        }

        return sum;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Gradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t, Span<T> gradient) where T : unmanaged, IElement<T>
    {
        T zero = T.Create(0), one = T.Create(1), ofClass = OfClass(y, t), violations = zero;
        for (int c = 0; c < y.Length; c++)
        {
            gradient[c] = (one - t[c]) * T.IfLess(zero, one + (y[c] - ofClass), one, zero);
            violations += gradient[c];
        }

        for (int c = 0; c < y.Length; c++)
        {
            gradient[c] = gradient[c] - (t[c] * violations);
        }
    }

    /// <inheritdoc/>
    public void AddMargins(ReadOnlySpan<double> y, ReadOnlySpan<double> t, ICollection<double> margins)
    {
        double ofClass = 0;
        for (int c = 0; c < y.Length; c++)
        {
            ofClass += t[c] * y[c];
        }

        for (int c = 0; c < y.Length; c++)
        {
            if (t[c] == 0)
            {
                margins.Add(1 + (y[c] - ofClass));
            }
        }
    }

    private static T OfClass<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t) where T : unmanaged, IElement<T>
    {
        T sum = T.Create(0);
        for (int c = 0; c < y.Length; c++)
        {
            sum = T.FusedMultiplyAdd(t[c], y[c], sum);
        }

        return sum;
    }

    [ModuleInitializer]
    internal static void Register() => Loss.Register(Loss.From(new Hinge()));
}
