using System.Globalization;

namespace Backprop.Interchange;

/// <summary>A tensor of another program's file.</summary>
/// <param name="Name">What it is called there.</param>
/// <param name="Shape">Row-major.</param>
/// <param name="Values">Its numbers.</param>
/// <param name="IsDouble">Whether a float may not hold them.</param>
internal sealed record ForeignTensor(string Name, IReadOnlyList<long> Shape, double[] Values, bool IsDouble)
{
    /// <summary>Columns as rows: of a kernel [In×Out] the weights [Out×In].</summary>
    public ForeignTensor Transposed()
    {
        (int rows, int columns) = ((int)Shape[0], (int)Shape[1]);
        double[] values = new double[Values.Length];
        for (int n = 0; n < values.Length; n++)
        {
            values[(n % columns * rows) + (n / columns)] = Values[n];
        }

        return this with { Shape = [columns, rows], Values = values };
    }

    /// <summary><c>[8, 4]</c>.</summary>
    public static string Text(IEnumerable<long> shape) => $"[{string.Join(", ", shape.Select(size => size.ToString(CultureInfo.InvariantCulture)))}]";
}
