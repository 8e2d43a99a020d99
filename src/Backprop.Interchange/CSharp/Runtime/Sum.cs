internal static class Sum
{
    /// <summary>What came into a residual layer is added to what it made.</summary>
    private static void Add(ReadOnlySpan<Real> before, Span<Real> x)
    {
        for (int n = 0; n < x.Length; n++)
        {
            x[n] = (Real)(before[n] + x[n]);
        }
    }
}
