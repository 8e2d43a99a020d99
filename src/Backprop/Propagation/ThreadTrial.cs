using System.Diagnostics;

namespace Backprop.Propagation;

/// <summary>
/// Whether a team is faster than one thread is found by trying, now and then: a step of some microseconds gains by two threads on two free
/// processors, and loses a hundredfold where something else holds one of them. First some steps alone, then some on the team, given up as
/// soon as they have taken longer. The bits are the same either way.
/// </summary>
internal sealed class ThreadTrial
{
    /// <summary>The steps of a trial alone, and as many on the team.</summary>
    private const int Steps = 16;

    /// <summary>Steps on the team that wake the helpers up, before the measured ones.</summary>
    private const int WakingSteps = 16;

    /// <summary>Trials take at most about one part in so many of the time.</summary>
    private const int Rarity = 40;

    private long _team, _alone, _begin, _next;
    private int _step;
    private bool _tries;

    /// <summary>Whether the next step runs on one thread.</summary>
    public bool Alone { get; private set; } = true;

    /// <summary>Before a step.</summary>
    public void Begin()
    {
        if (_tries)
        {
            return;
        }

        long now = Stopwatch.GetTimestamp();
        if (now >= _next)
        {
            (_team, _alone, _begin, _step) = (0, 0, now, 1);
            (_tries, Alone) = (true, true);
        }
    }

    /// <summary>After a phase of a step, which took so many ticks.</summary>
    public void Add(long ticks)
    {
        if (_tries)
        {
            _ = Alone ? _alone += ticks : _team += ticks;
        }
    }

    /// <summary>After a step.</summary>
    public void End()
    {
        if (!_tries)
        {
            return;
        }

        if (_step == Steps)
        {
            Alone = false;
        }
        else if (_step == Steps + WakingSteps)
        {
            _team = 0; // waking up does not count
        }

        if (_step == (2 * Steps) + WakingSteps || _team > 2 * _alone)
        {
            long now = Stopwatch.GetTimestamp();
            Alone = _alone <= _team;
            _next = now + (Rarity * (now - _begin));
            _tries = false;
        }

        _step++;
    }
}
