using System.Globalization;
using System.Numerics;
using Backprop.Activations;
using Backprop.Data;
using Backprop.Losses;

namespace Backprop.Networks;

/// <summary>Output layers and losses that do not go together: each is a formula like another, but what it learns is not what was meant.</summary>
public static class OutputAdvice
{
    /// <summary>Why a network can learn nothing from any data, with what to take instead; null where it can.</summary>
    public static string? Refusal(NetworkDefinition network)
    {
        ArgumentNullException.ThrowIfNull(network);
        LayerDefinition output = network.Layers[^1];
        ActivationFunction f = output.Activation;
        string loss = network.Loss.Name;
        return output.Units == 1 && f is Softmax or LogSoftmax
            ? $"{f.Name} of one unit is {(f is Softmax ? 1 : 0)} whatever goes in, and nothing can be learned: take sigmoid with binary_cross_entropy for two classes, identity for values, or one unit for each class"
            : loss == "cross_entropy" && f.Range is not null && f.IsElementwise
            ? $"cross_entropy needs outputs that are a distribution over the classes: {f.Name} raises the output of each row's class and lowers none, so that all become the same; take softmax, or binary_cross_entropy with sigmoid"
            : loss == "hinge" && output.Units == 1
            ? "hinge compares the outputs of the classes, one output has no other: take two units, or sigmoid with binary_cross_entropy"
            : loss == "binary_cross_entropy" && f.Range is { } range && (range.Least < 0 || range.Greatest > 1)
            ? $"binary_cross_entropy takes the logarithm of y and of 1 − y, outputs of {f.Name} are not between 0 and 1: take sigmoid"
            : null;
    }

    /// <summary>The same on these targets: a loss that has no least value on them.</summary>
    public static string? Refusal<T>(NetworkDefinition network, Targets<T> targets) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(targets);
        return Refusal(network) ?? (network.Loss.Name == "hinge" && !targets.AreClasses && CountOdd(targets, oneHot: true) is > 0 and var odd
            ? $"hinge takes classes: {odd} of {targets.Rows} rows of targets do not name one by a 1 among zeros; take mean_squared_error for values, sigmoid with binary_cross_entropy for several flags in a row"
            : null);
    }

    /// <summary>The first target that a loss of probabilities or of counts does not take, outside of whose range it means nothing; null where there is none.</summary>
    /// <returns>Its row and its place there, both counted from 0, and what was found and is taken, to stand behind the name of that place.</returns>
    /// <example><c>OutputAdvice.OutOfRange(Loss.Parse("poisson"), Targets&lt;double&gt;.Values([3, -1], 1))</c> is (1, 0, "a target of -1 found, poisson takes values of at least 0").</example>
    public static (int Row, int Target, string Why)? OutOfRange<T>(Loss loss, Targets<T> targets) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(targets);
        T low = loss.Name is "cross_entropy" or "binary_cross_entropy" or "poisson" ? T.Zero : T.NegativeInfinity;
        T high = loss.Name is "cross_entropy" or "binary_cross_entropy" ? T.One : T.PositiveInfinity;
        int bad = targets.AllValues.IndexOfAnyExceptInRange(low, high);
        while (loss.TakesOffset && bad % targets.Count == targets.Count - 1)
        {
            int next = targets.AllValues[(bad + 1)..].IndexOfAnyExceptInRange(low, high); // a logarithm may be anything
            bad = next < 0 ? -1 : bad + 1 + next;
        }

        return bad < 0 ? null : (bad / targets.Count, bad % targets.Count, string.Create(CultureInfo.InvariantCulture, $"a target of {targets.AllValues[bad]} found, {loss.Name} takes values {(high == T.One ? "from 0 to 1" : "of at least 0")}"));
    }

    /// <summary>What of an output layer and a loss is hardly meant, on these targets: one sentence each.</summary>
    public static IReadOnlyList<string> Doubts<T>(NetworkDefinition network, Targets<T> targets) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(targets);
        ActivationFunction f = network.Layers[^1].Activation;
        (double Least, double Greatest) range = f.Range ?? (double.NegativeInfinity, double.PositiveInfinity);
        var doubts = new List<string>();
        if (targets.AreClasses && network.TargetCount > targets.Count)
        {
            doubts.Add($"the output layer has {network.TargetCount} units for {targets.Count} class{(targets.Count == 1 ? "" : "es")}: those from {targets.Count} on stand for none");
        }

        switch (network.Loss.Name)
        {
            case "binary_cross_entropy" when f.Name == "hard_sigmoid":
                doubts.Add("hard_sigmoid reaches 0 and 1, where binary_cross_entropy is infinite and the slope is 0: sigmoid does not");
                break;
            case "cross_entropy" when !targets.AreClasses && CountOdd(targets, oneHot: false) is > 0 and var odd:
                doubts.Add($"{odd} of {targets.Rows} rows of targets do not add up to 1, which is what cross_entropy takes; for several flags in a row take sigmoid with binary_cross_entropy");
                break;
            case "poisson" when double.IsFinite(range.Least) || double.IsFinite(range.Greatest):
                doubts.Add($"poisson takes the output as the logarithm of the rate: after {f.Name} rates lie between {Text(Math.Exp(range.Least))} and {Text(Math.Exp(range.Greatest))}; identity leaves them free");
                break;
            case "gaussian_nll" when double.IsFinite(range.Least) || double.IsFinite(range.Greatest):
                doubts.Add($"gaussian_nll takes the second half of the outputs as logarithms of variances: after {f.Name} they lie between {Text(range.Least)} and {Text(range.Greatest)}, and so do the means; identity leaves them free");
                break;
            case "hinge" when range.Greatest - range.Least <= 1:
                doubts.Add($"hinge wants the class's output 1 above every other: outputs of {f.Name} are never so far apart; take identity");
                break;
            case "squared_error" or "mean_squared_error" or "absolute_error" or "huber" or "log_cosh" or "quantile":
                long outside = 0;
                foreach (T value in targets.AllValues)
                {
                    double t = double.CreateTruncating(value);
                    outside += t < range.Least || t > range.Greatest ? 1 : 0;
                }

                if (outside > 0)
                {
                    doubts.Add($"{outside} of {targets.AllValues.Length} target values lie outside {Text(range.Least)} … {Text(range.Greatest)}, which is all that {f.Name} gives: they can never be reached; take identity");
                }

                break;
        }

        return doubts;
    }

    /// <summary>The rows that are no distribution: that do not add up to 1, or are no 1 among zeros.</summary>
    private static int CountOdd<T>(Targets<T> targets, bool oneHot) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = 0;
        for (int row = 0; row < targets.Rows; row++)
        {
            double sum = 0;
            bool isOdd = false;
            for (int target = 0; target < targets.Count; target++)
            {
                double t = double.CreateTruncating(targets[row, target]);
                sum += t;
                isOdd |= oneHot && t != 0 && t != 1;
            }

            count += isOdd || Math.Abs(sum - 1) >= 1e-3 ? 1 : 0;
        }

        return count;
    }

    private static string Text(double value) => double.IsPositiveInfinity(value) ? "∞" : double.IsNegativeInfinity(value) ? "−∞" : value.ToString("G3", CultureInfo.InvariantCulture);
}
