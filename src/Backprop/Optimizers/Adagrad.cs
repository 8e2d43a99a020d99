using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>
/// Adagrad (Duchi et al. 2011): s ← s + g², w ← w − η g / (√s + ε). Weight decay λ adds λ w to g.
/// </summary>
public sealed class Adagrad : Optimizer
{
    /// <summary>Options that are not given take the defaults.</summary>
    /// <exception cref="UsageException">An option out of its range, or one that the optimizer does not have.</exception>
    public Adagrad(OptimizerOptions? options = null) : base(options ??= new(), 0.01)
    {
        Epsilon = Check("epsilon", options.Epsilon ?? 1e-10, 0, double.PositiveInfinity);
    }

    /// <inheritdoc/>
    public override string Name => "adagrad";

    /// <summary>ε, added to the denominator.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames => ["sum"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> OptionNames => ["epsilon"];

    /// <inheritdoc/>
    protected internal override OptimizerKernel<TElement> Bind<TElement>() => Kernel<Rule<TElement>, TElement>(new(this));

    /// <inheritdoc/>
    protected internal override void Explain(UpdateTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        string g = terms.Decay(WeightDecay);
        terms.Let("ε", Epsilon);
        terms.Let("s", terms.Moments[0]);
        terms.Add("s′", "sum of squares", $"s + {g}²");
        terms.Move("Δw", "step", $"−η · {g} / (√s′ + ε)");
    }

    [ModuleInitializer]
    internal static void Register() => Register("adagrad", options => new Adagrad(options));

    private struct Rule<T>(Adagrad options) : IUpdateRule<T> where T : unmanaged, IElement<T>
    {
        private readonly bool _mayBeZero = Quotient.MayBeZero(options.Epsilon);
        private T _rate, _decay, _epsilon;

        public void Begin(long step, double learningRate)
        {
            _rate = T.Create(-learningRate);
            _decay = T.Create(options.WeightDecay);
            _epsilon = T.Create(options.Epsilon);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly T Apply(T parameter, T gradient, ref T state0, ref T state1, ref T state2)
        {
            T g = T.FusedMultiplyAdd(_decay, parameter, gradient);
            state0 = T.FusedMultiplyAdd(g, g, state0);
            return T.FusedMultiplyAdd(_rate, Quotient.Of(g, state0, T.Sqrt(state0) + _epsilon, _mayBeZero), parameter);
        }
    }
}
