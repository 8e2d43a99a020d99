internal static class Numbers
{
    /// <summary>The features of one column of numbers.</summary>
    private static void EncodeNumber(in NumberColumn column, double number, Span<Real> x)
    {
        bool isMissing = IsMissing(number);
        if (isMissing)
        {
            number = column.Imputed;
            if (column.Flag >= 0)
            {
                x[column.Flag] = 1;
            }

            if (double.IsNaN(number))
            {
                throw Odd(column.Name, "nothing", "a number");
            }
        }

        Real feature = (Real)(((column.Low <= column.High ? Math.Clamp(number, column.Low, column.High) : number) - column.Mean) / column.Scale);
        if (!isMissing && (double.IsInfinity(number) || double.IsInfinity(feature) || double.IsNaN(feature)))
        {
            throw Odd(column.Name, number.ToString("R", CultureInfo.InvariantCulture), double.IsInfinity(number) ? "a finite number" : "a number that is not so large");
        }

        if (column.At < 0)
        {
            return;
        }

        x[column.At] = feature;
        double[] edges = column.Edges;
        for (int n = 0; n + 1 < edges.Length; n++)
        {
            x[column.At + 1 + n] = (Real)Math.Clamp((number - edges[n]) / (edges[n + 1] - edges[n]), 0, 1);
        }
    }

    /// <summary>What becomes of a number.</summary>
    private readonly struct NumberColumn
    {
        public readonly string Name;
        public readonly double Mean, Scale, Imputed, Low, High;
        public readonly int At, Flag; // among the features; −1: nowhere
        public readonly double[] Edges;

        public NumberColumn(string name, double mean, double scale, double imputed, double low, double high, int at, int flag, double[]? edges = null)
        {
            (Name, Mean, Scale, Imputed, Low, High) = (name, mean, scale, imputed, low, high);
            (At, Flag, Edges) = (at, flag, edges ?? Array.Empty<double>());
        }
    }
}
