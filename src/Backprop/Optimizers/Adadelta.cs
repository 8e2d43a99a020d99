using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>
/// Adadelta (Zeiler 2012): v ← ρ v + (1 − ρ) g², Δ = g √(u + ε) / √(v + ε), u ← ρ u + (1 − ρ) Δ², w ← w − η Δ. Weight decay λ adds λ w to g.
/// </summary>
public sealed class Adadelta : Optimizer
{
    /// <summary>Options that are not given take the defaults.</summary>
    /// <exception cref="UsageException">An option out of its range, or one that the optimizer does not have.</exception>
    public Adadelta(OptimizerOptions? options = null) : base(options ??= new(), 1.0)
    {
        Rho = Check("rho", options.Rho ?? 0.9, 0, 1, openHigh: true);
        Epsilon = Check("epsilon", options.Epsilon ?? 1e-6, 0, double.PositiveInfinity);
    }

    /// <inheritdoc/>
    public override string Name => "adadelta";

    /// <summary>ρ, the decay of both means.</summary>
    public double Rho { get; }

    /// <summary>ε, added to the denominator.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames => ["square_avg", "acc_delta"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> OptionNames => ["rho", "epsilon"];

    /// <inheritdoc/>
    protected internal override OptimizerKernel<TElement> Bind<TElement>() => Kernel<Rule<TElement>, TElement>(new(this));

    /// <inheritdoc/>
    protected internal override void Explain(UpdateTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        string g = terms.Decay(WeightDecay);
        terms.Let("ρ", Rho);
        terms.Let("ε", Epsilon);
        terms.Let("v", terms.Moments[0]);
        terms.Let("u", terms.Moments[1]);
        terms.Add("v′", "mean of squares", $"ρ · v + (1 − ρ) · {g}²");
        terms.Add("Δ", "step before η", $"√(u + ε) / √(v′ + ε) · {g}");
        terms.Add("u′", "mean of squared steps", "ρ · u + (1 − ρ) · Δ²");
        terms.Move("Δw", "step", "−η · Δ");
    }

    [ModuleInitializer]
    internal static void Register() => Register("adadelta", options => new Adadelta(options));

    private struct Rule<T>(Adadelta options) : IUpdateRule<T> where T : unmanaged, IElement<T>
    {
        private readonly bool _mayBeZero = Quotient.MayBeZero(options.Epsilon);
        private T _rate, _decay, _rho, _share, _epsilon;

        public void Begin(long step, double learningRate)
        {
            _rate = T.Create(-learningRate);
            _decay = T.Create(options.WeightDecay);
            _rho = T.Create(options.Rho);
            _share = T.Create(1 - options.Rho);
            _epsilon = T.Create(options.Epsilon);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly T Apply(T parameter, T gradient, ref T state0, ref T state1, ref T state2)
        {
            T g = T.FusedMultiplyAdd(_decay, parameter, gradient);
            state0 = T.FusedMultiplyAdd(_rho, state0, _share * g * g);
            T delta = Quotient.Of(T.Sqrt(state1 + _epsilon), state0, T.Sqrt(state0 + _epsilon), _mayBeZero) * g;
            state1 = T.FusedMultiplyAdd(_rho, state1, _share * delta * delta);
            return T.FusedMultiplyAdd(_rate, delta, parameter);
        }
    }
}
