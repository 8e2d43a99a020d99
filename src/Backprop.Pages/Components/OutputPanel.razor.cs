using System.Text;
using Backprop.Pages.Drawing;
using Backprop.Pages.Runs;
using Microsoft.AspNetCore.Components.Web;

namespace Backprop.Pages.Components;

/// <summary>What the network says: over the plane, by class, and what its first layer looks for.</summary>
public partial class OutputPanel
{
    /// <summary>In CSS pixels: fixed, so that a click says where.</summary>
    private const int SurfaceSide = 300;

    /// <summary>More dots than this hide the surface.</summary>
    private const int MostPoints = 1000;

    /// <summary>A browser has one thread: it draws between what else there is to do.</summary>
    private static readonly Func<Task>? s_pause = OperatingSystem.IsBrowser() ? () => Task.Delay(1) : null;

    private Problem? _of;
    private bool _isDrawing;
    private Snapshot? _tiled, _drawn;
    private DecisionSurface? _surface;
    private WeightTiles? _tiles;
    private string _points = "", _picture = "";

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (Bench.Calm is not { } now || Bench.Problem is not { } problem)
        {
            return;
        }

        if (_of != problem)
        {
            _of = problem;
            _surface = problem.IsPlane ? new(problem) : null;
            (_points, _picture) = (_surface is null ? "" : Points(problem, _surface), "");
        }

        if (_tiled != now)
        {
            _tiled = now;
            _tiles = problem.Image is { } image ? WeightTiles.Of(now.Network, image.Rows, image.Columns, problem.Pixels) : null;
        }

        while (!_isDrawing && _drawn != Bench.Calm && _of == Bench.Problem)
        {
            await DrawSurface();
        }
    }

    /// <summary>The surface at the calm moment, which may be another by the time that it is drawn.</summary>
    private async Task DrawSurface()
    {
        (_isDrawing, _drawn) = (true, Bench.Calm);
        try
        {
            DecisionSurface? surface = _surface;
            string picture = surface is null ? "" : await surface.Draw(_drawn!.Network, s_pause);
            if (surface == _surface)
            {
                _picture = picture;
                StateHasChanged();
            }
        }
        finally
        {
            _isDrawing = false;
        }
    }

    private static string Label(Problem problem, int c) => c < problem.Labels.Count ? problem.Labels[c] : $"{c}";

    private void PickRow(MouseEventArgs click)
    {
        int row = _surface!.Nearest(click.OffsetX / SurfaceSide, click.OffsetY / SurfaceSide);
        Bench.Look(state => state with { Row = row, OfBatch = false });
    }

    private void PickTile(WeightTiles tiles, MouseEventArgs click)
    {
        if (tiles.At(click.OffsetX, click.OffsetY) is { } place)
        {
            Bench.Pick(new(1, place.Unit, place.Input));
        }
    }

    /// <summary>The rows' dots, which stay where they are while training changes the surface behind them.</summary>
    private static string Points(Problem problem, DecisionSurface surface)
    {
        var svg = new StringBuilder();
        void Add(int row, bool isTest)
        {
            (double x, double y) = surface.Place(row);
            string colour = problem.AreClasses ? Palette.OfClass(problem.All.Targets.ClassIndices[row]) : "var(--ink)";
            svg.Append($"<circle class=\"{(isTest ? "test" : "learned")}\" cx=\"{100 * x:F1}\" cy=\"{100 * y:F1}\" r=\"1.15\" style=\"--class:{colour}\"/>");
        }

        foreach (int row in problem.TrainingRows.Take(MostPoints))
        {
            Add(row, isTest: false);
        }

        foreach (int row in problem.TestRows.Take(MostPoints / 2))
        {
            Add(row, isTest: true);
        }

        return svg.ToString();
    }
}
