namespace Backprop.Interchange.NumPy;

/// <summary>What arrays are called: by scikit-learn, as far as it has them.</summary>
internal static class ArrayNames
{
    public const string Weights = "coefs_", Biases = "intercepts_", Activation = "activation", OutputActivation = "out_activation_", Classes = "classes_", Features = "feature_names_in_", Mean = "mean_", Scale = "scale_", Imputed = "statistics_";

    /// <summary>Not scikit-learn's: an activation for each layer as specifications write it, the loss, the features where the schema makes them of columns, the targets, what they are standardised by, what stands for a missing cell, from which probability on they are said to be.</summary>
    public const string Activations = "activations", Loss = "loss", MadeFeatures = "feature_names", Targets = "target_names", TargetMean = "target_mean_", TargetScale = "target_scale_", Missing = "missing_texts", Thresholds = "thresholds";

    /// <summary>scikit-learn's activations by ours.</summary>
    public static IReadOnlyDictionary<string, string> Known { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["identity"] = "identity",
        ["sigmoid"] = "logistic",
        ["tanh"] = "tanh",
        ["relu"] = "relu",
        ["softmax"] = "softmax",
    };
}
