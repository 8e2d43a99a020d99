internal static class LayerNorm
{
    /// <summary>γ ∘ (q − mean) / √(var + ε) + β in place.</summary>
    private static void LayerNorm(Span<Real> q, ReadOnlySpan<Real> gamma, ReadOnlySpan<Real> beta, Real epsilon)
    {
        Real sum = 0, squares = 0;
        for (int n = 0; n < q.Length; n++)
        {
            sum = (Real)(sum + q[n]);
        }

        Real mean = (Real)(sum / (Real)q.Length);
        for (int n = 0; n < q.Length; n++)
        {
            q[n] = (Real)(q[n] - mean);
            squares = Fma(q[n], q[n], squares);
        }

        Real variance = (Real)(squares / (Real)q.Length), scale = (Real)(1 / Sqrt((Real)(variance + epsilon)));
        for (int n = 0; n < q.Length; n++)
        {
            q[n] = Fma(gamma[n], (Real)(q[n] * scale), beta[n]);
        }
    }
}
