using Backprop.Losses;
using Backprop.Networks;
using Backprop.Pages.Runs;
using Backprop.Propagation;

namespace Backprop.Pages.Drawing;

/// <summary>What a network says all over the plane.</summary>
internal sealed class DecisionSurface(Problem problem)
{
    /// <summary>Pixels each way, and the rows of them between which a browser listens: some 5 ms for a network of two times 16.</summary>
    private const int Side = 60, Strip = 2;

    /// <summary>How strong the strongest is.</summary>
    private const double Full = 0.75;

    /// <summary>The magnitude of full colour, of targets and of outputs: the greatest target's.</summary>
    private readonly double _greatest = problem.AreClasses ? 0 : Enumerable.Range(0, problem.All.Rows).Max(row => Math.Abs(problem.All.Targets[row, 0]));

    /// <summary>Where it is.</summary>
    public PlaneSquare Square { get; } = new(problem);

    /// <summary>A row's colour, for style sheets: its class's, or as strong as its value.</summary>
    public string Colour(int row) => problem.AreClasses
        ? Palette.OfClass(problem.All.Targets.ClassIndices[row])
        : Palette.OfSigned(_greatest > 0 ? problem.All.Targets[row, 0] / _greatest : 0);

    /// <summary>Classes: the likeliest one's colour, as strong as it is sure; values: the first output, orange below 0 and blue above, in the scale of the targets.</summary>
    /// <param name="network">The network.</param>
    /// <param name="isDiscrete">Whether to draw the likeliest class, or the sign of the value, alone.</param>
    /// <param name="pause">What is waited for after each strip; null: nothing, and the picture is there at once.</param>
    public async Task<string> Draw(Network<float> network, bool isDiscrete, Func<Task>? pause = null)
    {
        using var predictor = new Predictor<float>(network);
        int width = network.Definition.Outputs, inputs = network.Definition.Inputs;
        double[] outputs = new double[Side * Side * width], point = new double[inputs];
        float[] features = new float[inputs * Side * Strip];
        for (int first = 0; first < Side * Side; first += Side * Strip)
        {
            for (int n = 0; n < Side * Strip; n++)
            {
                Square.InputsAt(first + n, Side, point);
                Array.ConvertAll(point, value => (float)value).CopyTo(features, n * inputs);
            }

            Array.ConvertAll(predictor.Predict(features), value => (double)value).CopyTo(outputs, first * width);
            await (pause?.Invoke() ?? Task.CompletedTask);
        }

        network.Definition.OutputMeaning.ToPredictions(outputs);
        byte[] pixels = new byte[Side * Side];
        bool classes = problem.AreClasses && width > 1, isProbability = network.Definition.Layers[^1].Activation.Name == "sigmoid" && problem.AreClasses;
        double greatest = problem.AreClasses ? outputs.Max(Math.Abs) : _greatest;
        for (int n = 0; n < pixels.Length; n++)
        {
            double value = outputs[n * width];
            double signed = isProbability ? (2 * value) - 1 : greatest > 0 ? Math.Clamp(value / greatest, -1, 1) : 0;
            pixels[n] = classes ? Class(outputs.AsSpan(n * width, width), isDiscrete) : Palette.SignedIndex(Full * (isDiscrete ? Math.Sign(signed) : signed));
        }

        return Png.DataUri(Side, pixels, classes ? Palette.Classes : Palette.Signed);
    }

    private static byte Class(ReadOnlySpan<double> y, bool isDiscrete)
    {
        int best = Largest(y);
        return Palette.ClassIndex(best, isDiscrete ? 1 : Sureness(y, best));
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
