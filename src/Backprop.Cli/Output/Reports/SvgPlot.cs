using System.Text;
using Backprop.Pages.Drawing;

namespace Backprop.Cli.Output.Reports;

/// <summary>A picture with two axes, as SVG in the page's own colours: lines, dots and bars, and what they are below it.</summary>
/// <param name="title">Above it.</param>
/// <param name="across">What the horizontal axis says.</param>
/// <param name="up">What the vertical axis says.</param>
/// <param name="horizontal">The horizontal axis.</param>
/// <param name="vertical">The vertical axis.</param>
internal sealed class SvgPlot(string title, string across, string up, PlotScale horizontal, PlotScale vertical)
{
    private const int Width = 440, Height = 280, Left = 56, Right = 428, Top = 22, Bottom = 236;

    private readonly StringBuilder _shapes = new(), _keys = new();

    /// <summary>Beside one another: a part of the shapes of one series has the class c0, c1, ….</summary>
    public static string Series(int n) => $"c{n % 8}";

    /// <summary>A line through points, without those that lie where the one before does.</summary>
    public SvgPlot Line(IEnumerable<(double X, double Y)> points, string style)
    {
        var path = new StringBuilder();
        (double x, double y, bool skipped) = (double.NaN, double.NaN, false);
        (double X, double Y) last = default;
        int count = 0;
        foreach ((double px, double py) in points.Select(point => (X(point.X), Y(point.Y))).Where(point => double.IsFinite(point.Item1) && double.IsFinite(point.Item2)))
        {
            skipped = Math.Abs(px - x) < 0.7 && Math.Abs(py - y) < 0.7;
            last = (px, py);
            if (!skipped)
            {
                path.Append(count++ == 0 ? "" : " ").Append(Html.Place(px)).Append(',').Append(Html.Place(py));
                (x, y) = (px, py);
            }
        }

        if (skipped)
        {
            path.Append(' ').Append(Html.Place(last.X)).Append(',').Append(Html.Place(last.Y));
        }

        _shapes.Append(count switch
        {
            0 => "",
            1 when !skipped => $"<circle class=\"dot {style}\" cx=\"{Html.Place(x)}\" cy=\"{Html.Place(y)}\" r=\"3.5\"/>",
            _ => $"<polyline class=\"{style}\" points=\"{path}\"/>",
        });
        return this;
    }

    /// <summary>A cloud of points, which together are one shape.</summary>
    public SvgPlot Cloud(IEnumerable<(double X, double Y)> points, string style)
    {
        _shapes.Append($"<path class=\"cloud {style}\" d=\"");
        foreach ((double x, double y) in points)
        {
            _shapes.Append('M').Append(Html.Place(X(x))).Append(' ').Append(Html.Place(Y(y))).Append("h0");
        }

        _shapes.Append("\"/>");
        return this;
    }

    /// <summary>One dot.</summary>
    public SvgPlot Dot(double x, double y, double radius, string style)
    {
        _shapes.Append($"<circle class=\"dot {style}\" cx=\"{Html.Place(X(x))}\" cy=\"{Html.Place(Y(y))}\" r=\"{Html.Place(radius)}\"/>");
        return this;
    }

    /// <summary>Bars from the bottom up, between edges.</summary>
    public SvgPlot Bars(IReadOnlyList<double> edges, IReadOnlyList<long> heights, string style)
    {
        for (int n = 0; n < heights.Count; n++)
        {
            (double left, double right, double top) = (X(edges[n]), X(edges[n + 1]), Y(heights[n]));
            _shapes.Append($"<rect class=\"bar {style}\" x=\"{Html.Place(left)}\" width=\"{Html.Place(Math.Max(0.5, right - left - 1))}\" y=\"{Html.Place(top)}\" height=\"{Html.Place(Bottom - top)}\"/>");
        }

        return this;
    }

    /// <summary>What a style stands for.</summary>
    public SvgPlot Key(string style, string text)
    {
        _keys.Append($"<span><i class=\"{style}\"></i>{Html.Escape(text)}</span>");
        return this;
    }

    /// <summary>The picture as a part of the page.</summary>
    /// <param name="note">What is to be known of it.</param>
    public string Section(string? note = null)
    {
        var axes = new StringBuilder();
        foreach (double tick in vertical.Ticks())
        {
            axes.Append($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{Html.Place(Y(tick))}\" y2=\"{Html.Place(Y(tick))}\"/><text x=\"{Left - 6}\" y=\"{Html.Place(Y(tick) + 4)}\" text-anchor=\"end\">{Html.Short(tick)}</text>");
        }

        foreach (double tick in horizontal.Ticks())
        {
            axes.Append($"<line class=\"grid\" x1=\"{Html.Place(X(tick))}\" x2=\"{Html.Place(X(tick))}\" y1=\"{Bottom}\" y2=\"{Bottom + 4}\"/><text x=\"{Html.Place(X(tick))}\" y=\"{Bottom + 18}\" text-anchor=\"{(X(tick) > Right - 12 ? "end" : "middle")}\">{Html.Short(tick)}</text>");
        }

        axes.Append($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{Bottom}\" y2=\"{Bottom}\"/><text x=\"{Right}\" y=\"{Height - 6}\" text-anchor=\"end\">{Html.Escape(across)}</text><text x=\"0\" y=\"11\">{Html.Escape(up)}</text>");
        string keys = _keys.Length == 0 ? "" : $"<p class=\"keys\">{_keys}</p>";
        return Html.Section(title, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Html.Escape($"{title}: {up} by {across}")}\">{axes}{_shapes}</svg>{keys}", note);
    }

    private double X(double value) => Left + ((Right - Left) * horizontal.At(value));

    private double Y(double value) => Bottom - ((Bottom - Top) * vertical.At(value));
}
