using Backprop.Networks;

namespace Backprop.Pages.Drawing;

/// <summary>Where units and edges stand when a network is small enough to be drawn one by one.</summary>
internal sealed class NetworkDrawing
{
    private const int MostUnits = 16, MostEdges = 420;

    private const double WidthOfLetter = 7;

    private readonly int[] _widths;

    public NetworkDrawing(NetworkDefinition network)
    {
        _widths = [network.Inputs, .. network.Layers.Select(layer => layer.Units)];
        bool areMany = _widths.Max() > 10;
        Radius = areMany ? 9 : 17;
        int named = Math.Max(_widths[0], _widths[^1]); // their names stand below them
        Height = Math.Max(300, 34 + Math.Max(_widths.Max() * (areMany ? 27 : 46), named * (areMany ? 36 : 62)));
    }

    public double Width => 500;

    public double Height { get; }

    public double Radius { get; }

    /// <summary>The side of the picture beside a unit of what it makes of the plane: as there is room before the next layer.</summary>
    public double MapSide => Math.Min(20, ((Width - 76) / (_widths.Length - 1.0)) - (2 * Radius) - 9);

    /// <summary>Whether there is room for it.</summary>
    public bool HasMaps => MapSide >= 10;

    /// <summary>Whether every weight can have an edge of its own.</summary>
    public static bool CanDraw(NetworkDefinition network) =>
        network.Inputs <= MostUnits && network.Layers.All(layer => layer.Units <= MostUnits) &&
        Enumerable.Range(1, network.Layers.Length).Sum(layer => network.InputsOf(layer) * network.Layers[layer - 1].Units) <= MostEdges;

    /// <summary>The middle of a unit; layer 0 is the input.</summary>
    public (double X, double Y) Unit(int layer, int unit) => (X(layer), 26 + ((Height - 26) * (unit + 0.5) / _widths[layer]));

    public double X(int layer) => 34 + ((Width - 76) * layer / (_widths.Length - 1.0));

    /// <summary>What a layer has beside its activation, as far as there is room between it and the next.</summary>
    public string Parts(LayerDefinition layer)
    {
        string parts = string.Join(", ", layer.Parts);
        int room = (int)((Width - 76) / (_widths.Length - 1.0) / WidthOfLetter);
        return parts.Length <= room ? parts : $"{parts[..Math.Max(0, room - 1)]}…";
    }

    /// <summary>Where a bias is shown: a small diamond at the lower left of its unit.</summary>
    public string Bias(int layer, int unit)
    {
        (double x, double y) = Unit(layer, unit);
        (double cx, double cy) = (x - (0.9 * Radius), y + (0.9 * Radius));
        return $"{cx:F1},{cy - 5:F1} {cx + 5:F1},{cy:F1} {cx:F1},{cy + 5:F1} {cx - 5:F1},{cy:F1}";
    }

    /// <summary>A strength from 0 to 1 in steps that the eye can tell apart: what has not visibly changed is not sent again.</summary>
    public static double Strength(double value, double greatest) => greatest > 0 ? Math.Round(16 * Math.Sqrt(Math.Min(1, Math.Abs(value) / greatest))) / 16 : 0;
}
