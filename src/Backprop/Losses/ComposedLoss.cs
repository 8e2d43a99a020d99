using Backprop.Activations;

namespace Backprop.Losses;

/// <summary>A loss that knows nothing of the activation before it: δ_N = D_Nᵀ ∇_yL in two steps.</summary>
internal sealed class ComposedLoss<TLoss>(TLoss loss) : Loss where TLoss : struct, ILoss
{
    public override string Name => loss.Name;

    public override double? Parameter => loss.Parameter;

    public override string? ParameterName => loss.ParameterName;

    public override OutputMeaning Meaning => loss.Meaning;

    public override bool IsAnalytic => loss.IsAnalytic;

    public override int TargetCount(int outputs) => loss.TargetCount(outputs);

    internal override void AddMargins(ReadOnlySpan<double> y, ReadOnlySpan<double> t, ICollection<double> margins) => loss.AddMargins(y, t, margins);

    internal override OutputKernel<TElement> Bind<TElement>(ActivationFunction output) => new ComposedOutput<TLoss, TElement>(loss, output);
}
