internal static class Scratch
{
    [ThreadStatic]
    private static Scratch? t_scratch;

    /// <summary>The memory of a thread, made at its first call.</summary>
    private static Scratch Memory => t_scratch ??= new Scratch();

    private sealed class Scratch
    {
        public readonly Real[] Features = new Real[FeatureCount], Input = new Real[InputWidth], Waves = new Real[WaveCount], Odd = new Real[LayerWidth], Even = new Real[LayerWidth];
        public readonly double[] Members = new double[EnsembleSize * OutputWidth], Second = new double[EnsembleSize], Y = new double[OutputWidth];
    }
}
