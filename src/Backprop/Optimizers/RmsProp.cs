using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>
/// RMSprop (Hinton 2012): v ← ρ v + (1 − ρ) g², w ← w − η g / (√v + ε). Centered: √max(v − a², 0), a the mean gradient; PyTorch takes the
/// root of v − a² as it is rounded, NaN where gradients stay the same. With momentum μ: b ← μ b + g / (√v + ε), w ← w − η b. Weight decay
/// λ adds λ w to g. ρ is PyTorch's alpha.
/// </summary>
public sealed class RmsProp : Optimizer
{
    /// <summary>Options that are not given take the defaults.</summary>
    /// <exception cref="UsageException">An option out of its range, or one that the optimizer does not have.</exception>
    public RmsProp(OptimizerOptions? options = null) : base(options ??= new(), 0.01)
    {
        Rho = Check("rho", options.Rho ?? 0.99, 0, 1, openHigh: true);
        Epsilon = Check("epsilon", options.Epsilon ?? 1e-8, 0, double.PositiveInfinity);
        Momentum = Check("momentum", options.Momentum ?? 0, 0, 1, openHigh: true);
        Centered = Flag("centered", options.Centered);
    }

    /// <inheritdoc/>
    public override string Name => "rmsprop";

    /// <summary>ρ, the decay of the mean square.</summary>
    public double Rho { get; }

    /// <summary>ε, added to the denominator.</summary>
    public double Epsilon { get; }

    /// <summary>μ.</summary>
    public double Momentum { get; }

    /// <summary>Whether the variance divides in place of the mean square.</summary>
    public bool Centered { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames => ["square_avg", .. Momentum > 0 ? (string[])["momentum_buffer"] : [], .. Centered ? (string[])["grad_avg"] : []];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> OptionNames => ["rho", "epsilon", "momentum", "centered"];

    /// <inheritdoc/>
    protected internal override OptimizerKernel<TElement> Bind<TElement>() => Kernel<Rule<TElement>, TElement>(new(this));

    /// <inheritdoc/>
    protected internal override void Explain(UpdateTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        string g = terms.Decay(WeightDecay), square = "v′";
        terms.Let("ρ", Rho);
        terms.Let("ε", Epsilon);
        terms.Let("v", terms.Moments[0]);
        terms.Add("v′", "mean of squares", $"ρ · v + (1 − ρ) · {g}²");
        if (Centered)
        {
            terms.Let("a", terms.Moments[^1]);
            terms.Add("a′", "mean of gradients", $"ρ · a + (1 − ρ) · {g}");
            terms.Add(square = "c", "variance", "max(v′ − a′², 0)");
        }

        if (Momentum == 0)
        {
            terms.Move("Δw", "step", $"−η · {g} / (√{square} + ε)");
            return;
        }

        terms.Let("μ", Momentum);
        terms.Let("b", terms.Moments[1]);
        terms.Add("b′", "momentum", $"μ · b + {g} / (√{square} + ε)");
        terms.Move("Δw", "step along the momentum", "−η · b′");
    }

    [ModuleInitializer]
    internal static void Register() => Register("rmsprop", options => new RmsProp(options));

    private struct Rule<T>(RmsProp options) : IUpdateRule<T> where T : unmanaged, IElement<T>
    {
        private readonly bool _mayBeZero = Quotient.MayBeZero(options.Epsilon);
        private T _rate, _decay, _rho, _share, _epsilon, _momentum;

        public void Begin(long step, double learningRate)
        {
            _rate = T.Create(-learningRate);
            _decay = T.Create(options.WeightDecay);
            _rho = T.Create(options.Rho);
            _share = T.Create(1 - options.Rho);
            _epsilon = T.Create(options.Epsilon);
            _momentum = T.Create(options.Momentum);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly T Apply(T parameter, T gradient, ref T state0, ref T state1, ref T state2)
        {
            T g = T.FusedMultiplyAdd(_decay, parameter, gradient);
            state0 = T.FusedMultiplyAdd(_rho, state0, _share * g * g);
            T variance = state0;
            if (options.Centered)
            {
                ref T mean = ref options.Momentum > 0 ? ref state2 : ref state1;
                mean = T.FusedMultiplyAdd(_rho, mean, _share * g);
                variance = T.Max(T.FusedMultiplyAdd(-mean, mean, variance), T.Create(0)); // below 0 by rounding, where gradients stay the same
            }

            T step = Quotient.Of(g, state0, T.Sqrt(variance) + _epsilon, _mayBeZero);
            if (options.Momentum > 0)
            {
                step = state1 = T.FusedMultiplyAdd(_momentum, state1, step);
            }

            return T.FusedMultiplyAdd(_rate, step, parameter);
        }
    }
}
