internal static class LogSoftmax
{
    /// <summary>p − log Σ e^p in place.</summary>
    private static void LogSoftmax(Span<double> p)
    {
        double max = p[0], top = 0, rest = 0;
        for (int n = 1; n < p.Length; n++)
        {
            max = max < p[n] ? p[n] : max;
        }

        for (int n = 0; n < p.Length; n++)
        {
            double e = Exp(p[n] - max);
            rest += top < e ? top : e;
            top = top < e ? e : top;
        }

        double logSum = LogP1(rest + (top - 1)); // e⁰ of the greatest is 1
        for (int n = 0; n < p.Length; n++)
        {
            p[n] = (p[n] - max) - logSum;
        }
    }
}
