using System.Globalization;
using Backprop.Kernels;
using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>
/// The factors of a <see cref="BatchDerivation"/>: those of <see cref="UnrolledDerivative"/> for all rows side by side, (∂L/∂X) [Batch×n] in the place of a row
/// vector. A batch norm is a factor for each unit, γ/σ (I − 1 wᵀ − u (w ∘ u)ᵀ) with w the shares of the rows, each 1/B, from the left on the
/// unit's column; and a residual layer is the identity and the factors through it.
/// </summary>
internal sealed class BatchUnrolling(BatchDerivation of)
{
    /// <summary>The most numbers of one factor.</summary>
    private const long MostNumbers = 1 << 25;

    private readonly int _rows = of.Data.Rows;

    private int Last => of.Layers.Length;

    /// <summary>Multiplied from left to right they give the derivative.</summary>
    /// <exception cref="UsageException">A factor of more numbers than can be shown.</exception>
    public IReadOnlyList<DerivativeFactor> Factors(ParameterName parameter)
    {
        int l = parameter.Layer, n = Last;
        List<DerivativeFactor> factors = AtOutput();
        for (int m = n; m > l; m--)
        {
            DerivativeFactor[] through = [.. m < n ? [Slopes(m)] : Array.Empty<DerivativeFactor>(), .. Norm(m), Weights(m)];
            factors.AddRange(of.Layers[m - 1].AddsBefore ? [Residual(m, through)] : through);
        }

        if (l == 0)
        {
            return [.. factors, OfInputs(parameter)];
        }

        bool mixesUnits = IsOfProduct(parameter) && of.Layers[l - 1].Norm is { MixesUnits: true }, isColumn = l < n && factors[^1].Role == "matrix" && !mixesUnits;
        if (isColumn)
        {
            DerivativeFactor matrix = factors[^1]; // of which one column counts
            string place = Text(parameter.Output);
            factors[^1] = matrix with
            {
                Role = "column",
                Symbol = $"W_{l + 1}[:,{place}]",
                Latex = $"W_{{{l + 1}}}[{{:}},{place}]",
                Shape = [matrix.Shape[0]],
                Values = [.. Enumerable.Range(0, matrix.Shape[0]).Select(r => matrix.Values[(r * matrix.Shape[1]) + parameter.Output])],
            };
        }

        return [.. factors, .. OfLayer(parameter, isColumn, mixesUnits)];
    }

    /// <summary>∇_YL and D_N, or Δ_N; what each row counts for is in them.</summary>
    private List<DerivativeFactor> AtOutput()
    {
        PlainLayer layer = of.Layers[^1];
        int outputs = layer.Dense.Outputs;
        if (of.Here.Output.IsFused)
        {
            return [New("delta", $"Δ_{Last}", $@"\Delta_{{{Last}}}", Last, [_rows, outputs], (row, unit) => of.Shares[row] * of.Deltas[row][unit])];
        }

        double[][] gradients = [.. Enumerable.Range(0, _rows).Select(row =>
        {
            var gradient = new Lane<double>[outputs];
            of.Here.Output.Gradient(of.Here.Activations[^1][row], of.Here.Targets(row), gradient);
            return BatchDerivation.Numbers(gradient);
        })];
        return
        [
            New("loss_gradient", "∇_YL", @"\nabla_Y L", Last, [_rows, outputs], (row, unit) => of.Shares[row] * gradients[row][unit]),
            layer.Dense.Activation.IsElementwise ? Slopes(Last) : Jacobians($"J_{Last}(P_{Last})", $"J_{{{Last}}}(P_{{{Last}}})", Last, row => layer.Dense.Activation.Jacobian(Values(of.Here.PreActivations, Last, row))),
        ];
    }

