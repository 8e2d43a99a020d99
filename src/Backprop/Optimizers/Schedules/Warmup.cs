namespace Backprop.Optimizers.Schedules;

/// <summary>From 1/(w + 1) to 1 in w equal steps, beside any schedule: PyTorch's LinearLR(start_factor=1/(w + 1), total_iters=w).</summary>
internal static class Warmup
{
    /// <summary>The factor at a step.</summary>
    /// <param name="step">Counted from 0.</param>
    /// <param name="steps">w; 0: the factor is 1 from the beginning.</param>
    public static double At(long step, long steps) => step < steps ? (step + 1.0) / (steps + 1.0) : 1;
}
