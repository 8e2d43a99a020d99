namespace Backprop.Tables.Schemas;

/// <summary>The circles on which a date has its place, each encoded as sine and cosine.</summary>
[Flags]
public enum DateParts
{
    /// <summary>None: the number of days alone.</summary>
    None = 0,

    /// <summary>The month of the year, one of 12.</summary>
    Month = 1,

    /// <summary>The day of the week, one of 7.</summary>
    Weekday = 2,

    /// <summary>The day of the year, one of 365 or 366.</summary>
    DayOfYear = 4,

    /// <summary>The time of the day.</summary>
    Hour = 8,
}
