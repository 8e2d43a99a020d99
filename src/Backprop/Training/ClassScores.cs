using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>
/// Outputs as scores of classes, and what ranks rows by how much they look like one class. That is not the probability, which rounds to 0, to
/// 1 or to its neighbour's, but its logit log(y_c/(1 − y_c)): as large as you like, and monotone in it.
/// </summary>
internal sealed class ClassScores<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>e to this is less than the smallest number to full precision.</summary>
    private const double FarBelow = -700;

    private readonly OutputReader<T> _outputs;
    private readonly int? _column;
    private readonly double[] _y;
    private readonly bool _isSoftmax, _ranksByPreActivation, _competes, _notes;
    private readonly int[] _best = [];
    private readonly double[] _greatest = [], _sum = [], _rest = [];

    /// <param name="outputs">The outputs.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="column">The only output that counts, which tells class 1 from class 0; null: each output is a class.</param>
    public ClassScores(OutputReader<T> outputs, int rows, int? column)
    {
        NetworkDefinition network = outputs.Network;
        string activation = network.Layers[^1].Activation.Name;
        (_outputs, _column, _y) = (outputs, column, new double[outputs.Width]);
        (Meaning, Classes) = (network.OutputMeaning, column is null ? outputs.Width : 2);
        _isSoftmax = activation is "softmax" or "log_softmax";
        _ranksByPreActivation = _isSoftmax || activation == "sigmoid";
        _competes = column is null && activation != "sigmoid";
        _notes = _competes && Classes > 2;
        if (_notes)
        {
            (_best, _greatest, _rest, _sum) = (ArrayPool<int>.Shared.Rent(rows), Rent(rows), Rent(rows), Rent(rows));
        }
    }

    public int Classes { get; }

    public OutputMeaning Meaning { get; }

    /// <summary>What makes the scores.</summary>
    public string Origin => $"{_outputs.Network.Loss} after {_outputs.Network.Layers[^1].Activation}";

    /// <summary>The scores of a row's classes, which are probabilities where outputs are; and notes what <see cref="Rank"/> needs.</summary>
    /// <returns>Whether all is finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Read(int row, Span<double> scores)
    {
        bool isFinite = _outputs.Read(row, _y);
        if (Meaning == OutputMeaning.LogProbability)
        {
            Meaning.ToPredictions(_y);
        }

        if (_column is { } column)
        {
            (scores[0], scores[1]) = (1 - _y[column], _y[column]);
            return isFinite;
        }

        _y.CopyTo(scores);
        if (_notes)
        {
            Note(row);
        }

        return isFinite;
    }

    /// <summary>
    /// Larger is more like class c. Of one output, or of outputs that stand by themselves (sigmoid): the output. Of softmax: the logit
    /// p_c − log Σ e^p over the others. Of other scores: how far y_c is ahead of the best other. The row must have been read.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Rank(int row, int c)
    {
        if (_column is { } column)
        {
            return c == 1 ? Value(row, column) : -Value(row, column);
        }

        double value = Value(row, c);
        if (!_competes || Classes == 1)
        {
            return value;
        }

        if (Classes == 2)
        {
            return value - Value(row, 1 - c);
        }

        double behind = value - _greatest[row];
        return c == _best[row] || (_isSoftmax && behind == 0) ? -_rest[row] // level with the greatest, it has the same others
            : _isSoftmax ? behind - Math.Log(_sum[row] - Math.Exp(behind)) // the greatest, e⁰, stays in the sum: nothing cancels
            : behind;
    }

    /// <summary>Gives back what was noted of rows.</summary>
    public void Dispose()
    {
        if (_notes)
        {
            ArrayPool<int>.Shared.Return(_best);
            Array.ForEach([_greatest, _rest, _sum], numbers => ArrayPool<double>.Shared.Return(numbers));
        }
    }

    private static double[] Rent(int rows) => ArrayPool<double>.Shared.Rent(rows);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Value(int row, int output) => _ranksByPreActivation ? _outputs.PreActivation(row, output) : _outputs.Output(row, output);

    /// <summary>The greatest value of a row; of softmax log Σ over the others of e^(p − greatest), and Σ over all; else the second greatest less the greatest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Note(int row)
    {
        int best = 0;
        double greatest = Value(row, 0), second = double.NegativeInfinity;
        for (int c = 1; c < Classes; c++)
        {
            double value = Value(row, c);
            if (value > greatest)
            {
                (best, greatest, second) = (c, value, greatest);
            }
            else
            {
                second = Math.Max(second, value);
            }
        }

        (_best[row], _greatest[row], _rest[row]) = (best, greatest, second - greatest);
        if (!_isSoftmax)
        {
            return;
        }

        bool isFar = second - greatest < FarBelow;
        double from = isFar ? second : greatest; // so that the others do not vanish
        CompensatedSum others = default; // so that rows whose other classes are exchanged still tie
        for (int c = 0; c < Classes; c++)
        {
            if (c != best)
            {
                others.Add(Math.Exp(Value(row, c) - from));
            }
        }

        _sum[row] = isFar ? 1 : 1 + others.Value;
        _rest[row] = from - greatest + Math.Log(others.Value);
    }
}
