using System.Runtime.CompilerServices;

namespace Backprop.Optimizers.Schedules;

/// <summary>A tenth whenever the watched loss has not fallen (by 1 part in 10 000) for more than 10 epochs, PyTorch's ReduceLROnPlateau.</summary>
public sealed class PlateauSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    public override string Name => "plateau";

    private const int Patience = 10;
    private const double Threshold = 1e-4;

    private double _best = double.PositiveInfinity, _factor = 1;
    private int _badEpochs;

    /// <inheritdoc/>
    public override string State
    {
        get => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_best:R} {_factor:R} {_badEpochs}");
        set
        {
            string[] parts = value.Split(' ');
            if (parts.Length != 3)
            {
                throw new ModelException($"schedule 'plateau': expected three numbers as its state, found '{value}'");
            }

            _best = double.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture);
            _factor = double.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
            _badEpochs = int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    internal override bool KnowsTheEnd => false;

    /// <inheritdoc/>
    public override double At(long step, long steps) => _factor;

    /// <inheritdoc/>
    public override void AfterEpoch(double loss)
    {
        if (loss < _best * (1 - Threshold))
        {
            (_best, _badEpochs) = (loss, 0);
        }
        else if (++_badEpochs > Patience)
        {
            (_factor, _badEpochs) = (_factor * 0.1, 0);
        }
    }

    [ModuleInitializer]
    internal static void Register() => Register("plateau", () => new PlateauSchedule());
}
