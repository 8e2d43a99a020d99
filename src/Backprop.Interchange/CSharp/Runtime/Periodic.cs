internal static class Periodic
{
    /// <summary>A cos(2π(ω v + φ)) + a of each number v.</summary>
    /// <param name="v">The numbers.</param>
    /// <param name="w">ω and φ of all, then a and A of each.</param>
    /// <param name="waves">Room for the cosines of a number.</param>
    /// <param name="size">The entries of a.</param>
    /// <param name="x">Written, [Numbers×Size].</param>
    private static void Periodic(ReadOnlySpan<Real> v, ReadOnlySpan<Real> w, Span<Real> waves, int size, Span<Real> x)
    {
        int count = waves.Length, all = v.Length * count;
        for (int n = 0; n < v.Length; n++)
        {
            for (int q = 0; q < count; q++)
            {
                waves[q] = Cos((Real)((Real)(2 * Math.PI) * Fma(w[(n * count) + q], v[n], w[all + (n * count) + q])));
            }

            Dense(waves, w.Slice((2 * all) + (n * size * (count + 1)), size * (count + 1)), x.Slice(n * size, size));
        }
    }
}
