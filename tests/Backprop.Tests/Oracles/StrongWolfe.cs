namespace Backprop.Tests.Oracles;

/// <summary>PyTorch's line search, read off torch/optim/lbfgs.py line by line: a bracket is two points in no order.</summary>
internal static class StrongWolfe
{
    /// <summary>The step along a line.</summary>
    /// <param name="line">The value and the slope at t.</param>
    /// <param name="t">The first step.</param>
    /// <param name="longest">The greatest number of the direction.</param>
    public static double Search(Func<double, (double Value, double Slope)> line, double t, double longest)
    {
        const double C1 = 1e-4, C2 = 0.9, ToleranceChange = 1e-9;
        const int Most = 25;
        (double f, double slope) = line(0);
        (double before, double fBefore, double slopeBefore) = (0, f, slope);
        (double fNew, double slopeNew) = line(t);
        double[] at = [t], value = [fNew], slopes = [slopeNew];
        bool isDone = false;
        int looks = 0;
        while (looks < Most)
        {
            bool isTooHigh = fNew > f + (C1 * t * slope) || (looks > 1 && fNew >= fBefore);
            isDone = !isTooHigh && Math.Abs(slopeNew) <= -C2 * slope;
            at = isDone ? [t] : [before, t];
            value = isDone ? [fNew] : [fBefore, fNew];
            slopes = isDone ? [slopeNew] : [slopeBefore, slopeNew];
            if (isDone || isTooHigh || slopeNew >= 0)
            {
                break;
            }

            double least = t + (0.01 * (t - before)), most = t * 10, next = Cubic((before, fBefore, slopeBefore), (t, fNew, slopeNew), least, most);
            (before, fBefore, slopeBefore) = (t, fNew, slopeNew);
            t = next;
            (fNew, slopeNew) = line(t);
            looks++;
        }

        if (looks == Most)
        {
            (at, value, slopes) = ([0, t], [f, fNew], [slope, slopeNew]);
        }

        bool isSlow = false;
        int low = value[0] <= value[^1] ? 0 : 1;
        while (!isDone && looks < Most && !(Math.Abs(at[1] - at[0]) * longest < ToleranceChange))
        {
            (double least, double most) = (at.Min(), at.Max());
            t = Cubic((at[0], value[0], slopes[0]), (at[1], value[1], slopes[1]), least, most);
            double margin = 0.1 * (most - least);
            if (Math.Min(most - t, t - least) >= margin)
            {
                isSlow = false;
            }
            else if (isSlow || t >= most || t <= least)
            {
                t = Math.Abs(t - most) < Math.Abs(t - least) ? most - margin : least + margin;
                isSlow = false;
            }
            else
            {
                isSlow = true;
            }

            (fNew, slopeNew) = line(t);
            looks++;
            int high = 1 - low;
            if (fNew > f + (C1 * t * slope) || fNew >= value[low])
            {
                (at[high], value[high], slopes[high]) = (t, fNew, slopeNew);
                low = value[0] <= value[1] ? 0 : 1;
                continue;
            }

            isDone = Math.Abs(slopeNew) <= -C2 * slope;
            if (!isDone && slopeNew * (at[high] - at[low]) >= 0)
            {
                (at[high], value[high], slopes[high]) = (at[low], value[low], slopes[low]);
            }

            (at[low], value[low], slopes[low]) = (t, fNew, slopeNew);
        }

        return at.Length == 1 ? at[0] : at[low];
    }

    private static double Cubic((double X, double F, double G) one, (double X, double F, double G) two, double least, double most)
    {
        double d1 = one.G + two.G - (3 * (one.F - two.F) / (one.X - two.X)), square = (d1 * d1) - (one.G * two.G);
        if (square < 0)
        {
            return (least + most) / 2;
        }

        double d2 = Math.Sqrt(square);
        double at = one.X <= two.X
            ? two.X - ((two.X - one.X) * ((two.G + d2 - d1) / (two.G - one.G + (2 * d2))))
            : one.X - ((one.X - two.X) * ((one.G + d2 - d1) / (one.G - two.G + (2 * d2))));
        return Math.Min(Math.Max(at, least), most);
    }
}
