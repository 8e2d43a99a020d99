namespace Backprop.Interchange;

/// <summary>Where two activations are compared: what they are called does not matter, what they give does.</summary>
internal static class ComparedPoints
{
    /// <summary>Up to here they lie close.</summary>
    public const double Near = 12;

    /// <summary>A file may have thousands of constants; points are of each of its formulas.</summary>
    private const int MostConstants = 256;

    /// <summary>From −12 to 12 in steps of 0.2, eight a decade to ±10³⁰, and both sides of each constant and of its negative: there a formula may bend, as min(max(x, 0), 20) does, which is no relu.</summary>
    /// <param name="constants">Those of the formulas.</param>
    public static double[] With(params IEnumerable<double> constants)
    {
        double[] far = [.. Enumerable.Range(9, 232).Select(n => Math.Pow(10, n / 8.0))], bends = [.. constants.Where(value => double.IsFinite(value) && value != 0).Select(Math.Abs).Distinct().Take(MostConstants)];
        return
        [
            .. Enumerable.Range(-60, 121).Select(n => n * 0.2), -7.77, -2.999, -1e-3, 1e-3, 0.333, 3.001,
            .. far.Concat(bends.SelectMany(bend => new[] { bend * 0.99, bend * 1.01 })).SelectMany(x => new[] { -x, x }),
        ];
    }
}
