namespace Backprop.Pages.Drawing;

/// <summary>
/// Where a value stands between the least and the greatest of a plot: logarithmically where none is negative and that was asked for, else linearly. A 0 has no
/// logarithm: it stands at the foot of a logarithmic axis, which other values make.
/// </summary>
public sealed class PlotScale
{
    private readonly bool _logarithmic;
    private readonly double _low, _high;

    private PlotScale(bool logarithmic, double low, double high) => (_logarithmic, _low, _high) = (logarithmic, low, high);

    /// <summary>A scale that shows all finite values; null where there is none.</summary>
    public static PlotScale? Of(IEnumerable<double> values, bool logarithmic)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        if (finite.Length == 0)
        {
            return null;
        }

        logarithmic &= finite.All(value => value >= 0) && finite.Any(value => value > 0);
        finite = logarithmic ? [.. finite.Where(value => value > 0)] : finite;
        double low = finite.Min(), high = finite.Max();
        if (high - low <= 1e-9 * Math.Max(Math.Abs(low), Math.Abs(high)))
        {
            double room = low == 0 ? 1 : 0.5 * Math.Abs(low); // a level line runs through the middle
            (low, high) = (low - room, high + room);
        }

        return new(logarithmic, low, high);
    }

    /// <summary>0 for the least, 1 for the greatest.</summary>
    public double At(double value) => _logarithmic ? value <= _low ? 0 : Math.Log(value / _low) / Math.Log(_high / _low) : (value - _low) / (_high - _low);

    /// <summary>The value at a place from 0 to 1.</summary>
    public double Value(double place) => _logarithmic ? _low * Math.Pow(_high / _low, place) : _low + ((_high - _low) * place);

    /// <summary>Round values to label an axis with.</summary>
    public IReadOnlyList<double> Ticks()
    {
        if (_logarithmic)
        {
            double[] powers = [.. Decades([1])], finer = [.. Decades([1, 2, 5])];
            if (finer.Length >= 3)
            {
                return finer.Length <= 7 ? finer : powers;
            }
        }

        double rough = (_high - _low) / 4, size = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = size * (rough / size) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 };
        long first = (long)Math.Ceiling(_low / step), last = (long)Math.Floor(_high / step);
        return [.. Enumerable.Range(0, (int)Math.Min(20, last - first + 1)).Select(n => (first + n) * step)];
    }

    private IEnumerable<double> Decades(double[] digits)
    {
        for (int power = (int)Math.Floor(Math.Log10(_low)); power <= Math.Log10(_high); power++)
        {
            foreach (double digit in digits)
            {
                double value = digit * Math.Pow(10, power);
                if (value >= _low && value <= _high)
                {
                    yield return value;
                }
            }
        }
    }
}
