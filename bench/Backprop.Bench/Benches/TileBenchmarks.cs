using Backprop.Bench.Engine;
using BenchmarkDotNet.Attributes;

namespace Backprop.Bench.Benches;

/// <summary>A panel of 32 columns of a matrix product, float32: whole tiles and what is left over at the edges.</summary>
public class TileBenchmarks
{
    private OurTile _tile = null!;

    /// <summary>Rows of A.</summary>
    [Params(1, 2, 4, 8, 12, 96)]
    public int Rows { get; set; }

    /// <summary>The length of the sums.</summary>
    [Params(256, 784)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Create() => _tile = OurTile.Create(Rows, Length);

    [Benchmark]
    public void Panel() => _tile.Run();
}
