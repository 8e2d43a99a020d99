internal static class Booleans
{
    /// <summary>1 or −1; where the cell is missing 0, and the flag.</summary>
    private static void EncodeBoolean(bool? cell, int at, int flag, Span<Real> x)
    {
        if (cell is bool value)
        {
            x[at] = value ? 1 : -1;
        }
        else if (flag >= 0)
        {
            x[flag] = 1;
        }
    }
}
