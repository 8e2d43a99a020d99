using System.Runtime.CompilerServices;

namespace Backprop.Training;

/// <summary>
/// The chance that a row of a class ranks above one that is not, ties counting half: the area under the ROC curve. Rows of the class are
/// sorted, the others look up their place among them: O(n log n), no pair is counted by itself.
/// </summary>
internal sealed class AreaUnderCurve
{
    private double[] _ranks = [], _weights = [], _below = [];
    private int _count;

    /// <summary>Begins anew, with room for so many rows of the class.</summary>
    public void Begin(int positives)
    {
        if (_ranks.Length < positives)
        {
            (_ranks, _weights, _below) = (new double[positives], new double[positives], new double[positives + 1]);
        }

        _count = 0;
    }

    /// <summary>A row of the class.</summary>
    public void AddPositive(double rank, double weight) => (_ranks[_count], _weights[_count++]) = (rank, weight);

    /// <summary>Orders the rows of the class; equal ranks become one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sort()
    {
        Array.Sort(_ranks, _weights, 0, _count);
        int distinct = 0;
        CompensatedSum sum = default;
        for (int n = 0; n < _count; n++)
        {
            if (n > 0 && _ranks[n] != _ranks[distinct - 1])
            {
                _below[distinct] = sum.Value;
            }

            distinct += n == 0 || _ranks[n] != _ranks[distinct - 1] ? 1 : 0;
            _ranks[distinct - 1] = _ranks[n];
            sum.Add(_weights[n]);
        }

        (_count, _below[0], _below[distinct]) = (distinct, 0, sum.Value);
    }

    /// <summary>The weight of the class.</summary>
    public double PositiveWeight => _below[_count];

    /// <summary>The weight of the rows of the class that rank above, those that tie counting half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Above(double rank)
    {
        int first = 0; // where the first rank that is not below stands; a branch would be guessed wrong every other time
        for (int length = _count; length > 0;)
        {
            int half = (length + 1) >> 1;
            first += Unsafe.BitCast<bool, byte>(_ranks[first + half - 1] < rank) * half;
            length -= half;
        }

        bool ties = first < _count && _ranks[first] == rank;
        return PositiveWeight - (ties ? 0.5 * (_below[first] + _below[first + 1]) : _below[first]);
    }
}
