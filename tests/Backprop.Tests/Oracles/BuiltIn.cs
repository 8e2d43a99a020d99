namespace Backprop.Tests.Oracles;

/// <summary>What math.md names: a file that is forgotten is noticed.</summary>
internal static class BuiltIn
{
    public static readonly string[] Activations =
    [
        "identity", "relu", "leaky_relu", "elu", "selu", "celu", "gelu", "gelu_tanh", "silu", "mish", "softplus", "softsign", "tanh", "sigmoid",
        "hard_sigmoid", "hard_tanh", "exponential", "sine", "softmax", "log_softmax",
    ];

    public static readonly string[] Losses =
    [
        "squared_error", "mean_squared_error", "absolute_error", "huber", "log_cosh", "quantile", "poisson", "binary_cross_entropy", "cross_entropy",
        "hinge", "gaussian_nll",
    ];

    public static readonly string[] Minimizers = ["lbfgs", "levenberg_marquardt"];
}
