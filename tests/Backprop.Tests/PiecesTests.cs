using Backprop.Propagation.Schedules;

namespace Backprop.Tests;

public sealed class PiecesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void EachPieceIsDoneOnce(int threads)
    {
        int[] done = new int[100];
        Pieces.Run(done.Length, threads, piece => Interlocked.Increment(ref done[piece]));
        Assert.All(done, count => Assert.Equal(1, count));
    }

    /// <summary>A user's own activation may throw anything: it arrives as itself on any number of threads.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void WhatAPieceThrowsArrivesAsItself(int threads) =>
        Assert.Equal("seven", Assert.Throws<TimeoutException>(() => Pieces.Run(40, threads, piece => throw new TimeoutException("seven"))).Message);
}
