using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>
/// Lion (Chen et al. 2023): c = β₁ m + (1 − β₁) g, w ← w − η (sign(c) + λ w), m ← β₂ m + (1 − β₂) g; the decay is decoupled.
/// </summary>
public sealed class Lion : Optimizer
{
    /// <summary>Options that are not given take the defaults.</summary>
    /// <exception cref="UsageException">An option out of its range, or one that the optimizer does not have.</exception>
    public Lion(OptimizerOptions? options = null) : base(options ??= new(), 1e-4)
    {
        Beta1 = Check("beta1", options.Beta1 ?? 0.9, 0, 1, openHigh: true);
        Beta2 = Check("beta2", options.Beta2 ?? 0.99, 0, 1, openHigh: true);
    }

    /// <inheritdoc/>
    public override string Name => "lion";

    /// <summary>β₁, the decay of the mean.</summary>
    public double Beta1 { get; }

    /// <summary>β₂, the decay of the mean.</summary>
    public double Beta2 { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames => ["exp_avg"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> OptionNames => ["beta1", "beta2"];

    /// <inheritdoc/>
    protected internal override OptimizerKernel<TElement> Bind<TElement>() => Kernel<Rule<TElement>, TElement>(new(this));

    /// <inheritdoc/>
    protected internal override void Explain(UpdateTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (WeightDecay != 0)
        {
            terms.Let("λ", WeightDecay);
            terms.Move("Δ₀", "decoupled weight decay", "−η · λ · w");
        }

        terms.Let("β₁", Beta1);
        terms.Let("β₂", Beta2);
        terms.Let("m", terms.Moments[0]);
        terms.Add("c", "direction", "β₁ · m + (1 − β₁) · g");
        terms.Move("Δw", "step along its sign", "−η · sign(c)");
        terms.Add("m′", "momentum, for the next step", "β₂ · m + (1 − β₂) · g");
    }

    [ModuleInitializer]
    internal static void Register() => Register("lion", options => new Lion(options));

    private struct Rule<T>(Lion options) : IUpdateRule<T> where T : unmanaged, IElement<T>
    {
        private T _rate, _keep, _beta1, _share1, _beta2, _share2;

        public void Begin(long step, double learningRate)
        {
            _rate = T.Create(-learningRate);
            _keep = T.Create(1 - (learningRate * options.WeightDecay));
            _beta1 = T.Create(options.Beta1);
            _share1 = T.Create(1 - options.Beta1);
            _beta2 = T.Create(options.Beta2);
            _share2 = T.Create(1 - options.Beta2);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly T Apply(T parameter, T gradient, ref T state0, ref T state1, ref T state2)
        {
            T direction = T.Sign(T.FusedMultiplyAdd(_beta1, state0, _share1 * gradient));
            state0 = T.FusedMultiplyAdd(_beta2, state0, _share2 * gradient);
            return T.FusedMultiplyAdd(_rate, direction, parameter * _keep);
        }
    }
}
