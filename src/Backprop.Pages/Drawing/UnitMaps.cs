using Backprop.Derivations;
using Backprop.Networks;

namespace Backprop.Pages.Drawing;

/// <summary>What every unit of a network makes of the plane.</summary>
internal sealed class UnitMaps
{
    /// <summary>Points between which a browser listens.</summary>
    private const int Strip = 20;

    private readonly int _side;
    private readonly double[][][] _values; // of a layer, of a unit, of a pixel
    private readonly Dictionary<(int Layer, int Unit, bool IsDiscrete), string> _pictures = []; // the page is drawn more often than they change

    private UnitMaps(int side, double[][][] values) => (_side, _values) = (side, values);

    /// <summary>Takes every point of a square through the network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="square">The square.</param>
    /// <param name="side">Points each way.</param>
    /// <param name="pause">What is waited for after some points; null: nothing.</param>
    public static async Task<UnitMaps> Of(Network<double> network, PlaneSquare square, int side, Func<Task>? pause = null)
    {
        NetworkDefinition definition = network.Definition;
        int[] widths = [definition.Inputs, .. definition.Layers.Select(layer => layer.Units)];
        double[][][] values = [.. widths.Select(width => Enumerable.Range(0, width).Select(_ => new double[side * side]).ToArray())];
        var trace = new RowTrace(network);
        double[] inputs = new double[definition.Inputs], targets = new double[definition.TargetCount];
        for (int pixel = 0; pixel < side * side; pixel++)
        {
            square.InputsAt(pixel, side, inputs);
            trace.Run(inputs, targets);
            double[][] activations = trace.Activations;
            for (int layer = 0; layer < widths.Length; layer++)
            {
                for (int unit = 0; unit < widths[layer]; unit++)
                {
                    values[layer][unit][pixel] = activations[layer][unit];
                }
            }

            if (pause is not null && pixel % Strip == Strip - 1)
            {
                await pause();
            }
        }

        return new(side, values);
    }

    /// <summary>The activations of a unit, row by row from the upper left.</summary>
    /// <param name="layer">Counted from 1; 0: the inputs.</param>
    /// <param name="unit">Counted from 0.</param>
    public IReadOnlyList<double> Values(int layer, int unit) => _values[layer][unit];

    /// <summary>Whether there is such a unit.</summary>
    public bool Has(int layer, int unit) => layer < _values.Length && unit < _values[layer].Length;

    /// <summary>The greatest magnitude of a unit, which is in full colour.</summary>
    public double Greatest(int layer, int unit) => _values[layer][unit].Max(Math.Abs);

    /// <summary>A unit's picture: orange below 0, blue above, each unit in its own scale.</summary>
    /// <param name="layer">Counted from 1; 0: the inputs.</param>
    /// <param name="unit">Counted from 0.</param>
    /// <param name="isDiscrete">Whether the sign alone is drawn.</param>
    public string Picture(int layer, int unit, bool isDiscrete) =>
        _pictures.TryGetValue((layer, unit, isDiscrete), out string? known) ? known : _pictures[(layer, unit, isDiscrete)] = Draw(layer, unit, isDiscrete);

    /// <summary>Makes all the pictures, before they are asked for.</summary>
    /// <param name="isDiscrete">Whether the sign alone is drawn.</param>
    /// <param name="pause">What is waited for after each; null: nothing.</param>
    public async Task Draw(bool isDiscrete, Func<Task>? pause = null)
    {
        for (int layer = 0; layer < _values.Length; layer++)
        {
            for (int unit = 0; unit < _values[layer].Length; unit++)
            {
                Picture(layer, unit, isDiscrete);
                await (pause?.Invoke() ?? Task.CompletedTask);
            }
        }
    }

    private string Draw(int layer, int unit, bool isDiscrete)
    {
        double greatest = Greatest(layer, unit);
        return Png.DataUri(_side, Array.ConvertAll(_values[layer][unit], value => Palette.SignedIndex(isDiscrete ? 0.75 * Math.Sign(value) : greatest > 0 ? value / greatest : 0)), Palette.Signed);
    }
}
