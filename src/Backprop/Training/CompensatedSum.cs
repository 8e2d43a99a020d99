using System.Runtime.CompilerServices;

namespace Backprop.Training;

/// <summary>A sum that keeps what each addition rounds off (Neumaier): about one rounding in all, however many are added.</summary>
public struct CompensatedSum
{
    private double _sum, _rest;

    /// <summary>The sum so far.</summary>
    public readonly double Value => _sum + _rest;

    /// <summary>Adds a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double value)
    {
        double sum = _sum + value;
        _rest += Math.Abs(_sum) >= Math.Abs(value) ? _sum - sum + value : value - sum + _sum;
        _sum = sum;
    }
}
