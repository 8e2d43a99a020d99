namespace Backprop.Inputs;

/// <summary>An embedding of category codes 0 … <paramref name="Categories"/> − 1 in <paramref name="Size"/> learned numbers each.</summary>
/// <param name="Categories">How many codes there are.</param>
/// <param name="Size">The numbers of each.</param>
public sealed record CodeEmbedding(int Categories, int Size);
