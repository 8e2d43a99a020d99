using System.Runtime.CompilerServices;

namespace Backprop.Losses;

/// <summary>The one loop over outputs that every elementwise loss runs in.</summary>
internal readonly struct ElementwiseLoss<TLoss>(TLoss loss) : ILoss where TLoss : struct, IElementwiseLoss
{
    public string Name => loss.Name;

    public double? Parameter => loss.Parameter;

    public string? ParameterName => loss.ParameterName;

    public bool IsPlain => loss.IsPlain;

    public OutputMeaning Meaning => loss.Meaning;

    public bool IsAnalytic => loss.Kinks.Count == 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public T Value<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t) where T : unmanaged, Kernels.IElement<T>
    {
        T sum = T.Create(0);
        for (int i = 0; i < y.Length; i++)
        {
            sum += loss.Value(y[i], t[i]);
        }

        return loss.IsMeanOverOutputs ? sum / T.Create(y.Length) : sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Gradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t, Span<T> gradient) where T : unmanaged, Kernels.IElement<T>
    {
        T count = T.Create(loss.IsMeanOverOutputs ? y.Length : 1);
        for (int i = 0; i < y.Length; i++)
        {
            gradient[i] = loss.Derivative(y[i], t[i]) / count;
        }
    }

    public void AddMargins(ReadOnlySpan<double> y, ReadOnlySpan<double> t, ICollection<double> margins)
    {
        for (int i = 0; i < y.Length; i++)
        {
            foreach (double kink in loss.Kinks)
            {
                margins.Add(y[i] - t[i] - kink);
            }
        }
    }
}
