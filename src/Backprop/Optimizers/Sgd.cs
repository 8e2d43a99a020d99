using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>
/// Gradient descent, ΔW = −η g, with momentum and Nesterov's variant as PyTorch has them: v ← μ v + (1 − dampening) g (v ← g at the first
/// step), w ← w − η v, or with Nesterov w ← w − η (g + μ v). Weight decay λ adds λ w to g.
/// </summary>
public sealed class Sgd : Optimizer
{
    /// <summary>Options that are not given take the defaults.</summary>
    /// <exception cref="UsageException">An option out of its range, or one that the optimizer does not have.</exception>
    public Sgd(OptimizerOptions? options = null) : base(options ??= new(), 0.001)
    {
        Momentum = Check("momentum", options.Momentum ?? 0, 0, 1, openHigh: true);
        Dampening = Check("dampening", options.Dampening ?? 0, 0, 1);
        Nesterov = Flag("nesterov", options.Nesterov);
        if (Nesterov && (Momentum == 0 || Dampening != 0))
        {
            throw new UsageException("optimizer 'sgd': nesterov needs a momentum above 0 and no dampening");
        }
    }

    /// <inheritdoc/>
    public override string Name => "sgd";

    /// <summary>μ.</summary>
    public double Momentum { get; }

    /// <summary>What momentum leaves out of a new gradient.</summary>
    public double Dampening { get; }

    /// <summary>Whether to look ahead along the momentum.</summary>
    public bool Nesterov { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames => Momentum > 0 ? ["momentum_buffer"] : [];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> OptionNames => ["momentum", "dampening", "nesterov"];

    /// <inheritdoc/>
    protected internal override OptimizerKernel<TElement> Bind<TElement>() => Kernel<Rule<TElement>, TElement>(new(this));

    /// <inheritdoc/>
    protected internal override void Explain(UpdateTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        string g = terms.Decay(WeightDecay);
        if (Momentum == 0)
        {
            terms.Move("Δw", "step against the gradient", $"−η · {g}");
            return;
        }

        terms.Let("μ", Momentum);
        terms.Let("v", terms.Moments[0]);
        terms.Let("τ", Dampening);
        terms.Add("v′", "momentum", terms.Step == 1 || Dampening == 0 ? $"μ · v + {g}" : $"μ · v + (1 − τ) · {g}");
        terms.Move("Δw", Nesterov ? "step along gradient and momentum (Nesterov)" : "step along the momentum", Nesterov ? $"−η · ({g} + μ · v′)" : "−η · v′");
    }

    [ModuleInitializer]
    internal static void Register() => Register("sgd", options => new Sgd(options));

    private struct Rule<T>(Sgd options) : IUpdateRule<T> where T : unmanaged, IElement<T>
    {
        private readonly bool _decays = options.WeightDecay != 0, _moves = options.Momentum > 0;
        private T _rate, _decay, _momentum, _share;

        public void Begin(long step, double learningRate)
        {
            _rate = T.Create(-learningRate);
            _decay = T.Create(options.WeightDecay);
            _momentum = T.Create(options.Momentum);
            _share = T.Create(step == 1 ? 1 : 1 - options.Dampening);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly T Apply(T parameter, T gradient, ref T state0, ref T state1, ref T state2)
        {
            T g = _decays ? T.FusedMultiplyAdd(_decay, parameter, gradient) : gradient;
            if (_moves)
            {
                state0 = T.FusedMultiplyAdd(_momentum, state0, _share * g);
                g = options.Nesterov ? T.FusedMultiplyAdd(_momentum, state0, g) : state0;
            }

            return T.FusedMultiplyAdd(_rate, g, parameter);
        }
    }
}
