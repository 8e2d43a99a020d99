using System.Numerics;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Propagation.Schedules;
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

    /// <summary>Parameters times rows of J below which several threads cost more than they bring.</summary>
    private const double WorthThreads = 40_000;

    private readonly Objective<T> _objective;
    private readonly Network<T> _network;
    private readonly Walker[] _walkers; // one for each thread
    private readonly double[] _block;

    public OutputJacobian(Objective<T> objective)
    {
        NetworkDefinition definition = objective.Network.Definition;
        int outputs = definition.Layers[^1].Units;
        _objective = objective;
        _network = new(definition.With(new ComposedLoss<ElementwiseLoss<Product>>(new(default))));
        double work = (double)definition.ParameterCount * Together;
        int threads = work < WorthThreads ? 1 : objective.MostThreads == 0 ? Environment.ProcessorCount : objective.MostThreads;
        _walkers = [.. Enumerable.Range(0, Math.Min(threads, Together)).Select(_ => new Walker(_network))];
        _block = new double[Together * objective.ParameterCount];
    }

    /// <summary>matrix ← Jᵀ C J + α, C what the squares count for, α the L2 penalty of weights: the Hessian of the objective but for the curvature of the outputs.</summary>
    public void Square(NormalMatrix matrix)
    {
        Dataset<T> data = _objective.Data;
        double weights = BatchScales.Sum(data, RowPermutation.FileOrder(data.Rows), 0, data.Rows);
        int outputs = _objective.Network.Definition.Outputs;
        double share = _objective.Network.Definition.Loss.Name == "squared_error" ? 1 : 2.0 / outputs;
        matrix.Clear();
        if (weights > 0)
        {
            _network.CopyFrom(_objective.Network);
            long lines = (long)data.Rows * outputs;
            for (long first = 0; first < lines; first += Together)
            {
                int count = (int)Math.Min(Together, lines - first);
                Fill(first, count, line => Math.Sqrt(share * (data.SampleWeights is { } own ? double.CreateTruncating(own[line]) : 1) / weights));
                matrix.AddSquares(_block, count);
            }
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

    /// <summary>Lines of J, ∂y_k/∂θ of a row each; whichever thread makes one, its numbers are the same.</summary>
    private void Fill(long first, int count, Func<int, double> factorOf)
    {
        Pieces.Run(_walkers.Length, _walkers.Length, Walk);

        void Walk(int walker)
        {
            int outputs = _objective.Network.Definition.Outputs, size = _objective.ParameterCount;
            for (int n = walker; n < count; n += _walkers.Length)
            {
                (int row, int k) = ((int)((first + n) / outputs), (int)((first + n) % outputs));
                Span<double> to = _block.AsSpan(n * size, size);
                double factor = factorOf(row);
                if (!(factor > 0))
                {
                    to.Clear();
                    continue;
                }

                ReadOnlySpan<T> derivatives = _walkers[walker].Derivatives(_objective.Data.Row(row), k);
                ReadOnlySpan<int> places = _objective.Places;
                for (int place = 0; place < to.Length; place++)
                {
                    to[place] = factor * double.CreateTruncating(derivatives[places[place]]);
                }
            }
        }
    }

    /// <summary>A backward pass of one row, planned once.</summary>
    private sealed class Walker
    {
        private readonly Backpropagation<T> _pass;
        private readonly Dataset<T>[] _units;
        private readonly T[] _row;

        public Walker(Network<T> network)
        {
            (int inputs, int outputs) = (network.Definition.Inputs, network.Definition.Outputs);
            (_pass, _row, _units) = (new(network, batchSize: 1, threads: 1), new T[inputs], new Dataset<T>[outputs]);
            for (int k = 0; k < outputs; k++)
            {
                var unit = new T[outputs];
                unit[k] = T.One;
                _units[k] = new(1, inputs, _row, Targets<T>.Values(unit, outputs)); // one row that all share, written anew
            }
        }

        public ReadOnlySpan<T> Derivatives(ReadOnlySpan<T> row, int k)
        {
            row.CopyTo(_row);
            return _pass.Run(_units[k]).Buffer.Span;
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
