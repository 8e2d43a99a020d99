using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Backprop.Propagation.Schedules;

/// <summary>Deals the pieces of phases to a team, or to the calling thread alone where a trial has found that faster.</summary>
internal sealed class Dealer
{
    private readonly WorkerTeam _team;
    private readonly ThreadTrial? _trial;
    private readonly WorkShares _shares;
    private readonly Action<int> _take;
    private Phase _phase = null!;

    public Dealer(WorkerTeam team, ThreadTrial? trial)
    {
        (_team, _trial, _shares) = (team, trial, new(team.Count));
        _take = Take;
    }

    /// <summary>For who has no team.</summary>
    public static Dealer WithoutTeam() => new(new(1), trial: null);

    /// <summary>The threads, the calling one included.</summary>
    public int Threads => _team.Count;

    /// <summary>Before the first phase of a step.</summary>
    public void BeginStep()
    {
        _trial?.End();
        _trial?.Begin(Stopwatch.GetTimestamp());
    }

    /// <summary>Runs a phase, and returns when all of it is done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(Phase phase, int samples, bool alone = false)
    {
        int pieces = phase.Begin(samples, alone ? 1 : _team.Count);
        long begin = _trial is null ? 0 : Stopwatch.GetTimestamp();
        Deal(phase, pieces, alone);
        _trial?.Add(begin, Stopwatch.GetTimestamp());
    }

    /// <summary>Does what is no phase of a step, and nothing that is tried: each piece once, on any thread.</summary>
    /// <param name="pieces">How many pieces.</param>
    /// <param name="isSmall">Whether one thread does them faster than several.</param>
    /// <param name="work">What a thread (the first argument) does with a piece (the second).</param>
    public void Share(int pieces, bool isSmall, Action<int, int> work) => Deal(new PiecePhase(pieces, isSmall, work), pieces, alone: false);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Deal(Phase phase, int pieces, bool alone)
    {
        if (alone || phase.IsSmall || _team.Count == 1 || _trial is { Alone: true })
        {
            for (int piece = 0; piece < pieces; piece++)
            {
                phase.Run(0, piece);
            }
        }
        else
        {
            _phase = phase;
            _shares.Deal(pieces);
            _team.Run(_take);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Take(int thread)
    {
        Phase phase = _phase;
        for (int piece = _shares.Take(thread); piece >= 0; piece = _shares.Take(thread))
        {
            phase.Run(thread, piece);
        }
    }
}
