using Backprop.Bench.Measuring;

namespace Backprop.Bench.Reporting;

/// <summary>Numbers as the tables have them.</summary>
internal static class Show
{
    /// <summary>Three digits that count, and no exponent.</summary>
    public static string Number(double value) => value switch
    {
        _ when !double.IsFinite(value) => "–",
        >= 100 => value.ToString("N0"),
        >= 10 => value.ToString("0.0"),
        >= 1 => value.ToString("0.00"),
        _ => value.ToString("0.000"),
    };

    public static string Ratio(double value) => $"{Number(value)}×";

    public static string Percent(double share) => $"{100 * share:0.0} %";

    public static string Median(Timing timing) => Number(timing.Median);

    public static string MedianAndThreads(Timing timing) => $"{Number(timing.Median)} ({timing.Threads})";

    public static string Range(Timing timing) => $"{Number(timing.Min)}–{Number(timing.Max)}";

    public static string Range((double Ratio, double Min, double Max) ratio) => $"{Number(ratio.Min)}–{Number(ratio.Max)}";
}
