namespace Backprop.Inputs;

/// <summary>A periodic embedding of each number: e = A cos(2π(ω v + φ)) + a (Gorishniy, Rubachev and Babenko 2022).</summary>
/// <param name="Frequencies">The entries of ω and φ for each number.</param>
/// <param name="Size">The entries of e.</param>
/// <param name="Sigma">The deviation that ω is drawn with.</param>
public sealed record PeriodicEmbedding(int Frequencies, int Size, double Sigma = 0.1);
