using System.Diagnostics;

namespace Backprop.Propagation;

/// <summary>
/// Whether a team is faster than one thread is found by trying, now and then: a step of some microseconds gains by two threads on two free
/// processors, and loses a hundredfold where something else holds one of them. The bits are the same either way.
/// </summary>
internal sealed class ThreadTrial
{
    /// <summary>The steps of a trial on the team, and as many alone.</summary>
    private const int Steps = 16;

    /// <summary>Steps before a trial that wake the helpers up.</summary>
    private const int WakingSteps = 16;

    /// <summary>Trials take at most about one part in so many of the time.</summary>
    private const int Rarity = 40;

    /// <summary>Longer steps are left to the team: waiting for a processor is a small part of them, and a trial would be a large one.</summary>
    private static readonly long s_longest = Stopwatch.Frequency / 500;

    private long _team, _alone, _begin, _next;
    private int _step;
    private bool _tries;

    /// <summary>Whether the next step runs on one thread.</summary>
    public bool Alone { get; private set; }

    /// <summary>Before a step.</summary>
    public void Begin()
    {
        long now = Stopwatch.GetTimestamp();
        if (!_tries && now >= _next)
        {
            (_team, _alone, _begin) = (0, 0, now);
            Alone = false;
            _step = 1 - WakingSteps;
            _tries = true;
        }
    }

    /// <summary>After a phase of a step, which took so many ticks.</summary>
    public void Add(long ticks)
    {
        if (_tries && _step > 0)
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

        if (_step is > 0 and <= Steps && _team > _step * s_longest)
        {
            Decide(alone: false);
        }
        else if (_step == Steps)
        {
            Alone = true;
            _step++;
        }
        else if (_step == 2 * Steps)
        {
            Decide(alone: _alone < _team);
        }
        else
        {
            _step++;
        }
    }

    private void Decide(bool alone)
    {
        long now = Stopwatch.GetTimestamp();
        Alone = alone;
        _next = now + (Rarity * (now - _begin));
        _tries = false;
    }
}
