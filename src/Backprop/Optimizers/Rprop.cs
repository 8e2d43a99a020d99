using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>
/// Rprop (Riedmiller and Braun 1993) as PyTorch has it, for full batches: each parameter has its own step, times 1.2 while the sign of g stays,
/// times 0.5 where it turns (and that gradient is skipped), within [1e-6, 50]; w ← w − sign(g) · step. The steps begin at η.
/// </summary>
public sealed class Rprop : Optimizer
{
    /// <summary>Options that are not given take the defaults.</summary>
    /// <exception cref="UsageException">An option out of its range, or one that the optimizer does not have.</exception>
    public Rprop(OptimizerOptions? options = null) : base(options ??= new(), 0.01)
    {
        if (WeightDecay > 0)
        {
            throw new UsageException("optimizer 'rprop' has no option 'weight-decay': it goes by the signs of derivatives alone; l2 is a penalty that every optimizer takes");
        }
    }

    /// <inheritdoc/>
    public override string Name => "rprop";

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames => ["prev", "step_size"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> OptionNames => [];

    /// <inheritdoc/>
    protected internal override OptimizerKernel<TElement> Bind<TElement>() => Kernel<Rule<TElement>, TElement>(new(this));

    /// <inheritdoc/>
    protected internal override void Explain(UpdateTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        terms.Let("g₀", terms.Moments[0]);
        terms.Let("s", terms.Step == 1 ? LearningRate : terms.Moments[1]);
        double turn = terms.Add("q", "whether the sign stays, 1, or turns, −1", "sign(g) · sign(g₀)");
        terms.Let("a", turn > 0 ? 1.2 : turn < 0 ? 0.5 : 1);
        terms.Add("s′", "step size", "min(max(s · a, 0.000001), 50)");
        terms.Move("Δw", turn < 0 ? "none, for the sign has turned" : "step against the sign", turn < 0 ? "0 · s′" : "−sign(g) · s′");
    }

    [ModuleInitializer]
    internal static void Register() => Register("rprop", options => new Rprop(options));

    private struct Rule<T>(Rprop options) : IUpdateRule<T> where T : unmanaged, IElement<T>
    {
        private T _rate;
        private bool _first;

        public void Begin(long step, double learningRate)
        {
            _first = step == 1;
            _rate = T.Create(options.LearningRate);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly T Apply(T parameter, T gradient, ref T state0, ref T state1, ref T state2)
        {
            T zero = T.Create(0), one = T.Create(1);
            T turn = T.Sign(gradient) * state0; // a product of gradients underflows
            T size = _first ? _rate : state1;
            T factor = T.IfLess(zero, turn, T.Create(1.2), T.IfLess(turn, zero, T.Create(0.5), one));
            state1 = T.Min(T.Max(size * factor, T.Create(1e-6)), T.Create(50));
            T g = T.IfLess(turn, zero, zero, gradient);
            state0 = g;
            return T.FusedMultiplyAdd(-T.Sign(g), state1, parameter);
        }
    }
}
