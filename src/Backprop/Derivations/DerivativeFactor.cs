using Backprop.Layers;

namespace Backprop.Derivations;

/// <summary>One factor of an unrolled derivative.</summary>
/// <param name="Role">
/// <c>loss_gradient</c>, <c>diagonal</c>, <c>jacobian</c>, <c>delta</c>, <c>matrix</c>, <c>column</c>, <c>slope</c> or <c>input</c>; of rows that are one batch
/// also <c>batch_jacobian</c>, which mixes the rows of each unit, and <c>residual</c>, past a layer and through it.
/// </param>
/// <param name="Symbol">How the note would write it.</param>
/// <param name="Layer">The layer it belongs to, counted from 1; 0 for the network's input.</param>
/// <param name="Shape">
/// [rows, columns] of a matrix, [length] of a vector or diagonal, [] of a number. Of a batch, what is of a row has the batch before that, and a
/// <c>batch_jacobian</c> is [units, Batch, Batch], or [Batch, Batch] of the one unit that is left.
/// </param>
/// <param name="Values">Row-major. None of a <c>residual</c>: it has <see cref="Through"/>.</param>
public sealed record DerivativeFactor(string Role, string Symbol, int Layer, IReadOnlyList<int> Shape, double[] Values)
{
    /// <summary>The part of the layer that it is of, such as its norm; null: its product, its activation or the loss.</summary>
    public LayerPart? Part { get; init; }

    /// <summary>The rows of the batch that are derived side by side; null: one row alone.</summary>
    public int? Batch { get; init; }

    /// <summary>The factors through a residual layer, in a batch; the identity is added to their product.</summary>
    public IReadOnlyList<DerivativeFactor> Through { get; init; } = [];

    /// <summary>Whether the product up to this factor is still a row vector, or one for each row of the batch; from the column on it is a number, or one for each row of the batch, and behind the input the derivative.</summary>
    public bool LeavesRow => Role is not ("column" or "slope" or "input") && !IsOfOneUnit;

    /// <summary>The symbol in LaTeX, where it is not plain from the role.</summary>
    internal string? Latex { get; init; }

    /// <summary>Whether it mixes the rows of one unit.</summary>
    private bool IsOfOneUnit => Role == "batch_jacobian" && Shape.Count == 2;

    /// <summary>
    /// What is to the left times this factor: a row vector again, or a single number from the column on. Of a batch: the same for each row, row-major; only a
    /// <c>batch_jacobian</c> mixes them, and the last factor adds them up.
    /// </summary>
    /// <param name="left">The product of all factors before; not looked at by the first.</param>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    public double[] Times(ReadOnlySpan<double> left)
    {
        int batch = Batch ?? 1, length = Shape.Aggregate(1, (product, size) => product * size);
        switch (Role)
        {
            case "loss_gradient" or "delta":
                return [.. Values];
            case "diagonal" or "slope":
                Require(left, length);
                return Elementwise(left);
            case "input":
            case "column" when Layer == 0:
                Require(left, length);
                return [Elementwise(left).Sum()];
            case "batch_jacobian":
                return MixRows(left, units: IsOfOneUnit ? 1 : Shape[0], batch);
            case "residual":
                double[] sum = Through.Aggregate(left.ToArray(), (product, factor) => factor.Times(product));
                Require(left, sum.Length);
                for (int n = 0; n < sum.Length; n++)
                {
                    sum[n] += left[n];
                }

                return sum;
            default: // each row by a matrix or a column of one; a Jacobian of a batch is another for each row
                int height = Role == "jacobian" ? Shape[^2] : Shape[0], width = Role == "column" ? 1 : Shape[^1], next = Shape.Count == 3 ? height * width : 0;
                Require(left, batch * height);
                double[] products = new double[batch * width];
                for (int row = 0; row < batch; row++)
                {
                    for (int r = 0; r < height; r++)
                    {
                        for (int c = 0; c < width; c++)
                        {
                            products[(row * width) + c] += left[(row * height) + r] * Values[(row * next) + (r * width) + c];
                        }
                    }
                }

                return products;
        }
    }

    /// <summary>The shape of a product up to this factor.</summary>
    internal IReadOnlyList<int> ShapeOf(double[] product) => (Batch, LeavesRow) switch
    {
        (null, true) => [product.Length],
        ({ } batch, true) => [batch, product.Length / batch],
        ({ } batch, false) when Role != "input" && Layer > 0 => [batch],
        _ => [],
    };

    private double[] Elementwise(ReadOnlySpan<double> left)
    {
        double[] product = new double[left.Length];
        for (int n = 0; n < product.Length; n++)
        {
            product[n] = left[n] * Values[n];
        }

        return product;
    }

    /// <summary>The column of each unit by the matrix of that unit.</summary>
    private double[] MixRows(ReadOnlySpan<double> left, int units, int batch)
    {
        Require(left, units * batch);
        double[] product = new double[left.Length];
        for (int unit = 0; unit < units; unit++)
        {
            for (int s = 0; s < batch; s++)
            {
                for (int t = 0; t < batch; t++)
                {
                    product[(t * units) + unit] += left[(s * units) + unit] * Values[(((unit * batch) + s) * batch) + t];
                }
            }
        }

        return product;
    }

    private void Require(ReadOnlySpan<double> left, int expected)
    {
        if (left.Length != expected)
        {
            throw new ArgumentException($"{Symbol}: a row of {left.Length} found, {expected} expected", nameof(left));
        }
    }
}
