using System.Text;
using Backprop.Pages.Drawing;
using Backprop.Pages.Runs;
using Microsoft.AspNetCore.Components.Web;

namespace Backprop.Pages.Components;

/// <summary>What the network says: over the plane, by class, and what its first layer looks for.</summary>
public partial class OutputPanel : IDisposable
{
    /// <summary>In CSS pixels: fixed, so that a click says where.</summary>
    private const int SurfaceSide = 300;

    /// <summary>Pixels each way of a unit that is pointed at.</summary>
    private const int PointedSide = 40;

    /// <summary>More dots than this hide the surface.</summary>
    private const int MostPoints = 1000;

    private Problem? _of;
    private bool _isDrawing;
    private Snapshot? _tiled, _drawn;
    private DecisionSurface? _surface;
    private WeightTiles? _tiles;
    private Problem? _pointsOf;
    private bool _pointsTest, _drawnDiscrete;
    private UnitMaps? _maps;
    private Snapshot? _mapsOf;
    private string _points = "", _picture = "";

    /// <summary>The unit that is pointed at, in large.</summary>
    private string? PointedPicture => Bench.PointedUnit is { } unit && _maps?.Has(unit.Layer, unit.Unit) == true && _surface is not null ? _maps.Picture(unit.Layer, unit.Unit, Bench.State.Discrete) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        Bench.Pointed -= ShowPointed;
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void OnInitialized() => Bench.Pointed += ShowPointed;

    private void ShowPointed() => _ = DrawPointed();

    /// <summary>All units' maps, as fine as the surface, once somebody points at one.</summary>
    private async Task DrawPointed()
    {
        if (Bench.PointedUnit is not null && _surface is { } surface && _mapsOf != Bench.Calm && Bench.Derived is { } derived)
        {
            Snapshot of = derived.Snapshot;
            UnitMaps maps = await UnitMaps.Of(derived.Network, surface.Square, PointedSide, OneThread.Pauses());
            (_maps, _mapsOf) = (maps, of);
        }

        StateHasChanged();
    }

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
            _surface = problem.Points is null ? null : new(problem);
            _picture = "";
        }

        if (_surface is { } shown && (_pointsOf, _pointsTest) != (problem, Bench.State.ShowsTest))
        {
            (_pointsOf, _pointsTest) = (problem, Bench.State.ShowsTest);
            _points = Points(problem, shown, Bench.State.ShowsTest);
        }

        if (_tiled != now)
        {
            _tiled = now;
            _tiles = problem.Image is { } image ? WeightTiles.Of(now.Network, image.Rows, image.Columns, problem.Pixels) : null;
        }

        if (Bench.PointedUnit is not null)
        {
            await DrawPointed();
        }

        while (!_isDrawing && (_drawn, _drawnDiscrete) != (Bench.Calm, Bench.State.Discrete) && _of == Bench.Problem)
        {
            await DrawSurface();
        }
    }

    /// <summary>The surface at the calm moment, which may be another by the time that it is drawn.</summary>
    private async Task DrawSurface()
    {
        (_isDrawing, _drawn, _drawnDiscrete) = (true, Bench.Calm, Bench.State.Discrete);
        try
        {
            DecisionSurface? surface = _surface;
            string picture = surface is null ? "" : await surface.Draw(_drawn!.Network, _drawnDiscrete, OneThread.Pauses());
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

    private void PickRow(MouseEventArgs click)
    {
        int row = _surface!.Square.Nearest(click.OffsetX / SurfaceSide, click.OffsetY / SurfaceSide);
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
    private static string Points(Problem problem, DecisionSurface surface, bool showsTest)
    {
        var svg = new StringBuilder();
        void Add(int row, bool isTest)
        {
            (double x, double y) = surface.Square.Place(row);
            svg.Append($"<circle class=\"{(isTest ? "test" : "learned")}\" cx=\"{100 * x:F1}\" cy=\"{100 * y:F1}\" r=\"1.15\" style=\"--class:{surface.Colour(row)}\"/>");
        }

        foreach (int row in problem.TrainingRows.Take(MostPoints))
        {
            Add(row, isTest: false);
        }

        foreach (int row in showsTest ? problem.TestRows.Take(MostPoints / 2) : [])
        {
            Add(row, isTest: true);
        }

        return svg.ToString();
    }
}
