namespace Backprop.Tables.Schemas;

/// <summary>Where a date stands on a circle. Models that are written as C# take this class along as it stands, so that it keeps to C# 9 and .NET Standard 2.1.</summary>
internal static class DateCircle
{
    /// <summary>The place on a circle, from 0 to below 1.</summary>
    /// <param name="days">Days since 1970-01-01.</param>
    /// <param name="part">1: month, 2: weekday, 4: day of the year, 8: time of the day.</param>
    public static double Turn(double days, int part)
    {
        double whole = Math.Floor(days);
        DateTime date = DateTime.UnixEpoch.AddDays(Math.Clamp(whole, -719162, 2932896)); // an offset may lead out of the calendar by a day
        return part switch
        {
            1 => (date.Month - 1) / 12.0,
            2 => (int)date.DayOfWeek / 7.0,
            4 => (date.DayOfYear - 1) / (DateTime.IsLeapYear(date.Year) ? 366.0 : 365.0),
            _ => days - whole,
        };
    }
}
