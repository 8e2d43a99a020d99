internal static class Dense
{
    /// <summary>The columns of a panel of weights; the last panel has those that are left.</summary>
    private const int PanelWidth = 128 / sizeof(Real);

    /// <summary>y = b + W x, each a chain of fused multiply-adds in the order of x: lanes run across y and never across the sum.</summary>
    /// <param name="x">What the layer takes.</param>
    /// <param name="weights">Panels of columns of y; in each first b, then a row for each of x.</param>
    /// <param name="y">Written.</param>
    private static void Dense(ReadOnlySpan<Real> x, ReadOnlySpan<Real> weights, Span<Real> y)
    {
        for (int first = 0; first < y.Length; first += PanelWidth)
        {
            int width = Math.Min(PanelWidth, y.Length - first), column = 0;
            ReadOnlySpan<Real> panel = weights.Slice(first * (x.Length + 1), width * (x.Length + 1));
#if NET9_0_OR_GREATER
            ref Real w = ref MemoryMarshal.GetReference(panel);
            ref Real to = ref y[first];
            for (; column + (4 * Vector<Real>.Count) <= width; column += 4 * Vector<Real>.Count)
            {
                nuint at = (nuint)column, next = (nuint)Vector<Real>.Count;
                Vector<Real> sum0 = Vector.LoadUnsafe(ref w, at), sum1 = Vector.LoadUnsafe(ref w, at + next), sum2 = Vector.LoadUnsafe(ref w, at + (2 * next)), sum3 = Vector.LoadUnsafe(ref w, at + (3 * next));
                for (int n = 0; n < x.Length; n++)
                {
                    at += (nuint)width;
                    Vector<Real> all = Vector.Create(x[n]);
                    sum0 = Vector.FusedMultiplyAdd(all, Vector.LoadUnsafe(ref w, at), sum0);
                    sum1 = Vector.FusedMultiplyAdd(all, Vector.LoadUnsafe(ref w, at + next), sum1);
                    sum2 = Vector.FusedMultiplyAdd(all, Vector.LoadUnsafe(ref w, at + (2 * next)), sum2);
                    sum3 = Vector.FusedMultiplyAdd(all, Vector.LoadUnsafe(ref w, at + (3 * next)), sum3);
                }

                sum0.StoreUnsafe(ref to, (nuint)column);
                sum1.StoreUnsafe(ref to, (nuint)column + next);
                sum2.StoreUnsafe(ref to, (nuint)column + (2 * next));
                sum3.StoreUnsafe(ref to, (nuint)column + (3 * next));
            }

            for (; column + Vector<Real>.Count <= width; column += Vector<Real>.Count)
            {
                nuint at = (nuint)column;
                Vector<Real> sum = Vector.LoadUnsafe(ref w, at);
                for (int n = 0; n < x.Length; n++)
                {
                    at += (nuint)width;
                    sum = Vector.FusedMultiplyAdd(Vector.Create(x[n]), Vector.LoadUnsafe(ref w, at), sum);
                }

                sum.StoreUnsafe(ref to, (nuint)column);
            }
#endif
            for (; column < width; column++)
            {
                int at = column;
                Real sum = panel[at];
                for (int n = 0; n < x.Length; n++)
                {
                    at += width;
                    sum = Fma(x[n], panel[at], sum);
                }

                y[first + column] = sum;
            }
        }
    }
}