    /// <summary>From ∂L/∂X_ℓ, of the last layer ∂L/∂P_N, to the parameter.</summary>
    private IEnumerable<DerivativeFactor> OfLayer(ParameterName parameter, bool isColumn, bool mixesUnits)
    {
        int l = parameter.Layer, unit = parameter.Output;
        string place = Text(unit);
        PlainLayer layer = of.Layers[l - 1];
        if (isColumn)
        {
            yield return Column("slope", $"f′_{l}(P_{l}[:,{place}])", $"f_{{{l}}}'(P_{{{l}}}[{{:}},{place}])", l, row => Slope(l, row, unit));
        }
        else
        {
            if (l < Last)
            {
                yield return Slopes(l);
            }

            if (mixesUnits)
            {
                yield return Norm(l).Single();
            }

            double[] picks = new double[layer.Dense.Outputs];
            picks[unit] = 1;
            yield return new("column", $"e_{place}", l, [picks.Length], picks) { Batch = _rows, Latex = $"e_{{{place}}}" };
        }

        if (IsOfProduct(parameter) && layer.Norm is BatchNorm norm)
        {
            yield return BatchJacobian(norm, l, [unit], $",{place}", [_rows, _rows]);
        }

        string input = Text(parameter.Input);
        yield return parameter.IsWeight ? Column("input", $"X_{l - 1}[:,{input}]", $"X_{{{l - 1}}}[{{:}},{input}]", l - 1, row => of.Here.Activations[l - 1][row][parameter.Input].Value)
            : parameter.IsBias || PlainLayer.Place(of.Network, parameter).Tensor == 1 ? Column("input", "1", @"\mathbf{1}", l, _ => 1)
            : Column("input", $"U_{l}[:,{place}]", $"U_{{{l}}}[{{:}},{place}]", l, row => of.Tangent(parameter, row)[unit]) with { Part = layer.Norm };
    }

    private DerivativeFactor OfInputs(ParameterName parameter)
    {
        double[][] tangents = [.. Enumerable.Range(0, _rows).Select(row => of.Tangent(parameter, row))];
        return New("column", $"∂X_0/∂{parameter}", null, 0, [_rows, of.Input.Width], (row, entry) => tangents[row][entry]);
    }

    private DerivativeFactor Slopes(int m) => New("diagonal", $"f′_{m}(P_{m})", $"f_{{{m}}}'(P_{{{m}}})", m, [_rows, of.Layers[m - 1].Dense.Outputs], (row, unit) => Slope(m, row, unit));

    private DerivativeFactor Weights(int m) => new("matrix", $"W_{m}", m, [of.Layers[m - 1].Dense.Outputs, of.Layers[m - 1].Dense.Inputs], of.Layers[m - 1].Weights) { Batch = _rows, Latex = $"W_{{{m}}}" };

    /// <summary>J of a layer's norm, if it has one.</summary>
    private IEnumerable<DerivativeFactor> Norm(int m)
    {
        PlainLayer layer = of.Layers[m - 1];
        return layer.Norm switch
        {
            null => [],
            BatchNorm norm => [BatchJacobian(norm, m, [.. Enumerable.Range(0, layer.Dense.Outputs)], "", [layer.Dense.Outputs, _rows, _rows])],
            var norm => [Jacobians($"J_{m}(Q_{m})", $"J_{{{m}}}(Q_{{{m}}})", m, row => layer.Jacobian(Values(of.Here.Products, m, row))!) with { Part = norm }],
        };
    }

