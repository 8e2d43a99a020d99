using Backprop.Activations;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Derivations.Formats;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Pages.Derivation;

/// <summary>
/// A product of one row in which one factor is wrong, by a mistake of the note that docs/back-propagation.md corrects in section 3. The same number, network and rows give the same mistake.
/// </summary>
internal sealed class PlantedMistake
{
    /// <summary>Rows and weights that are tried before it is said that there is nothing to be planted.</summary>
    private const int Tries = 16;

    /// <summary>A wrong number differs by so much, as a part of the greatest, or nobody could find it.</summary>
    private const double Visible = 0.05;

    private static readonly (string Why, Func<Place, double[]?> Wrong)[] s_kinds =
    [
        ("f′ is taken at the wrong place: of the inner derivative ∂p, as the note writes f′(W ∂g). The chain rule takes f′ where the function stands, at the pre-activation p, and multiplies by the inner derivative.", OfTangent),
        ("x₀ has gone through an activation, as in the note's p₁ = W₁ f(p₀) + b₀. The input layer has none: the last factor is the input itself.", ActivatedInput),
        ("The output's f′ was taken entry by entry. Softmax mixes its inputs: its derivative is the Jacobian diag(s) − s sᵀ, and with cross entropy δ = s − t.", Elementwise),
        ("One f was taken for all layers. Each layer has its own f, and its own f′.", OtherActivation),
        ("The slopes are of the wrong layer: in W (f′(p) ∘ ∂p) they belong to the units before W. Read as (W f′(p)) ∘ ∂p even the shapes agree where two layers are equally wide.", OfNextLayer),
        ("W was read by its row. W[i,j] leads from unit j to unit i, so that the way out of a unit is a column, W[:,i]. The note uses both conventions.", RowOfMatrix),
    ];

    private PlantedMistake(int number, Network<double> network, Explanation right, SamplePasses passes, IReadOnlyList<DerivativeFactor> factors, int wrong, string why, double product) =>
        (Number, Network, Right, Passes, Factors, Wrong, Why, Product) = (number, network, right, passes, factors, wrong, why, product);

    /// <summary>Which exercise.</summary>
    public int Number { get; }

    /// <summary>The network as it was when the exercise began.</summary>
    public Network<double> Network { get; }

    /// <summary>The product as it should be.</summary>
    public Explanation Right { get; }

    /// <summary>The row's numbers, which are right.</summary>
    public SamplePasses Passes { get; }

    /// <summary>The product as it is shown.</summary>
    public IReadOnlyList<DerivativeFactor> Factors { get; }

    /// <summary>The place of the factor that is wrong.</summary>
    public int Wrong { get; }

    /// <summary>What the mistake is.</summary>
    public string Why { get; }

    /// <summary>What the factors that are shown come to.</summary>
    public double Product { get; }

    /// <summary>Plants a mistake; null where none can be seen in this network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">The rows to choose from.</param>
    /// <param name="number">Which exercise.</param>
    public static PlantedMistake? Of(Network<double> network, Dataset<double> data, int number)
    {
        var draws = new CounterRandom((ulong)number, 211);
        TensorDefinition[] weights = [.. network.Definition.Tensors.Where(tensor => tensor is { Kind: "W", Layer: > 0 })];
        int FirstOf(double part, int count) => Math.Min(count - 1, (int)(part * count));
        var tries = new List<(Explanation Right, SamplePasses Passes)>();
        for (int k = 0; k < s_kinds.Length; k++)
        {
            (string why, Func<Place, double[]?> wrong) = s_kinds[(number + k) % s_kinds.Length];
            for (int n = 0; n < Tries; n++)
            {
                if (n == tries.Count)
                {
                    ulong draw = 3 * (ulong)n;
                    int row = FirstOf(draws.Uniform(draw), data.Rows);
                    // the first layers' products are longest
                    TensorDefinition tensor = weights[FirstOf(draws.Uniform(draw + 1) * draws.Uniform(draw + 1), weights.Length)];
                    tries.Add((Explanation.Of(network, data, row, ParameterName.Of(tensor, FirstOf(draws.Uniform(draw + 2), tensor.Length))), SamplePasses.Of(network, data, row)));
                }

                (Explanation right, SamplePasses passes) = tries[n];
                for (int factor = 0; factor < right.Factors.Count && right.Agrees; factor++)
                {
                    if (right.Factors[factor].Part is null && wrong(new(network, right, passes, factor)) is { } values && IsVisible(right.Factors[factor].Values, values))
                    {
                        DerivativeFactor[] factors = [.. right.Factors];
                        factors[factor] = factors[factor] with { Values = values };
                        double product = factors.Aggregate(Array.Empty<double>(), (left, next) => next.Times(left))[0];
                        if (IsVisible([right.Derivative], [product]))
                        {
                            return new(number, network, right, passes, factors, factor, why, product);
                        }
                    }
                }
            }
        }

        return null;
    }

