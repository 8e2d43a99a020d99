using Backprop.Data;
using Backprop.Pages.Runs;

namespace Backprop.Pages.Drawing;

/// <summary>The square of a plane that pictures show: one that holds every point.</summary>
internal sealed class PlaneSquare
{
    private readonly Dataset<double> _points;
    private readonly Problem _problem;

    /// <exception cref="ArgumentException">The rows are no points of a plane.</exception>
    public PlaneSquare(Problem problem)
    {
        (_problem, _points) = (problem, problem.Points ?? throw new ArgumentException("points of a plane expected", nameof(problem)));
        double[] x = [.. Enumerable.Range(0, _points.Rows).Select(row => _points.Row(row)[0])], y = [.. Enumerable.Range(0, _points.Rows).Select(row => _points.Row(row)[1])];
        bool isDrawn = PlaneData.Names.Contains(problem.Name);
        double half = isDrawn ? PlaneData.Extent : 0.55 * Math.Max(x.Max() - x.Min(), y.Max() - y.Min());
        (Half, CentreX, CentreY) = isDrawn ? (half, 0, 0) : (half > 0 ? half : 1, 0.5 * (x.Max() + x.Min()), 0.5 * (y.Max() + y.Min()));
    }

    public double Half { get; }

    public double CentreX { get; }

    public double CentreY { get; }

    /// <summary>Where a row stands in a picture of side 1; (0, 0) is the upper left corner.</summary>
    public (double X, double Y) Place(int row) =>
        (0.5 + ((_points.Row(row)[0] - CentreX) / (2 * Half)), 0.5 - ((_points.Row(row)[1] - CentreY) / (2 * Half)));

    /// <summary>The row that is nearest to a place of the picture.</summary>
    public int Nearest(double x, double y) => Enumerable.Range(0, _points.Rows).MinBy(row =>
    {
        (double px, double py) = Place(row);
        return ((px - x) * (px - x)) + ((py - y) * (py - y));
    });

    /// <summary>The network's inputs in the middle of a pixel, counted row by row from the upper left.</summary>
    /// <param name="pixel">Which.</param>
    /// <param name="side">The picture's side in pixels.</param>
    /// <param name="inputs">What is made of them.</param>
    public void InputsAt(int pixel, int side, Span<double> inputs) => _problem.InputsOf(
        (float)(CentreX + (Half * ((2 * ((pixel % side) + 0.5) / side) - 1))), (float)(CentreY + (Half * (1 - (2 * ((pixel / side) + 0.5) / side)))), inputs);
}
