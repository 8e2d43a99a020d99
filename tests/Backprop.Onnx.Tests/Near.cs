namespace Backprop.Onnx.Tests;

internal static class Near
{
    /// <summary>The greatest |a − b| / max(|b|, scale).</summary>
    public static double Worst(IEnumerable<double> found, IEnumerable<double> expected, double scale)
    {
        (double[] a, double[] b) = ([.. found], [.. expected]);
        Assert.Equal(b.Length, a.Length);
        return a.Zip(b, (x, y) => double.IsNaN(x) || double.IsNaN(y) ? (double.IsNaN(x) && double.IsNaN(y) ? 0 : double.PositiveInfinity) : Math.Abs(x - y) / Math.Max(Math.Abs(y), scale)).DefaultIfEmpty(0).Max();
    }
}
