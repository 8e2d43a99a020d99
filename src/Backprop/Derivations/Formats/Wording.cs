using System.Globalization;
using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Derivations.Formats;

/// <summary>Words and numbers that every format has in common.</summary>
public static class Wording
{
    /// <summary>Six significant digits: <c>0.59327</c>, <c>1.2e-7</c>.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
        }

        string[] parts = (value == 0 ? 0 : value).ToString("G6", CultureInfo.InvariantCulture).Split('E');
        return parts.Length == 1 ? parts[0] : $"{parts[0]}e{int.Parse(parts[1], CultureInfo.InvariantCulture)}";
    }

    /// <summary>Every digit.</summary>
    public static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Two digits: what differences are worth.</summary>
    public static string Rough(double value) => Number(double.IsFinite(value) ? double.Parse(value.ToString("G2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : value);

    /// <summary><c>1,234,567</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>What a factor is.</summary>
    public static string Meaning(Explanation explanation, DerivativeFactor factor)
    {
        string activation = factor.Layer == 0 ? "" : explanation.Network.Layers[factor.Layer - 1].Activation.ToString();
        int unit = explanation.Parameter.Output;
        return factor.Role switch
        {
            "loss_gradient" => $"the gradient of {explanation.Network.Loss} with respect to the output{EachRow(explanation)}",
            "batch_jacobian" when factor.Shape.Count == 2 => $"{factor.Part} of unit {unit} of layer {factor.Layer} by the batch's own statistics, which mix its rows",
            "batch_jacobian" => $"{factor.Part} of layer {factor.Layer} by the batch's own statistics: a matrix for each unit, from the right on its column, which mixes the rows",
            "residual" => $"past layer {factor.Layer} and through it, which is residual: the identity, and the product of its factors",
            "input" when factor.Symbol == "1" => $"adds up the rows: the {Kind(explanation)} itself is added in each",
            "diagonal" when factor.Part is { } norm => $"the factors of {norm} in layer {factor.Layer} by its running statistics, on a diagonal",
            "jacobian" when factor.Part is { } norm => $"the Jacobian of {norm} in layer {factor.Layer}, which mixes its units{(factor.Batch is null ? "" : ", of each row")}",
            "diagonal" => $"the slopes of {activation} in layer {factor.Layer}, on a diagonal",
            "jacobian" => $"the Jacobian of {activation}, which mixes its outputs{(factor.Batch is null ? "" : ", of each row")}",
            "delta" => $"the gradient of {explanation.Network.Loss} through {activation}, simplified into one{EachRow(explanation)}",
            "matrix" when factor.Part is not null => $"past layer {factor.Layer} and through it, which is residual",
            "matrix" => $"the weights of layer {factor.Layer}",
            "column" when factor.Layer == 0 => $"how x_0 moves with it: {DescribeInput(explanation).Tangent}",
            "column" => PicksUnit(explanation, factor)
                ? $"picks unit {unit} of layer {factor.Layer}, the only one that the {Kind(explanation)} acts on"
                : $"the column of unit {unit}, through which the {Kind(explanation)} acts on layer {factor.Layer}",
            "slope" => $"the slope of {activation} at unit {unit} of layer {factor.Layer}",
            _ when factor.Part is { } part => part.TangentSymbol(0, factor.Layer, unit)!.Value.Meaning,
            _ => $"what the weight multiplies, {Before(explanation)}",
        };
    }

    /// <summary><c>weight</c>, <c>bias</c> or the name of the tensor.</summary>
    public static string Kind(Explanation explanation) => explanation.Parameter.IsBias ? "bias" : explanation.Parameter.IsWeight ? "weight" : explanation.Parameter.Kind;

    /// <summary>Whether a column is e_i: it picks a unit of the parameter's own layer.</summary>
    public static bool PicksUnit(Explanation explanation, DerivativeFactor factor) => factor.Layer == explanation.Parameter.Layer;

    /// <summary>The norm of a layer, counted from 1; null: it has none.</summary>
    internal static LayerPart? NormOf(Explanation explanation, int layer) => explanation.Network.Layers[layer - 1].Parts.FirstOrDefault(part => part.Place == LayerPlace.BeforeActivation);

    /// <summary>What the product is after a factor.</summary>
    public static Quantity After(Explanation explanation, DerivativeFactor factor)
    {
        bool isOfNorm = explanation.Tensor.Part is not null;
        return factor.Role switch
        {
            "loss_gradient" => Quantity.LossGradient,
            "delta" or "diagonal" or "jacobian" or "batch_jacobian" => factor.Part is null && NormOf(explanation, factor.Layer) is not null ? Quantity.PreActivation : Quantity.Delta,
            "matrix" or "residual" => Quantity.Activation,
            "column" when factor.Layer == 0 => Quantity.Parameter,
            "column" when !PicksUnit(explanation, factor) => Quantity.Activation,
            "column" or "slope" => isOfNorm || HasMixedRows(explanation) ? Quantity.PreActivation : Quantity.Delta,
            _ => Quantity.Parameter,
        };
    }

    /// <summary>Whether a batch norm of the parameter's own layer comes behind the unit's column.</summary>
    private static bool HasMixedRows(Explanation explanation) => explanation.Factors.Any(factor => factor is { Role: "batch_jacobian", Shape.Count: 2 });

    /// <summary>What a batch has in its first factor beside a row's own.</summary>
    private static string EachRow(Explanation explanation) => explanation.Batch is null ? "" : ", of each row as much as it counts for";

    /// <summary>What is derived: <c>the loss of row 3</c>.</summary>
    public static string Loss(Explanation explanation) => explanation.Batch is { } rows ? $"the mean loss of {rows} rows as one batch" : $"the loss of row {explanation.Row}";

    /// <summary>Whether ∂W_ℓ = δ_ℓ x_{ℓ−1}ᵀ can be shown beside it: of one row's weight or bias.</summary>
    internal static bool HasCompactForm(Explanation explanation) => explanation.Batch is null && (explanation.Parameter.IsWeight || explanation.Parameter.IsBias);

    /// <summary>Where the parameter is.</summary>
    public static string Place(Explanation explanation)
    {
        (int layer, int output, _) = explanation.Parameter;
        string to = $"unit {output} of layer {layer}{(ToName(explanation) is { } name ? $" ({name})" : "")}";
        return explanation.Parameter.IsBias ? $"the bias of {to}"
            : layer == 0 ? DescribeInput(explanation).Place
            : !explanation.Parameter.IsWeight ? $"{explanation.Parameter.Kind} of {to}, of its {explanation.Tensor.Part}"
            : $"the weight from {Before(explanation)} to {to}";
    }

    /// <summary>The unit that a weight is from.</summary>
    private static string Before(Explanation explanation)
    {
        (int layer, _, int input) = explanation.Parameter;
        return layer > 1 ? $"unit {input} of layer {layer - 1}" : explanation.Network.Input is null ? $"input {input}{(FromName(explanation) is { } name ? $" ({name})" : "")}" : $"entry {input} of x_0";
    }

    /// <summary>The column that a weight leads from; null: it has no name.</summary>
    public static string? FromName(Explanation explanation) =>
        explanation.Parameter is { IsWeight: true, Layer: 1, Input: var input } && explanation.Network.Input is null && input < explanation.InputNames.Count ? explanation.InputNames[input] : null;

    /// <summary>The class or the column of values that a parameter of the last layer leads to; null: it has no name.</summary>
    public static string? ToName(Explanation explanation) =>
        explanation.Parameter.Layer == explanation.Network.Layers.Length && explanation.Parameter.Output < explanation.OutputNames.Count ? explanation.OutputNames[explanation.Parameter.Output] : null;

    /// <summary>What a parameter of the inputs is, and how x₀ moves with it.</summary>
    private static (string Place, string Tangent) DescribeInput(Explanation explanation)
    {
        TensorDefinition tensor = explanation.Tensor;
        int ofPart = explanation.Network.Tensors.Where(other => other.InputPart == tensor.InputPart).TakeWhile(other => other != tensor).Count();
        return tensor.InputPart!.Describe(ofPart, explanation.Parameter.IndexIn(tensor));
    }

    /// <summary>The network, and where it does more than copy rows, its inputs.</summary>
    internal static string Network(Explanation explanation) => $"{explanation.Network}{(explanation.Network.Input is { } input ? $" on inputs of {input}" : "")}";

    /// <summary>Whether parameters of the inputs can move several entries of x₀.</summary>
    internal static bool HasPeriodicInput(Explanation explanation) => explanation.Network.Input?.Periodic is not null;

    /// <summary>Shapes as <c>10×128</c>; a number has none.</summary>
    public static string Shape(IReadOnlyList<int> shape) => string.Join('×', shape);

    /// <summary>The last sentence: whether the three ways agree.</summary>
    public static string Verdict(Explanation explanation)
    {
        string back = $"back propagation {Number(explanation.Backpropagation)} ({Rough(GradientCheck.Difference(explanation.Derivative, explanation.Backpropagation))} apart)";
        string numerical = explanation.Numerical is { } value
            ? $"numerical derivative {Number(value)} ({Rough(GradientCheck.Difference(explanation.Derivative, value))} apart)"
            : $"numerical derivative left out ({explanation.NumericalLeftOut})";
        return $"recursion {Number(explanation.Derivative)}, {back}, {numerical}: {(explanation.Agrees ? "they agree" : "they do NOT agree")}";
    }

    /// <summary>The three ways: name, value, difference from the recursion and the same over the greater of the two.</summary>
    public static IEnumerable<(string Way, string Value, string Difference, string Relative)> Ways(Explanation explanation)
    {
        double own = explanation.Derivative, back = explanation.Backpropagation;
        yield return ("the recursion above", Exact(own), "", "");
        yield return ("back propagation", Exact(back), Rough(GradientCheck.Difference(own, back)), Rough(GradientCheck.Relative(own, back)));
        yield return explanation.Numerical is { } numerical
            ? ($"numerically ({explanation.NumericalMethod})", Exact(numerical), Rough(GradientCheck.Difference(own, numerical)), Rough(GradientCheck.Relative(own, numerical)))
            : ($"numerically ({explanation.NumericalMethod})", "left out", "", "");
    }

    /// <summary>What each way costs: for this parameter, and for all.</summary>
    public static IEnumerable<(string Way, string One, string All)> Costs(Explanation explanation)
    {
        OperationCounts count = explanation.Operations;
        yield return ("forward pass", Count(count.Forward), Count(count.Forward));
        yield return ("tangents of the recursion", Count(count.Tangent), Count(count.AllTangents));
        yield return ("recursion, with forward pass", Count(count.OneByRecursion), Count(count.AllByRecursion));
        yield return ("back propagation, with forward pass", Count(count.AllByBackpropagation), Count(count.AllByBackpropagation));
    }

    /// <summary>Whether a norm mixes the units of its layer.</summary>
    public static bool HasMixingNorm(Explanation explanation) => explanation.Network.Layers.Any(layer => layer.Parts.Any(part => part.MixesUnits));

    /// <summary>Whether D_N is a Jacobian.</summary>
    public static bool HasJacobian(Explanation explanation) => explanation.Factors.Any(factor => factor is { Role: "jacobian", Part: null });

    /// <summary>How many times dearer the recursion is for all parameters.</summary>
    public static string Ratio(Explanation explanation)
    {
        double ratio = (double)explanation.Operations.AllByRecursion / explanation.Operations.AllByBackpropagation;
        return ratio < 100 ? Rough(ratio) : Count((long)Math.Round(ratio));
    }
}
