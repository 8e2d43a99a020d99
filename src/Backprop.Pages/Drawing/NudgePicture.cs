using System.Text;
using Backprop.Pages.Derivation;

namespace Backprop.Pages.Drawing;

/// <summary>Where the loss, its tangent and the two marked points run in a picture.</summary>
internal sealed class NudgePicture
{
    public const double Width = 400, Height = 190, Left = 96, Right = 390, Bottom = 166;

    private const double Top = 8;

    private readonly PlotScale? _scale;

    public NudgePicture(Nudge nudge, double offset)
    {
        Value = nudge.Value;
        _scale = PlotScale.Of(nudge.Losses.Append(nudge.Tangent(offset)), logarithmic: false);
        var curve = new StringBuilder();
        for (int point = 0; point < nudge.Losses.Count; point++)
        {
            if (double.IsFinite(nudge.Losses[point]))
            {
                curve.Append($"{At(Nudge.Offset(point)):F1},{Y(nudge.Losses[point])} ");
            }
        }

        Curve = curve.ToString();
        (X, LossY, TangentY) = (At(offset).ToString("F1"), Y(nudge.Loss(offset)), Y(nudge.Tangent(offset)));
        (TangentLeft, TangentRight) = (Y(nudge.Tangent(-Nudge.Reach)), Y(nudge.Tangent(Nudge.Reach)));
        IReadOnlyList<double> ticks = _scale?.Ticks() ?? [];
        Ticks = [.. ticks.Zip(Figures.Axis(ticks), (value, label) => (Y(value), label))];
    }

    /// <summary>The parameter as it is.</summary>
    public double Value { get; }

    public string Curve { get; }

    public string X { get; }

    public string LossY { get; }

    public string TangentY { get; }

    public string TangentLeft { get; }

    public string TangentRight { get; }

    public string ZeroX => At(0).ToString("F1");

    public IReadOnlyList<(string Y, string Label)> Ticks { get; }

    private static double At(double offset) => Left + ((offset + Nudge.Reach) / (2 * Nudge.Reach) * (Right - Left));

    /// <summary>The tangent may leave the picture, which clips it; numbers stay such that a browser can draw them.</summary>
    private string Y(double loss) => (_scale is null || !double.IsFinite(loss) ? Bottom : Top + (Math.Clamp(1 - _scale.At(loss), -20, 20) * (Bottom - Top))).ToString("F1");
}
