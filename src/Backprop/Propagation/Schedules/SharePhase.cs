using Backprop.Propagation.Passes;

namespace Backprop.Propagation.Schedules;

/// <summary>One pass over all samples, each thread its share of the units: of few samples several panels at once are faster than one after the other.</summary>
/// <param name="pass">The pass.</param>
/// <param name="panelWidth">The units of a panel.</param>
internal sealed class SharePhase(Pass pass, int panelWidth) : Phase
{
    private readonly int _panels = (pass.Units + panelWidth - 1) / panelWidth;
    private int _samples, _shares;

    public override int Begin(int samples, int threads)
    {
        (_samples, _shares) = (samples, pass.Reach == Reach.Panel ? threads : 1);
        return _shares;
    }

    public override void Run(int thread, int piece)
    {
        int unit = _panels * piece / _shares * panelWidth, endUnit = Math.Min(pass.Units, _panels * (piece + 1) / _shares * panelWidth);
        if (_shares == 1)
        {
            pass.Run(thread, 0, pass.Units, 0, _samples);
        }
        else if (unit < endUnit)
        {
            pass.Run(thread, unit, endUnit, 0, _samples);
        }
    }
}
