using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Losses;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Schedules;

namespace Backprop.Training;

/// <summary>
/// Outputs as scores of classes, and what ranks rows by how much they look like one class. That is not the probability, which rounds to 0, to
/// 1 or to its neighbour's, but its logit log(y_c/(1 − y_c)): as large as you like, and monotone in it.
/// </summary>
internal sealed unsafe class ClassScores<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>e to less than minus this is below the smallest number to full precision.</summary>
    private const double FarAhead = 700;

    /// <summary>The rows of a piece: whole vectors.</summary>
    private const int PieceRows = 512;

    private readonly OutputReader<T> _outputs;
    private readonly int _rows;
    private readonly int? _column;
    private readonly double[] _y;
    private readonly bool _isSoftmax, _ranksByPreActivation, _competes;
    private Standings? _standings;

    /// <param name="outputs">The outputs.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="column">The only output that counts, which tells class 1 from class 0; null: each output is a class.</param>
    /// <param name="threshold">The probability from which on a row is said to be of class 1 of two; null: whichever is the greater.</param>
    public ClassScores(OutputReader<T> outputs, int rows, int? column, double? threshold = null)
    {
        Threshold = threshold;
        NetworkDefinition network = outputs.Network;
        string activation = network.Layers[^1].Activation.Name;
        (_outputs, _rows, _column, _y) = (outputs, rows, column, new double[outputs.Width]);
        (Meaning, Classes) = (network.OutputMeaning, column is null ? outputs.Width : 2);
        _isSoftmax = activation is "softmax" or "log_softmax";
        _ranksByPreActivation = _isSoftmax || activation == "sigmoid";
        _competes = column is null && activation != "sigmoid";
    }

    public int Classes { get; }

    public OutputMeaning Meaning { get; }

    /// <summary>The probability from which on a row is said to be of class 1 of two; null: whichever is the greater.</summary>
    public double? Threshold { get; }

    /// <summary>Whether there are two classes, and the ranks of one are the other's, negated.</summary>
    public bool AreOpposite => Classes == 2 && (_column is not null || _competes);

    /// <summary>What makes the scores.</summary>
    public string Origin => $"{_outputs.Network.Loss} after {_outputs.Network.Layers[^1].Activation}";

    /// <summary>The same for another thread, which reads rows beside this one.</summary>
    public ClassScores<T> Again() => new(_outputs.Again(), _rows, _column, Threshold);

    /// <summary>The scores of a row's classes, which are probabilities where outputs are.</summary>
    /// <returns>Whether all is finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Read(int row, Span<double> scores)
    {
        Span<double> y = _column is null ? scores : _y;
        bool isFinite = _outputs.Read(row, y);
        Meaning.ToPredictions(Meaning == OutputMeaning.LogProbability ? y : []);
        if (_column is { } column)
        {
            (scores[0], scores[1]) = (1 - y[column], y[column]);
        }

        return isFinite;
    }

    /// <summary>Before <see cref="Rank"/>: notes of each row what the ranks of all classes need.</summary>
    /// <param name="dealer">Shares out the rows.</param>
    public void BeginRanks(Dealer dealer)
    {
        if (!_competes || Classes <= 2)
        {
            return;
        }

        Standings standings = _standings ??= VectorPaths.Dispatch(VectorPaths.Current, new Maker(this));
        int pieces = (_rows + PieceRows - 1) / PieceRows;
        dealer.Share(pieces, isSmall: pieces == 1, (_, piece) => standings.Note(piece * PieceRows, Math.Min(_rows, (piece + 1) * PieceRows)));
    }

    /// <summary>
    /// Larger is more like class c, which any thread may ask for. Of one output, or of outputs that stand by themselves (sigmoid): the output. Of softmax: the logit
    /// p_c − log Σ e^p over the others. Of other scores: how far y_c is ahead of the best other.
    /// </summary>
    /// <param name="c">The class.</param>
    /// <param name="ranks">[Rows], written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Rank(int c, Span<double> ranks)
    {
        if (_standings is not null)
        {
            _standings.Rank(c, ranks);
            return;
        }

        for (int row = 0; row < ranks.Length; row++)
        {
            ranks[row] = _column is { } column ? c == 1 ? Value(row, column) : -Value(row, column)
                : _competes && Classes == 2 ? Value(row, c) - Value(row, 1 - c)
                : Value(row, c);
        }
    }

    /// <summary>Gives back what was noted of rows.</summary>
    public void Dispose() => _standings?.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Value(int row, int output) => _ranksByPreActivation ? _outputs.PreActivation(row, output) : _outputs.Output(row, output);

    /// <summary>How each row's classes stand to one another.</summary>
    private abstract class Standings : IDisposable
    {
        /// <summary>Notes rows from a first, where a vector begins, to before another.</summary>
        public abstract void Note(int firstRow, int endRow);

        /// <inheritdoc cref="ClassScores{T}.Rank"/>
        public abstract void Rank(int c, Span<double> ranks);

        public abstract void Dispose();
    }

    /// <summary>
    /// The same with a row in each lane. Of a row is noted the greatest value, and its lead: of softmax −log Σ over the others of e^(p − greatest), and Σ
    /// over all; else how far the second is behind.
    /// </summary>
    private sealed class Standings<V> : Standings where V : unmanaged, ILanes<V, double>
    {
        private readonly ClassScores<T> _scores;
        private readonly double[] _greatest, _lead, _sum; // not new at every epoch

        public Standings(ClassScores<T> scores)
        {
            _scores = scores;
            (_greatest, _lead, _sum) = (Rent(scores._rows + V.Count), Rent(scores._rows + V.Count), Rent(scores._isSoftmax ? scores._rows + V.Count : 0));
        }

        public override void Note(int firstRow, int endRow)
        {
            double[] rented = Rent(_scores.Classes * V.Count);
            fixed (double* values = rented, greatest = _greatest, lead = _lead, sum = _sum)
            {
                for (int row = firstRow; row < endRow; row += V.Count)
                {
                    Note(row, values, greatest + row, lead + row, sum + row);
                }
            }

            ArrayPool<double>.Shared.Return(rented);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Rank(int c, Span<double> ranks)
        {
            double* values = stackalloc double[V.Count];
            fixed (double* greatest = _greatest, lead = _lead, sum = _sum)
            {
                for (int row = 0; row < ranks.Length; row += V.Count)
                {
                    V behind = Load(row, c, values) - V.Load(greatest + row);
                    V rank = _scores._isSoftmax ? behind - V.Log(V.Load(sum + row) - V.Exp(behind)) : behind; // the greatest, e⁰, stays in the sum: nothing cancels
                    V.IfLess(behind, V.Create(0), rank, V.Load(lead + row)).Store(values); // level with the greatest, it has the same others
                    new Span<double>(values, Math.Min(V.Count, ranks.Length - row)).CopyTo(ranks[row..]);
                }
            }
        }

        public override void Dispose() => Array.ForEach([_greatest, _lead, _sum], numbers => ArrayPool<double>.Shared.Return(numbers));

        private static double[] Rent(int length) => ArrayPool<double>.Shared.Rent(length);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private V Load(int row, int c, double* at)
        {
            for (int lane = 0; lane < V.Count; lane++)
            {
                at[lane] = _scores.Value(Math.Min(row + lane, _scores._rows - 1), c);
            }

            return V.Load(at);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Note(int row, double* values, double* greatests, double* leads, double* sums)
        {
            V best = V.Create(0), greatest = Load(row, 0, values), second = V.Create(double.NegativeInfinity);
            for (int c = 1; c < _scores.Classes; c++)
            {
                V value = Load(row, c, values + (c * V.Count));
                second = V.IfLess(greatest, value, greatest, V.Max(second, value));
                best = V.IfLess(greatest, value, V.Create(c), best);
                greatest = V.Max(greatest, value);
            }

            greatest.Store(greatests);
            V lead = greatest - second;
            if (_scores._isSoftmax)
            {
                V far = V.Create(FarAhead), one = V.Create(1), sum = V.Create(0), lost = sum;
                V from = V.IfLess(far, lead, second, greatest); // so that the others do not vanish
                for (int c = 0; c < _scores.Classes; c++)
                {
                    V e = V.Exp(V.Load(values + (c * V.Count)) - from), other = V.IfLess(V.Abs(best - V.Create(c)), one, V.Create(0), e);
                    V next = sum + other, part = next - sum;
                    lost += (sum - (next - part)) + (other - part); // so that rows whose other classes are exchanged still tie
                    sum = next;
                }

                V others = sum + lost;
                V.IfLess(far, lead, one, one + others).Store(sums);
                lead = (greatest - from) - V.Log(others);
            }

            lead.Store(leads);
        }
    }

    private sealed class Maker(ClassScores<T> scores) : IVectorVisitor<double, Standings>
    {
        public Standings Visit<V>() where V : unmanaged, ILanes<V, double> => new Standings<V>(scores);
    }
}
