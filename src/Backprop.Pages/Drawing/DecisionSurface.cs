using Backprop.Data;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Pages.Runs;
using Backprop.Propagation;

namespace Backprop.Pages.Drawing;

/// <summary>What a network of two inputs says all over the plane, and the square that is shown.</summary>
internal sealed class DecisionSurface
{
    /// <summary>Pixels each way, and the rows of them between which a browser listens: some 15 ms for a network of two times 16.</summary>
    private const int Side = 60, Strip = 6;

    private readonly Dataset<double> _data;

    /// <summary>A square that holds every row.</summary>
    public DecisionSurface(Problem problem)
    {
        _data = problem.All;
        double[] x = [.. Enumerable.Range(0, _data.Rows).Select(row => _data.Row(row)[0])], y = [.. Enumerable.Range(0, _data.Rows).Select(row => _data.Row(row)[1])];
        bool isDrawn = PlaneData.Names.Contains(problem.Name);
        double half = isDrawn ? PlaneData.Extent : 0.55 * Math.Max(x.Max() - x.Min(), y.Max() - y.Min());
        (Half, CentreX, CentreY) = isDrawn ? (half, 0, 0) : (half > 0 ? half : 1, 0.5 * (x.Max() + x.Min()), 0.5 * (y.Max() + y.Min()));
    }

    public double Half { get; }

    public double CentreX { get; }

    public double CentreY { get; }

    /// <summary>Where a row stands in a picture of side 1; (0, 0) is the upper left corner.</summary>
    public (double X, double Y) Place(int row) =>
        (0.5 + ((_data.Row(row)[0] - CentreX) / (2 * Half)), 0.5 - ((_data.Row(row)[1] - CentreY) / (2 * Half)));

    /// <summary>The row that is nearest to a place of the picture.</summary>
    public int Nearest(double x, double y) => Enumerable.Range(0, _data.Rows).MinBy(row =>
    {
        (double px, double py) = Place(row);
        return ((px - x) * (px - x)) + ((py - y) * (py - y));
    });

    /// <summary>Classes: the likeliest one's colour, as strong as it is sure; values: the first output, orange below 0 and blue above.</summary>
    /// <param name="network">The network.</param>
    /// <param name="pause">What is waited for after each strip; null: nothing, and the picture is there at once.</param>
    public async Task<string> Draw(Network<float> network, Func<Task>? pause = null)
    {
        using var predictor = new Predictor<float>(network);
        int width = network.Definition.Outputs;
        double[] outputs = new double[Side * Side * width];
        float[] features = new float[2 * Side * Strip];
        for (int first = 0; first < Side * Side; first += Side * Strip)
        {
            for (int n = 0; n < Side * Strip; n++)
            {
                int pixel = first + n;
                features[2 * n] = (float)(CentreX + (Half * ((2 * ((pixel % Side) + 0.5) / Side) - 1)));
                features[(2 * n) + 1] = (float)(CentreY + (Half * (1 - (2 * ((pixel / Side) + 0.5) / Side))));
            }

            Array.ConvertAll(predictor.Predict(features), value => (double)value).CopyTo(outputs, first * width);
            await (pause?.Invoke() ?? Task.CompletedTask);
        }

        network.Definition.OutputMeaning.ToPredictions(outputs);
        byte[] pixels = new byte[Side * Side];
        bool classes = _data.Targets.AreClasses && width > 1;
        string output = network.Definition.Layers[^1].Activation.Name;
        double greatest = classes ? 0 : outputs.Max(Math.Abs);
        for (int n = 0; n < pixels.Length; n++)
        {
            pixels[n] = classes ? Class(outputs.AsSpan(n * width, width)) : Palette.SignedIndex(0.75 * (output == "sigmoid" ? (2 * outputs[n * width]) - 1 : greatest > 0 ? outputs[n * width] / greatest : 0));
        }

        return Png.DataUri(Side, pixels, classes ? Palette.Classes : Palette.Signed);
    }

    private static byte Class(ReadOnlySpan<double> y)
    {
        int best = Largest(y);
        return Palette.ClassIndex(best, Sureness(y, best));
    }

    private static int Largest(ReadOnlySpan<double> y)
    {
        int best = 0;
        for (int c = 1; c < y.Length; c++)
        {
            best = y[c] > y[best] ? c : best;
        }

        return best;
    }

    /// <summary>0 where another class is as likely, 1 where none other is.</summary>
    private static double Sureness(ReadOnlySpan<double> y, int best)
    {
        double second = double.NegativeInfinity;
        for (int c = 0; c < y.Length; c++)
        {
            second = c == best ? second : Math.Max(second, y[c]);
        }

        return Math.Clamp(0.15 + (0.85 * (y[best] - second)), 0, 1);
    }
}