    private static bool IsVisible(double[] right, double[] wrong)
    {
        double greatest = right.Max(Math.Abs);
        return greatest > 0 && wrong.All(double.IsFinite) && right.Zip(wrong, (a, b) => Math.Abs(a - b)).Max() > Visible * greatest;
    }

    /// <summary>f′(∂p) in the place of f′(p).</summary>
    private static double[]? OfTangent(Place at)
    {
        if (at.Activation is not { IsElementwise: true } f)
        {
            return null;
        }

        double[] tangent = [1];
        foreach (DerivativeFactor factor in at.Right.Factors.Skip(at.Index + 1).Reverse())
        {
            tangent = factor.Role is "matrix" or "column"
                ? [.. Enumerable.Range(0, factor.Shape[0]).Select(row => Enumerable.Range(0, tangent.Length).Sum(column => factor.Values[(row * tangent.Length) + column] * tangent[column]))]
                : [.. tangent.Select((value, n) => value * factor.Values[factor.Values.Length == 1 ? 0 : n])];
        }

        return Array.ConvertAll(tangent, f.Derivative);
    }

    /// <summary>f(x₀) in the place of x₀.</summary>
    private static double[]? ActivatedInput(Place at)
    {
        if (at.Factor is not { Role: "input" } || at.Right.Parameter is not { Layer: 1, IsWeight: true } || at.Network.Layers[0].Activation is not { IsElementwise: true } f)
        {
            return null;
        }

        double[] value = new double[1];
        f.Value(at.Factor.Values, value);
        return value;
    }

    /// <summary>s (1 − s) in the place of softmax's Jacobian.</summary>
    private static double[]? Elementwise(Place at)
    {
        double[] s = at.Passes.Activations[^1];
        if (at.Network.Layers[^1].Activation.Name != "softmax" || at.Factor.Layer != at.Network.Layers.Length)
        {
            return null;
        }

        return at.Factor.Role switch
        {
            "jacobian" => [.. at.Factor.Values.Select((value, n) => n / s.Length == n % s.Length ? value : 0)],
            // −t/s · s (1 − s): s − 1 where t is 1, as it should be, but 0 elsewhere
            "delta" when at.Network.Definition.Loss.ToString() == "cross_entropy" => Array.ConvertAll(at.Factor.Values, value => Math.Min(value, 0)),
            _ => null,
        };
    }

    /// <summary>Another layer's f′.</summary>
    private static double[]? OtherActivation(Place at) =>
        at.Activation is { IsElementwise: true } f && at.Network.Layers.Select(layer => layer.Activation).FirstOrDefault(other => other.IsElementwise && other.ToString() != f.ToString()) is { } other
            ? Array.ConvertAll(at.PreActivations, other.Derivative) : null;

    /// <summary>f′ at the p of the next layer, where that is as wide.</summary>
    private static double[]? OfNextLayer(Place at)
    {
        int next = at.Factor.Layer + 1;
        return at.Activation is not { IsElementwise: true } f || next > at.Network.Layers.Length || at.Network.Layers[next - 1].Outputs != at.Network.Layers[next - 2].Outputs ? null
            : Array.ConvertAll(at.Of(at.Passes.PreActivations[next]), f.Derivative);
    }

    /// <summary>W[i,:] in the place of W[:,i], of a square W.</summary>
    private static double[]? RowOfMatrix(Place at)
    {
        if (at.Factor.Role != "column" || at.Factor.Layer == 0 || Wording.PicksUnit(at.Right, at.Factor) || at.Network.Layers[at.Factor.Layer - 1] is not { } layer || layer.Inputs != layer.Outputs)
        {
            return null;
        }

        return [.. Enumerable.Range(0, layer.Inputs).Select(input => layer.GetWeight(at.Right.Parameter.Output, input))];
    }

    /// <summary>A factor of a product, with all that the row left there.</summary>
    private sealed record Place(Network<double> Network, Explanation Right, SamplePasses Passes, int Index)
    {
        public DerivativeFactor Factor => Right.Factors[Index];

        /// <summary>f of a factor of slopes.</summary>
        public ActivationFunction? Activation => Factor.Role is "diagonal" or "slope" ? Network.Layers[Factor.Layer - 1].Activation : null;

        /// <summary>p, where those slopes are taken.</summary>
        public double[] PreActivations => Of(Passes.PreActivations[Factor.Layer]);

        /// <summary>Of a layer's numbers those that the factor has.</summary>
        public double[] Of(double[] numbers) => Factor.Role == "slope" ? [numbers[Right.Parameter.Output]] : numbers;
    }
}
