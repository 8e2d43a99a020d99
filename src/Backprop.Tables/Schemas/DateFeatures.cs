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
            double[] places = [.. s_parts.Select(part => Turn(day, part))];
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
                double angle = 2 * Math.PI * Turn(days, part);
                cells[at++] = T.CreateTruncating(PortableFunctions.Sin(angle));
                cells[at++] = T.CreateTruncating(PortableFunctions.Cos(angle));
            }
        }
    }

    /// <summary>The place on a circle, from 0 to below 1.</summary>
    private static double Turn(double days, DateParts part)
    {
        double whole = Math.Floor(days);
        DateTime date = DateTime.UnixEpoch.AddDays(Math.Clamp(whole, -719162, 2932896)); // an offset may lead out of the calendar by a day
        return part switch
        {
            DateParts.Month => (date.Month - 1) / 12.0,
            DateParts.Weekday => (int)date.DayOfWeek / 7.0,
            DateParts.DayOfYear => (date.DayOfYear - 1) / (DateTime.IsLeapYear(date.Year) ? 366.0 : 365.0),
            _ => days - whole,
        };
    }
}