    /// <summary>γ/σ (I − 1 wᵀ − u (w ∘ u)ᵀ) of some units.</summary>
    private DerivativeFactor BatchJacobian(BatchNorm norm, int m, int[] units, string unit, int[] shape)
    {
        RequireRoom(norm.ToString(), m, shape);
        double[] values = new double[units.Length * _rows * _rows];
        int at = 0;
        foreach (int n in units)
        {
            double factor = of.Layers[m - 1].Tensors[0][n] * of.Here.Scales[m][n].Value;
            double[] u = [.. Enumerable.Range(0, _rows).Select(row => of.Here.Normalised[m][row][n].Value)];
            for (int s = 0; s < _rows; s++)
            {
                for (int t = 0; t < _rows; t++)
                {
                    values[at++] = factor * ((s == t ? 1 : 0) - of.Shares[t] - (u[s] * u[t] * of.Shares[t]));
                }
            }
        }

        string place = $"{m}{unit}", rows = Text(_rows);
        bool isEven = of.Shares.All(share => share == of.Shares[0]);
        return new("batch_jacobian", $"(γ_{place}/σ_{place})(I − {(isEven ? $"11ᵀ/{rows} − u_{place}u_{place}ᵀ/{rows}" : $"1wᵀ − u_{place}(w∘u_{place})ᵀ")})", m, shape, values)
        {
            Batch = _rows,
            Part = norm,
            Latex = $@"\tfrac{{\gamma_{{{place}}}}}{{\sigma_{{{place}}}}} \bigl(I - {(isEven ? $@"\tfrac{{1}}{{{rows}}} \mathbf{{1}} \mathbf{{1}}^{{\mathsf T}} - \tfrac{{1}}{{{rows}}} u_{{{place}}} u_{{{place}}}^{{\mathsf T}}" : $@"\mathbf{{1}} w^{{\mathsf T}} - u_{{{place}}} (w \circ u_{{{place}}})^{{\mathsf T}}")}\bigr)",
        };
    }

    private DerivativeFactor Jacobians(string symbol, string latex, int m, Func<int, double[]> ofRow)
    {
        int units = of.Layers[m - 1].Dense.Outputs;
        RequireRoom(symbol, m, [_rows, units, units]);
        return new("jacobian", symbol, m, [_rows, units, units], [.. Enumerable.Range(0, _rows).SelectMany(ofRow)]) { Batch = _rows, Latex = latex };
    }

    /// <summary>I + D J W.</summary>
    private DerivativeFactor Residual(int m, DerivativeFactor[] through) =>
        new("residual", $"(I + {string.Join(" · ", through.Select(Formats.TextSymbols.Factor))})", m, [_rows, of.Layers[m - 1].Dense.Outputs], [])
        {
            Batch = _rows,
            Part = of.Layers[m - 1].Behind.First(part => part.AddsBefore),
            Through = through,
            Latex = $@"\Bigl(I + {string.Join(@" \; ", through.Select(factor => factor.Role == "diagonal" ? $@"\mathrm{{diag}}({factor.Latex})" : factor.Latex))}\Bigr)",
        };

    private DerivativeFactor Column(string role, string symbol, string latex, int layer, Func<int, double> value) =>
        new(role, symbol, layer, [_rows], [.. Enumerable.Range(0, _rows).Select(value)]) { Batch = _rows, Latex = latex };

    private DerivativeFactor New(string role, string symbol, string? latex, int layer, int[] shape, Func<int, int, double> value) =>
        new(role, symbol, layer, shape, [.. Enumerable.Range(0, shape[0] * shape[1]).Select(n => value(n / shape[1], n % shape[1]))]) { Batch = _rows, Latex = latex };

    private double Slope(int m, int row, int unit) => of.Layers[m - 1].Dense.Activation.Derivative(of.Here.PreActivations[m][row][unit].Value);

    private static double[] Values(Lane<double>[][][] values, int m, int row) => BatchDerivation.Numbers(values[m][row]);

    private static bool IsOfProduct(ParameterName parameter) => parameter.IsWeight || parameter.IsBias;

    private static void RequireRoom(string what, int m, int[] shape)
    {
        if (shape.Aggregate(1L, (product, size) => product * size) is > MostNumbers and var numbers)
        {
            throw new UsageException($"{what} of layer {m} is a factor of {string.Join(" × ", shape)} = {numbers:N0} numbers, at most {MostNumbers:N0} can be unrolled: take fewer rows") { Settings = ["Rows"] };
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
