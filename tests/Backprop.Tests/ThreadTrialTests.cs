using System.Diagnostics;
using Backprop.Propagation.Schedules;

namespace Backprop.Tests;

/// <summary>Whether a team or one thread is chosen, on a clock of the test's own.</summary>
public class ThreadTrialTests
{
    [Fact]
    public void AFasterTeamIsFound() => Assert.InRange(Run(seconds: 1, alone: 14, team: _ => 10).OnTeam, 0.95, 1);

    [Fact]
    public void AWaitingTeamIsGivenUp() => Assert.InRange(Run(seconds: 1, alone: 14, team: _ => 4000).SecondsLost, 0, 0.1);

    [Fact]
    public void ATeamThatIsNoFasterCostsLittle() => Assert.InRange(Run(seconds: 1, alone: 14, team: _ => 20).SecondsLost, 0, 0.05);

    [Fact]
    public void PausesDoNotLoseTheTeam() => // it falls asleep, also while it is tried: the first step after a pause takes long
        Assert.InRange(Run(seconds: 10, alone: 14, team: slept => slept ? 400 : 10, pauseEvery: 0.0071, pause: 0.05).OnTeam, 0.9, 1);

    /// <param name="seconds">How long steps are made.</param>
    /// <param name="alone">The µs of a step on one thread.</param>
    /// <param name="team">The µs of one on the team, which has slept or not.</param>
    /// <param name="pauseEvery">After so many seconds of steps …</param>
    /// <param name="pause">… nothing happens for so many.</param>
    private static (double OnTeam, double SecondsLost) Run(double seconds, double alone, Func<bool, double> team, double pauseEvery = 1e9, double pause = 0)
    {
        var trial = new ThreadTrial();
        double now = 1, worked = 0, sincePause = 0, lost = 0;
        bool asleep = true;
        long steps = 0, onTeam = 0;
        for (; worked < seconds; steps++)
        {
            trial.End();
            trial.Begin(Ticks(now));
            double took = 1e-6 * (trial.Alone ? alone : team(asleep));
            lost += took - (1e-6 * Math.Min(alone, team(false)));
            if (!trial.Alone)
            {
                onTeam++;
                asleep = false;
            }

            trial.Add(Ticks(now), Ticks(now + took));
            (now, worked, sincePause) = (now + took, worked + took, sincePause + took);
            if (sincePause > pauseEvery)
            {
                (now, sincePause, asleep) = (now + pause, 0, true);
            }
        }

        return (onTeam / (double)steps, lost);
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);
}
