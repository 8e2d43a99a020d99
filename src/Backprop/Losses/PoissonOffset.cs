using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>
/// (1/m) Σ (e^(y+o) − t (y+o)): counts t of a row that was exposed for e^o (years, kilometres, people), as a generalised linear model has an offset. y is the log rate of
/// one unit of exposure, o the last of the m + 1 targets. ∇_y = (e^(y+o) − t)/m. Known as <c>poisson:1</c>; <c>"offset":1</c> beside <c>"loss":"poisson"</c> in model files.
/// </summary>
/// <remarks>P. McCullagh, J. A. Nelder, Generalized Linear Models, 2nd ed. 1989, section 6.2.</remarks>
/// <example>Two accidents in half a year, where the network says one a year: <c>y = [0], t = [2, log 0.5]</c>, L = 0.5 − 2 log 0.5, ∇_y = 0.5 − 2.</example>
public readonly struct PoissonOffset : ILoss
{
    /// <inheritdoc/>
    public string Name => "poisson";

    /// <inheritdoc/>
    public double? Parameter => 1;

    /// <inheritdoc/>
    public string? ParameterName => "offset";

    /// <inheritdoc/>
    public OutputMeaning Meaning => OutputMeaning.LogRate;

    /// <inheritdoc/>
    public bool TakesOffset => true;

    /// <inheritdoc/>
    public int TargetCount(int outputs) => outputs + 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public T Value<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t) where T : unmanaged, IElement<T>
    {
        T sum = T.Create(0), offset = t[y.Length];
        for (int i = 0; i < y.Length; i++)
        {
            sum += default(Poisson).Value(y[i] + offset, t[i]);
        }

        return sum / T.Create(y.Length);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Gradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t, Span<T> gradient) where T : unmanaged, IElement<T>
    {
        T count = T.Create(y.Length), offset = t[y.Length];
        for (int i = 0; i < y.Length; i++)
        {
            gradient[i] = default(Poisson).Derivative(y[i] + offset, t[i]) / count;
        }
    }
}
