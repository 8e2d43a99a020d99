namespace Backprop.Optimizers;

/// <summary>The options of all optimizers; what is null takes the optimizer's default.</summary>
public sealed record OptimizerOptions
{
    /// <summary>η &gt; 0.</summary>
    public double? LearningRate { get; init; }

    /// <summary>PyTorch's weight decay for the optimizer: coupled in sgd and adam, decoupled in adamw.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>sgd, rmsprop: momentum in [0, 1).</summary>
    public double? Momentum { get; init; }

    /// <summary>sgd: dampening of the momentum.</summary>
    public double? Dampening { get; init; }

    /// <summary>sgd: Nesterov momentum.</summary>
    public bool? Nesterov { get; init; }

    /// <summary>adam and its kin: β₁ in [0, 1).</summary>
    public double? Beta1 { get; init; }

    /// <summary>adam and its kin: β₂ in [0, 1).</summary>
    public double? Beta2 { get; init; }

    /// <summary>ε added to a denominator.</summary>
    public double? Epsilon { get; init; }

    /// <summary>rmsprop (PyTorch's alpha) and adadelta: the decay of the mean square.</summary>
    public double? Rho { get; init; }

    /// <summary>adam, adamw: the greatest second moment so far.</summary>
    public bool? Amsgrad { get; init; }

    /// <summary>rmsprop: the variance in place of the mean square.</summary>
    public bool? Centered { get; init; }

    /// <summary>The command-line names of the options that are given.</summary>
    internal IEnumerable<string> Given
    {
        get
        {
            foreach ((string name, bool given) in new[]
            {
                ("learning-rate", LearningRate.HasValue), ("weight-decay", WeightDecay.HasValue), ("momentum", Momentum.HasValue),
                ("dampening", Dampening.HasValue), ("nesterov", Nesterov == true), ("beta1", Beta1.HasValue), ("beta2", Beta2.HasValue),
                ("epsilon", Epsilon.HasValue), ("rho", Rho.HasValue), ("amsgrad", Amsgrad == true), ("centered", Centered == true),
            })
            {
                if (given)
                {
                    yield return name;
                }
            }
        }
    }
}
