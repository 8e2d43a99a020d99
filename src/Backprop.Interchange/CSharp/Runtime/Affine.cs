internal static class Affine
{
    /// <summary>s ∘ q + t in place: a batch norm outside training.</summary>
    private static void Affine(Span<Real> q, ReadOnlySpan<Real> s, ReadOnlySpan<Real> t)
    {
        for (int n = 0; n < q.Length; n++)
        {
            q[n] = Fma(s[n], q[n], t[n]);
        }
    }
}
