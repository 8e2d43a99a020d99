using System.Text;
using Backprop.Pages.Runs;

namespace Backprop.Pages.Drawing;

/// <summary>Where the loss curves run in a picture of the given size.</summary>
internal sealed class LossPlot
{
    private const double Left = 78, Bottom = 24, Top = 10, Right = 8;

    private readonly PlotScale? _scale;
    private readonly long _last;

    public LossPlot(IReadOnlyList<LossPoint> curve, double width, double height)
    {
        (Width, Height) = (width, height);
        _scale = PlotScale.Of(curve.SelectMany(point => new[] { point.Training, point.Test }), logarithmic: true);
        _last = Math.Max(1, curve.Count == 0 ? 1 : curve[^1].Step);
        Training = Points(curve, point => point.Training);
        Test = Points(curve, point => point.Test);
        IReadOnlyList<double> ticks = _scale?.Ticks() ?? [];
        Ticks = [.. ticks.Zip(Figures.Axis(ticks), (value, label) => (Y(value), label))];
        LastStep = _last;
    }

    public double Width { get; }

    public double Height { get; }

    /// <summary>The points of a polyline.</summary>
    public string Training { get; }

    /// <inheritdoc cref="Training"/>
    public string Test { get; }

    /// <summary>Heights with their values.</summary>
    public IReadOnlyList<(double Y, string Label)> Ticks { get; }

    public long LastStep { get; }

    public double AxisLeft => Left;

    public double AxisRight => Width - Right;

    public double AxisBottom => Height - Bottom;

    private string Points(IReadOnlyList<LossPoint> curve, Func<LossPoint, double> value)
    {
        var text = new StringBuilder();
        foreach (LossPoint point in curve)
        {
            double loss = value(point);
            if (_scale is not null && double.IsFinite(loss))
            {
                text.Append($"{Left + ((double)point.Step / _last * (Width - Left - Right)):F1},{Y(loss):F1} ");
            }
        }

        return text.ToString();
    }

    private double Y(double loss) => Top + ((1 - _scale!.At(loss)) * (Height - Top - Bottom));
}
