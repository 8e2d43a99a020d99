using Backprop.Activations;

namespace Backprop.Losses;

/// <summary>A loss that knows nothing of the activation before it: δ_N = D_Nᵀ ∇_yL in two steps.</summary>
internal sealed class ComposedLoss<TLoss>(TLoss loss) : Loss where TLoss : struct, ILoss
{
    private readonly TLoss _loss = loss;

    public override string Name => _loss.Name;

    public override double? Parameter => _loss.Parameter;

    public override string? ParameterName => _loss.ParameterName;

    public override OutputMeaning Meaning => _loss.Meaning;

    public override bool IsAnalytic => _loss.IsAnalytic;

    public override bool TakesOffset => _loss.TakesOffset;

    internal override bool IsPlain => _loss.IsPlain;

    public override int TargetCount(int outputs) => _loss.TargetCount(outputs);

    internal override void AddMargins(ReadOnlySpan<double> y, ReadOnlySpan<double> t, ICollection<double> margins) => _loss.AddMargins(y, t, margins);

    internal override OutputKernel<TElement> Bind<TElement>(ActivationFunction output) => new ComposedOutput<TLoss, TElement>(_loss, output);

    private protected override bool IsSameLoss(Loss other) => other is ComposedLoss<TLoss> same && EqualityComparer<TLoss>.Default.Equals(_loss, same._loss);
}
