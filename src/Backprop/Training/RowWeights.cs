using System.Numerics;

namespace Backprop.Training;

/// <summary>The weights of rows, brought near 1 by a power of two, so that the largest and the smallest numbers can be summed and multiplied; 1 where rows have none.</summary>
internal readonly struct RowWeights<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _weights;
    private readonly int _exponent;

    public RowWeights(T[]? weights)
    {
        _weights = weights ?? [];
        double greatest = 0;
        foreach (T weight in _weights)
        {
            greatest = Math.Max(greatest, double.CreateTruncating(weight));
        }

        _exponent = greatest > 0 ? Math.ILogB(greatest) : 0;
    }

    /// <summary>Whether rows have weights.</summary>
    public bool AreGiven => _weights.Length > 0;

    /// <summary>The weight of a row, so scaled.</summary>
    public double this[int row] => _weights.Length == 0 ? 1 : Math.ScaleB(double.CreateTruncating(_weights[row]), -_exponent);

    /// <summary>A sum of weights as it was given.</summary>
    public double Unscale(double sum) => Math.ScaleB(sum, _exponent);
}
