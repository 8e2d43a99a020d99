using System.Runtime.CompilerServices;

namespace Backprop.Propagation.Schedules;

/// <summary>Something is done with every tile of θ.</summary>
/// <param name="tiles">How many tiles.</param>
/// <param name="isSmall">Whether one thread does it faster than several.</param>
/// <param name="work">What a thread (the first argument) does with a tile (the second).</param>
internal sealed class TilePhase(int tiles, bool isSmall, Action<int, int> work) : Phase
{
    public override bool IsSmall => isSmall;

    public override int Begin(int samples, int threads) => tiles;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int thread, int piece) => work(thread, piece);
}
