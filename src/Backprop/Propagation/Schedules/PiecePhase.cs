using System.Runtime.CompilerServices;

namespace Backprop.Propagation.Schedules;

/// <summary>Something is done with every piece of a whole: a tile of θ, some rows, a class.</summary>
/// <param name="pieces">How many pieces.</param>
/// <param name="isSmall">Whether one thread does it faster than several.</param>
/// <param name="work">What a thread (the first argument) does with a piece (the second).</param>
internal sealed class PiecePhase(int pieces, bool isSmall, Action<int, int> work) : Phase
{
    public override bool IsSmall => isSmall;

    public override int Begin(int samples, int threads) => pieces;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int thread, int piece) => work(thread, piece);
}
