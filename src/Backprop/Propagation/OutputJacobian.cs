using System.Numerics;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;

namespace Backprop.Propagation;

/// <summary>
/// ∂y_k/∂θ of every row, from the backward pass: the gradient of the loss Σ t y with the unit vector e_k for t. Rows are those of an objective whose loss
/// is a sum of squares, and each is multiplied by the root of what its square counts for.
/// </summary>
internal sealed class OutputJacobian<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>So many rows of J are squared together.</summary>
    private const int Together = 32;

    private readonly Objective<T> _objective;
    private readonly Network<T> _network;
    private readonly Dataset<T>[] _units;
    private readonly T[] _row;

    public OutputJacobian(Objective<T> objective)
    {
        NetworkDefinition definition = objective.Network.Definition;
        int outputs = definition.Layers[^1].Units;
        _objective = objective;
        _network = new(definition.With(new ComposedLoss<ElementwiseLoss<Product>>(new(default))));
        _row = new T[definition.Inputs];
        _units = new Dataset<T>[outputs];
        for (int k = 0; k < outputs; k++)
        {
            var unit = new T[outputs];
            unit[k] = T.One;
            _units[k] = new(1, definition.Inputs, _row, Targets<T>.Values(unit, outputs)); // one row that all share, written anew
        }
    }

    /// <summary>matrix ← Jᵀ C J + α, C what the squares count for, α the L2 penalty of weights: the Hessian of the objective but for the curvature of the outputs.</summary>
    public void Square(NormalMatrix matrix)
    {
        Dataset<T> data = _objective.Data;
        double weights = BatchScales.Sum(data, RowPermutation.FileOrder(data.Rows), 0, data.Rows);
        double share = _objective.Network.Definition.Loss.Name == "squared_error" ? 1 : 2.0 / _units.Length;
        matrix.Clear();
        if (weights > 0)
        {
            using var pass = new Backpropagation<T>(_network, batchSize: 1, threads: 1);
            _network.CopyFrom(_objective.Network);
            double[] block = new double[Together * matrix.Size];
            int filled = 0;
            for (int row = 0; row < data.Rows; row++)
            {
                double factor = Math.Sqrt(share * (data.SampleWeights is { } own ? double.CreateTruncating(own[row]) : 1) / weights);
                data.Row(row).CopyTo(_row);
                for (int k = 0; factor > 0 && k < _units.Length; k++)
                {
                    ReadOnlySpan<T> derivatives = pass.Run(_units[k]).Buffer.Span;
                    ReadOnlySpan<int> places = _objective.Places;
                    Span<double> to = block.AsSpan(filled * matrix.Size, matrix.Size);
                    for (int n = 0; n < to.Length; n++)
                    {
                        to[n] = factor * double.CreateTruncating(derivatives[places[n]]);
                    }

                    if (++filled == Together)
                    {
                        matrix.AddSquares(block, filled);
                        filled = 0;
                    }
                }
            }

            matrix.AddSquares(block, filled);
        }

        int at = 0;
        foreach (ParameterBlock<T> block in _objective.Network.Blocks.Where(block => block.IsTrained))
        {
            for (int n = 0; n < block.Length; n++, at++)
            {
                matrix.AddToDiagonal(at, block.IsPenalised ? _objective.L2 : 0);
            }
        }
    }

    /// <summary>t y: its gradient is t, which makes the backward pass begin there.</summary>
    private readonly struct Product : IElementwiseLoss
    {
        public string Name => "(t·y)"; // no name that anything else could have

        public bool IsMeanOverOutputs => false;

        public TElement Value<TElement>(TElement y, TElement t) where TElement : unmanaged, IElement<TElement> => t * y;

        public TElement Derivative<TElement>(TElement y, TElement t) where TElement : unmanaged, IElement<TElement> => t;
    }
}
