using System.Runtime.CompilerServices;
using System.Text.Json;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Stages;

namespace Backprop.Layers;

/// <summary>
/// Per sample, over the n units of a layer: p = γ ∘ u + β with u = (q − mean) / √(var + ε), q = W x + b, var the mean square deviation.
/// J = diag(γ) (I − 1 1ᵀ/n − u uᵀ/n) / √(var + ε). As PyTorch's nn.LayerNorm (Ba, Kiros and Hinton 2016).
/// </summary>
public sealed class LayerNorm : LayerPart
{
    /// <summary>ε unless another is given.</summary>
    public const double DefaultEpsilon = 1e-5;

    /// <param name="epsilon">ε, above 0.</param>
    /// <exception cref="UsageException">Not above 0.</exception>
    public LayerNorm(double epsilon = DefaultEpsilon) : base("layer_norm", LayerPlace.BeforeActivation) => Epsilon = NormKeys.Checked(epsilon);

    /// <summary>ε.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override double? Parameter => Epsilon;

    internal override bool IsUsual => Epsilon == DefaultEpsilon;

    [ModuleInitializer]
    internal static void Register() => Register("layer_norm", epsilon => new LayerNorm(epsilon ?? DefaultEpsilon), ["norm", "epsilon"], layer => NormKeys.Read(layer, "layer") is { } epsilon ? new LayerNorm(epsilon) : null);

    internal override bool MixesUnits => true;

    internal override void Write(Utf8JsonWriter json) => NormKeys.Write(json, "layer", Epsilon);

    internal override void AddParameters<T>(NetworkBuilder<T> network, int layer, int units)
    {
        network.AddBlock(layer, "norm.weight", "gamma", [units], network.AddPanels(layer, rows: 1, units), initial: 1);
        network.AddBlock(layer, "norm.bias", "beta", [units], network.AddPanels(layer, rows: 1, units));
    }

    internal override Stage<T, V>? Plan<T, V>(StagePlace<T> place) => new LayerNormStage<T, V>(place, Epsilon);

    internal override void Forward<TElement>(ReadOnlySpan<TElement> q, ReadOnlySpan<TElement> before, TElement[][] tensors, Span<TElement> p)
    {
        TElement scale = Normalise(q, p, Epsilon);
        for (int i = 0; i < p.Length; i++)
        {
            p[i] = TElement.FusedMultiplyAdd(tensors[0][i], p[i] * scale, tensors[1][i]);
        }
    }

    internal override double[] Jacobian(ReadOnlySpan<double> q, double[][] tensors)
    {
        (double[] u, double scale) = Normalised(q);
        return Fill(u.Length, (r, c) => tensors[0][r] * ((r == c ? 1 : 0) - (1.0 / u.Length) - (u[r] * u[c] / u.Length)) * scale);
    }

    internal override double[] JacobianSizes(ReadOnlySpan<double> q, double[][] tensors)
    {
        (double[] u, double scale) = Normalised(q);
        return Fill(u.Length, (r, c) => Math.Abs(tensors[0][r]) * ((r == c ? 1 : 0) + (1.0 / u.Length) + (Math.Abs(u[r] * u[c]) / u.Length)) * scale);
    }

    internal override (string Text, string Latex) JacobianSymbol(int layer) => ($"J_{layer}(q_{layer})", $"J_{{{layer}}}(q_{{{layer}}})");

    internal override (string Text, string Latex, string Meaning)? TangentSymbol(int tensor, int layer, int unit) => tensor == 0 ? NormKeys.Normalised(layer, unit) : null;

    internal override double[] Tangent(int tensor, int index, ReadOnlySpan<double> q, double[][] tensors)
    {
        double[] tangent = new double[q.Length];
        tangent[index] = tensor == 1 ? 1 : Normalised(q).U[index];
        return tangent;
    }

    /// <summary>d ← q − mean; returns 1/√(var + ε), so that u = d times it. One sample, or one per lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TElement Normalise<TElement>(ReadOnlySpan<TElement> q, Span<TElement> d, double epsilon) where TElement : unmanaged, IElement<TElement>
    {
        TElement count = TElement.Create(q.Length), sum = TElement.Create(0), squares = sum;
        for (int i = 0; i < q.Length; i++)
        {
            sum += q[i];
        }

        TElement mean = sum / count;
        for (int i = 0; i < q.Length; i++)
        {
            d[i] = q[i] - mean;
            squares = TElement.FusedMultiplyAdd(d[i], d[i], squares);
        }

        return TElement.Create(1) / TElement.Sqrt((squares / count) + TElement.Create(epsilon));
    }

    private static double[] Fill(int n, Func<int, int, double> entry)
    {
        double[] matrix = new double[checked(n * n)];
        for (int r = 0; r < n; r++)
        {
            for (int c = 0; c < n; c++)
            {
                matrix[(r * n) + c] = entry(r, c);
            }
        }

        return matrix;
    }

    private (double[] U, double Scale) Normalised(ReadOnlySpan<double> q)
    {
        var d = new Lane<double>[q.Length];
        double scale = Normalise(Array.ConvertAll(q.ToArray(), value => new Lane<double>(value)), d, Epsilon).Value;
        return (Array.ConvertAll(d, value => value.Value * scale), scale);
    }
}
