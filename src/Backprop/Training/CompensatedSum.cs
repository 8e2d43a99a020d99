using System.Runtime.CompilerServices;

namespace Backprop.Training;

/// <summary>A sum that keeps what each addition rounds off (Neumaier): about one rounding in all, however many are added.</summary>
internal struct CompensatedSum
{
    private double _sum, _rest;

    public readonly double Value => _sum + _rest;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double value)
    {
        double sum = _sum + value;
        _rest += Math.Abs(_sum) >= Math.Abs(value) ? _sum - sum + value : value - sum + _sum;
        _sum = sum;
    }
}
