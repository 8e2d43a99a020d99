using Backprop.Kernels;

namespace Backprop.Optimizers.Schedules;

/// <summary>½ (1 + cos πt) as cos²(πt/2), which keeps its digits where it nears 0; in lanes, for the same bits on every machine.</summary>
internal static class CosineAnnealing
{
    /// <summary>What is left after a part of the way: 1 at 0, 0 at 1.</summary>
    public static double At(double part)
    {
        double cosine = Lane<double>.Cos(new(0.5 * Math.PI * part)).Value;
        return cosine * cosine;
    }
}
