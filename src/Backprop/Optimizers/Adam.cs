using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>
/// Adam (Kingma and Ba 2014): m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², w ← w − η m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and
/// v̂ = v / (1 − β₂ᵗ). Weight decay λ adds λ w to g. AMSGrad divides by the greatest v so far.
/// </summary>
public sealed class Adam : Optimizer
{
    /// <summary>Options that are not given take the defaults.</summary>
    /// <exception cref="UsageException">An option out of its range, or one that the optimizer does not have.</exception>
    public Adam(OptimizerOptions? options = null) : base(options ??= new(), 0.001)
    {
        Beta1 = Check("beta1", options.Beta1 ?? 0.9, 0, 1, openHigh: true);
        Beta2 = Check("beta2", options.Beta2 ?? 0.999, 0, 1, openHigh: true);
        Epsilon = Check("epsilon", options.Epsilon ?? 1e-8, 0, double.PositiveInfinity);
        Amsgrad = Flag("amsgrad", options.Amsgrad);
    }

    /// <inheritdoc/>
    public override string Name => "adam";

    /// <summary>β₁, the decay of the mean.</summary>
    public double Beta1 { get; }

    /// <summary>β₂, the decay of the mean square.</summary>
    public double Beta2 { get; }

    /// <summary>ε, added to the denominator.</summary>
    public double Epsilon { get; }

    /// <summary>Whether the greatest second moment so far divides.</summary>
    public bool Amsgrad { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames => Amsgrad ? ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"] : ["exp_avg", "exp_avg_sq"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> OptionNames => ["beta1", "beta2", "epsilon", "amsgrad"];

    /// <inheritdoc/>
    protected internal override OptimizerKernel<TElement> Bind<TElement>() => Kernel<Rule<TElement>, TElement>(new(this));

    /// <inheritdoc/>
    protected internal override void Explain(UpdateTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        terms.MeanAndSquare(terms.Decay(WeightDecay), Beta1, Beta2, Epsilon);
        string square = terms.Greatest(Amsgrad);
        terms.Add("m̂", "first moment, bias corrected", "m′ / (1 − β₁ᵗ)");
        terms.Add("v̂", "second moment, bias corrected", $"{square} / (1 − β₂ᵗ)");
        terms.Move("Δw", "step", "−η · m̂ / (√v̂ + ε)");
    }

    [ModuleInitializer]
    internal static void Register() => Register("adam", options => new Adam(options));

    /// <summary>
    /// In the form with the fewest multiplications: m + (1 − β₁)(g − m), v + (1 − β₂)(g² − v), and √(1 − β₂ᵗ) taken into η and ε. A β below ½ adds
    /// the smaller part the other way round, g + β₁(m − g), or a g much smaller than m would be rounded away.
    /// </summary>
    private struct Rule<T>(Adam options) : IUpdateRule<T> where T : unmanaged, IElement<T>
    {
        private readonly PowersOf _powers2 = new(options.Beta2);
        private readonly PowersOf _powers1 = new(options.Beta1);
        private readonly bool _forgets1 = options.Beta1 < 0.5, _forgets2 = options.Beta2 < 0.5;
        private readonly bool _decays = options.WeightDecay != 0;
        private T _rate, _decay, _beta1, _beta2, _share1, _share2, _epsilon;
        private bool _mayBeZero;

        public void Begin(long step, double learningRate)
        {
            double root = Math.Sqrt(1 - _powers2.At(step));
            _beta1 = T.Create(options.Beta1);
            _beta2 = T.Create(options.Beta2);
            _share1 = T.Create(1 - options.Beta1);
            _share2 = T.Create(1 - options.Beta2);
            _rate = T.Create(-learningRate * root / (1 - _powers1.At(step)));
            _epsilon = T.Create(options.Epsilon * root);
            _mayBeZero = Quotient.MayBeZero(options.Epsilon * root);
            _decay = T.Create(options.WeightDecay);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly T Apply(T parameter, T gradient, ref T state0, ref T state1, ref T state2)
        {
            T g = _decays ? T.FusedMultiplyAdd(_decay, parameter, gradient) : gradient;
            T mean = state0 = _forgets1 ? T.FusedMultiplyAdd(_beta1, state0 - g, g) : T.FusedMultiplyAdd(_share1, g - state0, state0);
            T square = state1 = _forgets2
                ? T.FusedMultiplyAdd(_beta2, T.FusedMultiplyAdd(-g, g, state1), g * g)
                : T.FusedMultiplyAdd(_share2, T.FusedMultiplyAdd(g, g, -state1), state1);
            if (options.Amsgrad)
            {
                square = state2 = T.Max(square, state2); // a NaN stays
            }

            return T.FusedMultiplyAdd(_rate, Quotient.Of(mean, square, T.Sqrt(square) + _epsilon, _mayBeZero), parameter);
        }
    }
}
