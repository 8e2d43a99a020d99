using System.Globalization;
using System.Runtime.CompilerServices;

namespace Backprop.Optimizers.Schedules;

/// <summary>
/// A tenth whenever the watched loss has not fallen by 1 part in 10 000 of its size for more than 10 epochs: PyTorch's ReduceLROnPlateau,
/// plateau(factor,patience), but for two things. The part is of |best|, so that losses below 0 can improve (PyTorch asks them to stay below best·(1 − 1e-4), which a
/// standstill does), and there is no least change of the rate (its eps). A loss that is not finite is an epoch without improvement.
/// </summary>
public sealed class PlateauSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    public override string Name => "plateau";

    private const double Threshold = 1e-4;

    private readonly double _reduction;
    private readonly int _patience;
    private double _best = double.PositiveInfinity, _factor = 1;
    private int _badEpochs;

    /// <param name="reduction">What the factor is multiplied by.</param>
    /// <param name="patience">The epochs without improvement that are let pass.</param>
    /// <exception cref="UsageException">One of them is out of its range.</exception>
    public PlateauSchedule(double reduction = 0.1, double patience = 10)
    {
        _reduction = Within("the factor", reduction, 0, 1);
        _patience = double.IsInteger(patience) ? (int)Within("the patience", patience, 0, int.MaxValue) : throw new UsageException($"plateau: a patience of {patience.ToString(CultureInfo.InvariantCulture)} epochs found, a whole number expected");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<double> Parameters => [_reduction, _patience];

    /// <inheritdoc/>
    public override string State
    {
        get => string.Create(CultureInfo.InvariantCulture, $"{_best:R} {_factor:R} {_badEpochs}");
        set
        {
            string[] parts = value.Split(' ');
            if (parts.Length != 3
                || !double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double best) || double.IsNaN(best)
                || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double factor) || !(factor is >= 0 and <= 1)
                || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int badEpochs) || badEpochs > _patience)
            {
                throw new ModelException($"schedule 'plateau': expected the best loss, a factor from 0 to 1 and at most {_patience} epochs without improvement as its state, found '{value}'");
            }

            (_best, _factor, _badEpochs) = (best, factor, badEpochs);
        }
    }

    /// <inheritdoc/>
    protected internal override bool KnowsTheEnd => false;

    /// <inheritdoc/>
    public override double At(long step, long steps) => _factor;

    /// <inheritdoc/>
    public override void AfterEpoch(double loss)
    {
        if (double.IsFinite(loss) && loss < _best * (1 - Math.CopySign(Threshold, _best)))
        {
            (_best, _badEpochs) = (loss, 0);
        }
        else if (++_badEpochs > _patience)
        {
            (_factor, _badEpochs) = (_factor * _reduction, 0);
        }
    }

    [ModuleInitializer]
    internal static void Register() => Register("plateau", given => new PlateauSchedule(At(given, 0, 0.1), At(given, 1, 10)));
}
