using System.Runtime.CompilerServices;
using System.Text.Json;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Stages;

namespace Backprop.Layers;

/// <summary>
/// Per unit: p = γ ∘ (q − mean) / √(var + ε) + β with q = W x + b. In training mean and var, the mean square deviation, are those of the batch,
/// rows counted by their weights; running statistics follow them by <see cref="Momentum"/>, and are what counts outside training, where the whole is a
/// factor and a term for each unit. As PyTorch's nn.BatchNorm1d (Ioffe and Szegedy 2015); a batch of one row teaches the running variance nothing.
/// </summary>
public sealed class BatchNorm : LayerPart
{
    /// <summary>How much of each batch goes into the running statistics.</summary>
    public const double Momentum = 0.1;

    /// <param name="epsilon">ε, above 0.</param>
    /// <exception cref="UsageException">Not above 0.</exception>
    public BatchNorm(double epsilon = LayerNorm.DefaultEpsilon) : base("batch_norm", LayerPlace.BeforeActivation) => Epsilon = NormKeys.Checked(epsilon);

    /// <summary>ε.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override double? Parameter => Epsilon;

    internal override bool IsUsual => Epsilon == LayerNorm.DefaultEpsilon;

    [ModuleInitializer]
    internal static void Register() => Register(
        "batch_norm", epsilon => new BatchNorm(epsilon ?? LayerNorm.DefaultEpsilon),
        [], layer => NormKeys.Read(layer, "batch") is { } epsilon ? new BatchNorm(epsilon) : null);

    internal override void Write(Utf8JsonWriter json) => NormKeys.Write(json, "batch", Epsilon);

    internal override void AddParameters<T>(NetworkBuilder<T> network, int layer, int units)
    {
        network.AddBlock(layer, "norm.weight", "gamma", [units], network.AddPanels(layer, rows: 1, units), initial: 1);
        network.AddBlock(layer, "norm.bias", "beta", [units], network.AddPanels(layer, rows: 1, units));
        network.AddBlock(layer, "norm.running_mean", "running_mean", [units], network.AddState(layer, rows: 1, units));
        network.AddBlock(layer, "norm.running_var", "running_var", [units], network.AddState(layer, rows: 1, units), initial: 1, least: 0);
    }

    internal override Stage<T, V>? Plan<T, V>(StagePlace<T> place) => place.BatchStatistics ? new BatchNormStage<T, V>(place, Epsilon) : new RunningNormStage<T, V>(place, Epsilon);

    internal override void Forward<TElement>(ReadOnlySpan<TElement> q, ReadOnlySpan<TElement> before, TElement[][] tensors, Span<TElement> p)
    {
        for (int i = 0; i < p.Length; i++)
        {
            p[i] = TElement.FusedMultiplyAdd(tensors[0][i], (q[i] - tensors[2][i]) * Scale(tensors[3][i], Epsilon), tensors[1][i]);
        }
    }

    internal override double[] Jacobian(ReadOnlySpan<double> q, double[][] tensors) =>
        [.. tensors[0].Select((gamma, i) => gamma * Scale(new Lane<double>(tensors[3][i]), Epsilon).Value)];

    internal override (string Text, string Latex) JacobianSymbol(int layer) =>
        ($"(γ_{layer} / √(var_{layer} + ε))", $@"\frac{{\gamma_{{{layer}}}}}{{\sqrt{{\mathrm{{var}}_{{{layer}}} + \epsilon}}}}");

    internal override (string Text, string Latex, string Meaning)? TangentSymbol(int tensor, int layer, int unit) => tensor == 0 ? NormKeys.Normalised(layer, unit) : null;

    internal override double[] Tangent(int tensor, int index, ReadOnlySpan<double> q, double[][] tensors)
    {
        double[] tangent = new double[q.Length];
        tangent[index] = tensor == 1 ? 1 : (q[index] - tensors[2][index]) * Scale(new Lane<double>(tensors[3][index]), Epsilon).Value;
        return tangent;
    }

    /// <summary>1 / √(var + ε).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TElement Scale<TElement>(TElement variance, double epsilon) where TElement : unmanaged, IElement<TElement> =>
        TElement.Create(1) / TElement.Sqrt(variance + TElement.Create(epsilon));
}
