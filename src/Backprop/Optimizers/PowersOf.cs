namespace Backprop.Optimizers;

/// <summary>βᵗ for one step after another: two factors, of which one is in a table and the other changes every 64 steps. The same bits in whatever order the steps are asked for.</summary>
internal sealed class PowersOf
{
    private const int Few = 64;

    private readonly double _value;
    private readonly double[] _few = new double[Few];
    private long _many;
    private double _powerOfMany = 1;

    /// <param name="value">β.</param>
    public PowersOf(double value)
    {
        _value = value;
        for (int n = 0; n < Few; n++)
        {
            _few[n] = Optimizer.Power(value, n);
        }
    }

    /// <summary>βᵗ.</summary>
    public double At(long step)
    {
        long many = step & -Few;
        if (many != _many)
        {
            (_many, _powerOfMany) = (many, Optimizer.Power(_value, many));
        }

        return _powerOfMany * _few[step - many];
    }
}
