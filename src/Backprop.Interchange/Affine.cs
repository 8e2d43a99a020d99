namespace Backprop.Interchange;

/// <summary>x → factors ∘ x + terms of what goes into a layer, which becomes part of its weights.</summary>
/// <param name="Names">The layers that it is of.</param>
/// <param name="Factors">[In].</param>
/// <param name="Terms">[In].</param>
internal sealed record Affine(string Names, double[] Factors, double[] Terms)
{
    /// <summary>γ (x − mean) / √(var + ε) + β, what a batch norm is outside training.</summary>
    public static Affine OfBatchNorm(string name, double[] gamma, double[] beta, double[] mean, double[] variance, double epsilon)
    {
        double[] factors = [.. gamma.Zip(variance, (scale, spread) => scale / Math.Sqrt(spread + epsilon))];
        return new(name, factors, [.. beta.Zip(mean.Zip(factors), (shift, other) => shift - (other.First * other.Second))]);
    }

    /// <summary>This, then another.</summary>
    public Affine Then(Affine next) => new($"{Names}, {next.Names}", [.. Factors.Zip(next.Factors, (a, b) => a * b)], [.. Terms.Zip(next.Terms.Zip(next.Factors), (term, other) => (term * other.Second) + other.First)]);

    /// <summary>W (a ∘ x + c) + b = (W diag(a)) x + (W c + b).</summary>
    /// <param name="weights">[Out×In], changed.</param>
    /// <param name="biases">[Out], changed.</param>
    public void FoldInto(double[] weights, double[] biases)
    {
        int inputs = Factors.Length;
        for (int i = 0; i < biases.Length; i++)
        {
            for (int j = 0; j < inputs; j++)
            {
                ref double weight = ref weights[(i * inputs) + j];
                biases[i] += weight * Terms[j];
                weight *= Factors[j];
            }
        }
    }
}
