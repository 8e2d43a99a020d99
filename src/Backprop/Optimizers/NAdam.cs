using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>
/// NAdam (Dozat 2016) as PyTorch has it: Adam with Nesterov momentum, μ_t = β₁ (1 − ½·0.96^(0.004 t)), w ← w − η (1 − μ_t) / (1 − Πμ) · g / d
/// − η μ_{t+1} / (1 − Πμ·μ_{t+1}) · m / d, d = √(v / (1 − β₂ᵗ)) + ε. Weight decay λ adds λ w to g.
/// </summary>
public sealed class NAdam : Optimizer
{
    /// <summary>Options that are not given take the defaults.</summary>
    /// <exception cref="UsageException">An option out of its range, or one that the optimizer does not have.</exception>
    public NAdam(OptimizerOptions? options = null) : base(options ??= new(), 0.002)
    {
        Beta1 = Check("beta1", options.Beta1 ?? 0.9, 0, 1, openHigh: true);
        Beta2 = Check("beta2", options.Beta2 ?? 0.999, 0, 1, openHigh: true);
        Epsilon = Check("epsilon", options.Epsilon ?? 1e-8, 0, double.PositiveInfinity);
    }

    /// <inheritdoc/>
    public override string Name => "nadam";

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

    /// <summary>ln 0.96 and PyTorch's momentum_decay.</summary>
    private const double LogOfBase = -0.040821994520255166, MomentumDecay = 0.004;

    /// <inheritdoc/>
    protected internal override void Explain(UpdateTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        string g = terms.Decay(WeightDecay);
        terms.MeanAndSquare(g, Beta1, Beta2, Epsilon);
        double product = 1;
        for (long step = 1; step <= terms.Step; step++)
        {
            product *= Momentum(step);
        }

        terms.Let("μ", Momentum(terms.Step));
        terms.Let("μ₊", Momentum(terms.Step + 1));
        terms.Let("Πμ", product);
        terms.Add("v̂", "second moment, bias corrected", "v′ / (1 − β₂ᵗ)");
        terms.Move("Δ₁", "step along the gradient", $"−η · (1 − μ) / (1 − Πμ) · {g} / (√v̂ + ε)");
        terms.Move("Δ₂", "step along the first moment (Nesterov)", "−η · μ₊ / (1 − Πμ · μ₊) · m′ / (√v̂ + ε)");
    }

    [ModuleInitializer]
    internal static void Register() => Register("nadam", options => new NAdam(options));

    /// <summary>μ of a step.</summary>
    private double Momentum(long step) => Beta1 * (1 - (0.5 * Lane<double>.Exp(new(step * MomentumDecay * LogOfBase)).Value));

    private struct Rule<T>(NAdam options) : IUpdateRule<T> where T : unmanaged, IElement<T>
    {
        private readonly PowersOf _powers2 = new(options.Beta2);
        private readonly bool _mayBeZero = Quotient.MayBeZero(options.Epsilon);
        private T _ofGradient, _ofMean, _decay, _beta1, _share1, _beta2, _share2, _correction, _epsilon;
        private double _product = 1;
        private long _step;

        public void Begin(long step, double learningRate)
        {
            // Πμ is a product over all steps so far; after a resumption it is multiplied up again, in the same order.
            for (; _step < step; _step++)
            {
                _product *= options.Momentum(_step + 1);
            }

            double next = options.Momentum(step + 1);
            _ofGradient = T.Create(-learningRate * (1 - options.Momentum(step)) / (1 - _product));
            _ofMean = T.Create(-learningRate * next / (1 - (_product * next)));
            _decay = T.Create(options.WeightDecay);
            _beta1 = T.Create(options.Beta1);
            _share1 = T.Create(1 - options.Beta1);
            _beta2 = T.Create(options.Beta2);
            _share2 = T.Create(1 - options.Beta2);
            _correction = T.Create(1 - _powers2.At(step));
            _epsilon = T.Create(options.Epsilon);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly T Apply(T parameter, T gradient, ref T state0, ref T state1, ref T state2)
        {
            T g = T.FusedMultiplyAdd(_decay, parameter, gradient);
            state0 = T.FusedMultiplyAdd(_beta1, state0, _share1 * g);
            state1 = T.FusedMultiplyAdd(_beta2, state1, _share2 * g * g);
            T divisor = T.Sqrt(state1 / _correction) + _epsilon;
            return T.FusedMultiplyAdd(_ofMean, Quotient.Of(state0, state1, divisor, _mayBeZero), T.FusedMultiplyAdd(_ofGradient, Quotient.Of(g, state1, divisor, _mayBeZero), parameter));
        }
    }
}
