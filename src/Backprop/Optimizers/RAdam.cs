using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>
/// RAdam (Liu et al. 2019) as PyTorch has it: ρ_t = ρ_∞ − 2t β₂ᵗ / (1 − β₂ᵗ), ρ_∞ = 2 / (1 − β₂) − 1; where ρ_t &gt; 5,
/// w ← w − η m̂ r √(1 − β₂ᵗ) / (√v + ε) with r² = (ρ_t − 4)(ρ_t − 2) ρ_∞ / ((ρ_∞ − 4)(ρ_∞ − 2) ρ_t), else w ← w − η m̂. Weight decay λ adds λ w to g.
/// </summary>
public sealed class RAdam : Optimizer
{
    /// <summary>Options that are not given take the defaults.</summary>
    /// <exception cref="UsageException">An option out of its range, or one that the optimizer does not have.</exception>
    public RAdam(OptimizerOptions? options = null) : base(options ??= new(), 0.001)
    {
        Beta1 = Check("beta1", options.Beta1 ?? 0.9, 0, 1, openHigh: true);
        Beta2 = Check("beta2", options.Beta2 ?? 0.999, 0, 1, openHigh: true);
        Epsilon = Check("epsilon", options.Epsilon ?? 1e-8, 0, double.PositiveInfinity);
    }

    /// <inheritdoc/>
    public override string Name => "radam";

    /// <summary>β₁, the decay of the mean.</summary>
    public double Beta1 { get; }

    /// <summary>β₂, the decay of the mean square.</summary>
    public double Beta2 { get; }

    /// <summary>ε, added to the denominator.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames => ["exp_avg", "exp_avg_sq"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> OptionNames => ["beta1", "beta2", "epsilon"];

    /// <inheritdoc/>
    protected internal override OptimizerKernel<TElement> Bind<TElement>() => Kernel<Rule<TElement>, TElement>(new(this));

    /// <inheritdoc/>
    protected internal override void Explain(UpdateTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        terms.MeanAndSquare(terms.Decay(WeightDecay), Beta1, Beta2, Epsilon);
        terms.Add("m̂", "first moment, bias corrected", "m′ / (1 − β₁ᵗ)");
        terms.Let("ρ∞", Limit);
        double length = terms.Add("ρ", "length of the average", "ρ∞ − 2 · t · β₂ᵗ / (1 − β₂ᵗ)");
        if (length > 5)
        {
            terms.Add("r", "rectification", "√((ρ − 4) · (ρ − 2) · ρ∞ / ((ρ∞ − 4) · (ρ∞ − 2) · ρ))");
            terms.Move("Δw", "rectified step", "−η · m̂ · r · √(1 − β₂ᵗ) / (√v′ + ε)");
        }
        else
        {
            terms.Move("Δw", "step, the average being too short to rectify", "−η · m̂");
        }
    }

    [ModuleInitializer]
    internal static void Register() => Register("radam", options => new RAdam(options));

    /// <summary>ρ_∞.</summary>
    private double Limit => (2 / (1 - Beta2)) - 1;

    private struct Rule<T>(RAdam options) : IUpdateRule<T> where T : unmanaged, IElement<T>
    {
        private readonly PowersOf _powers2 = new(options.Beta2);
        private readonly PowersOf _powers1 = new(options.Beta1);
        private readonly bool _mayBeZero = Quotient.MayBeZero(options.Epsilon);
        private T _rate, _rectified, _decay, _beta1, _share1, _beta2, _share2, _epsilon;
        private bool _rectify;

        public void Begin(long step, double learningRate)
        {
            double power = _powers2.At(step), limit = options.Limit;
            double length = limit - (2 * step * power / (1 - power));
            _rectify = length > 5;
            double rate = -learningRate / (1 - _powers1.At(step));
            double rectification = _rectify ? Math.Sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)) : 0;
            _rate = T.Create(rate);
            _rectified = T.Create(rate * rectification * Math.Sqrt(1 - power));
            _decay = T.Create(options.WeightDecay);
            _beta1 = T.Create(options.Beta1);
            _share1 = T.Create(1 - options.Beta1);
            _beta2 = T.Create(options.Beta2);
            _share2 = T.Create(1 - options.Beta2);
            _epsilon = T.Create(options.Epsilon);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly T Apply(T parameter, T gradient, ref T state0, ref T state1, ref T state2)
        {
            T g = T.FusedMultiplyAdd(_decay, parameter, gradient);
            state0 = T.FusedMultiplyAdd(_beta1, state0, _share1 * g);
            state1 = T.FusedMultiplyAdd(_beta2, state1, _share2 * g * g);
            return _rectify
                ? T.FusedMultiplyAdd(_rectified, Quotient.Of(state0, state1, T.Sqrt(state1) + _epsilon, _mayBeZero), parameter)
                : T.FusedMultiplyAdd(_rate, T.FusedMultiplyAdd(T.Create(0), state1, state0), parameter); // NaN where v has overflowed
        }
    }
}
