internal static class Softmax
{
    /// <summary>e^p / Σ e^p in place.</summary>
    private static void Softmax(Span<double> p)
    {
        double max = p[0], sum = 0;
        for (int n = 1; n < p.Length; n++)
        {
            max = max < p[n] ? p[n] : max;
        }

        for (int n = 0; n < p.Length; n++)
        {
            p[n] = Exp(p[n] - max);
            sum += p[n];
        }

        for (int n = 0; n < p.Length; n++)
        {
            p[n] /= sum;
        }
    }
}
