using System.Numerics;
using Backprop.Kernels;

namespace Backprop.Tables.Schemas;

/// <summary>A date as numbers: its days, and sine and cosine of where it stands on each circle, with the library's own sine, so that the bits are the same everywhere.</summary>
internal static class DateFeatures
{
    private static readonly DateParts[] s_parts = [DateParts.Month, DateParts.Weekday, DateParts.DayOfYear, DateParts.Hour];

    /// <summary>The circles on which some days have more than one place.</summary>
    public static DateParts Varying(IEnumerable<double> days)
    {
        DateParts varying = DateParts.None;
        double[]? first = null;
        foreach (double day in days)
        {
            double[] places = [.. s_parts.Select(part => DateCircle.Turn(day, (int)part))];
            first ??= places;
            for (int n = 0; n < s_parts.Length; n++)
            {
                varying |= places[n] != first[n] ? s_parts[n] : DateParts.None;
            }
        }

        return varying;
    }

    /// <summary>Writes what follows the days: sine and cosine of each circle.</summary>
    public static void WriteParts<T>(double days, DateParts parts, Span<T> cells) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int at = 0;
        foreach (DateParts part in s_parts)
        {
            if (parts.HasFlag(part))
            {
                double angle = 2 * Math.PI * DateCircle.Turn(days, (int)part);
                cells[at++] = T.CreateTruncating(PortableFunctions.Sin(angle));
                cells[at++] = T.CreateTruncating(PortableFunctions.Cos(angle));
            }
        }
    }
}
