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

    [Fact]
    public void CompilationInTheFirstStepDecidesNothing() =>
        Assert.InRange(Run(seconds: 1.2, alone: 14, team: _ => 3000, first: 200_000).SecondsLost, 0.2, 0.3); // the first step's own time is lost in any case

    [Fact]
    public void CompilationOnTheTeamCostsItAMomentAndNotSeconds()
    {
        int n = 0;
        Assert.InRange(Run(seconds: 2, alone: 14, team: _ => ++n is > 2 and < 6 ? 3000 : 10, first: 200_000).OnTeam, 0.5, 1);
    }

    [Fact]
    public void ATeamIsLeftWhereSomethingElseTakesItsProcessor()
    {
        double busy = 0;
        Assert.InRange(Run(seconds: 2, alone: 14, team: _ => busy < 0.5 ? 10 : 3000, after: worked => busy = worked).SecondsLost, 0, 0.1);
    }

    [Fact]
    public void ATeamThatWaitsNowAndThenIsLeft() // a step now and then takes a time slice, which no median tells; alone all the time 0.57 s are lost to a team that never waits, with it 4
    {
        long n = 0;
        Assert.InRange(Run(seconds: 2, alone: 14, team: _ => ++n % 100 == 0 ? 3000 : 10).SecondsLost, 0, 0.7);
    }

    [Fact]
    public void AFreeProcessorIsFoundAgain()
    {
        double worked = 0;
        Assert.InRange(Run(seconds: 12, alone: 14, team: _ => worked < 2 ? 3000 : 10, after: now => worked = now).OnTeam, 0.5, 1);
    }

    [Fact]
    public void ATimeSliceLostNowAndThenDoesNotLoseTheTeam()
    {
        long n = 0;
        Assert.InRange(Run(seconds: 5, alone: 14, team: _ => ++n % 20_000 == 0 ? 3000 : 10).OnTeam, 0.9, 1);
    }

    [Fact]
    public void StepsOfMillisecondsAreLeftToo()
    {
        double worked = 0;
        Assert.InRange(Run(seconds: 10, alone: 1200, team: _ => worked < 3 ? 700 : 9000, after: now => worked = now).SecondsLost, 0, 1.2);
    }

    [Fact]
    public void NothingIsTriedBeforeTheTime()
    {
        Assert.Equal(0, Run(seconds: 0.0049, alone: 14, team: _ => 10, rest: 0.005).OnTeam);
        Assert.InRange(Run(seconds: 1, alone: 14, team: _ => 10, rest: 0.005).OnTeam, 0.95, 1);
    }

    [Fact]
    public void InACrowdNothingIsTriedAndATeamIsLeft()
    {
        double worked = 0;
        Assert.Equal(0, Run(seconds: 1, alone: 14, team: _ => 10, isCrowded: () => true).OnTeam);
        Assert.InRange(Run(seconds: 2, alone: 14, team: _ => 10, after: now => worked = now, rest: 0.005, isCrowded: () => worked is > 0.5 and < 1.5).OnTeam, 0.45, 0.6);
    }

    /// <param name="seconds">How long steps are made.</param>
    /// <param name="alone">The µs of a step on one thread.</param>
    /// <param name="team">The µs of one on the team, which has slept or not.</param>
    /// <param name="pauseEvery">After so many seconds of steps …</param>
    /// <param name="pause">… nothing happens for so many.</param>
    /// <param name="first">The µs that the first step takes longer.</param>
    /// <param name="after">Is told how long steps have been made.</param>
    /// <param name="rest">The seconds before the first trial.</param>
    /// <param name="isCrowded">Whether others take all processors.</param>
    private static (double OnTeam, double SecondsLost) Run(double seconds, double alone, Func<bool, double> team, double pauseEvery = 1e9, double pause = 0, double first = 0, Action<double>? after = null, double rest = 0, Func<bool>? isCrowded = null)
    {
        var trial = new ThreadTrial(Ticks(rest), isCrowded);
        double now = 1, worked = 0, sincePause = 0, lost = 0;
        bool asleep = true;
        long steps = 0, onTeam = 0;
        for (; worked < seconds; steps++)
        {
            trial.End();
            trial.Begin(Ticks(now));
            double took = 1e-6 * ((trial.Alone ? alone : team(asleep)) + (steps == 0 ? first : 0));
            lost += took - (1e-6 * Math.Min(alone, team(false)));
            if (!trial.Alone)
            {
                onTeam++;
                asleep = false;
            }

            trial.Add(Ticks(now), Ticks(now + took));
            (now, worked, sincePause) = (now + took, worked + took, sincePause + took);
            after?.Invoke(worked);
            if (sincePause > pauseEvery)
            {
                (now, sincePause, asleep) = (now + pause, 0, true);
            }
        }

        return (onTeam / (double)steps, lost);
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);
}
