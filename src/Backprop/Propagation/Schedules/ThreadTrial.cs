using System.Diagnostics;

namespace Backprop.Propagation.Schedules;

/// <summary>
/// Whether a team is faster than one thread is found by trying, now and then: a step of some microseconds gains by two threads on two free
/// processors, and loses a hundredfold where something else holds one of them. What runs now is measured first, then the other, and a team
/// of which one step takes longer than a whole trial alone is given up at once. Where steps pause, the team falls asleep: what is measured then begins
/// anew. The bits are the same either way.
/// </summary>
internal sealed class ThreadTrial
{
    /// <summary>The steps measured each way.</summary>
    private const int Steps = 16;

    /// <summary>Steps on a team that has slept, before it is measured.</summary>
    private const int WakingSteps = 64;

    /// <summary>Trials take at most about one part in so many of the time.</summary>
    private const int Rarity = 40;

    /// <summary>Steps that are further apart than this, in ticks, find a team asleep.</summary>
    private static readonly long s_pause = Stopwatch.Frequency / 2000;

    private long _team, _alone, _spent, _next, _beforeStep, _last;
    private int _step;
    private bool _tries, _first;

    /// <summary>Whether the next step runs on one thread.</summary>
    public bool Alone { get; private set; } = true;

    /// <summary>Before a step, at a time that <see cref="Stopwatch"/> tells.</summary>
    public void Begin(long now)
    {
        if (!_tries)
        {
            if (now < _next)
            {
                return;
            }

            (_spent, _tries, _first) = (0, true, true);
            Start(0);
        }

        if (!Alone && now - _last > s_pause)
        {
            Start(-WakingSteps);
        }

        _beforeStep = _team;
    }

    /// <summary>After a phase of a step, from one time to another.</summary>
    public void Add(long begin, long end)
    {
        _last = end;
        if (_tries)
        {
            _spent += end - begin;
            _ = Alone ? _alone += end - begin : _team += end - begin;
        }
    }

    /// <summary>Before the next step.</summary>
    public void End()
    {
        if (!_tries)
        {
            return;
        }

        _step++;
        if (_step == 1 - WakingSteps)
        {
            return; // it has just been woken
        }

        if (!Alone && _alone > 0 && _team - _beforeStep > _alone)
        {
            Decide(alone: true);
        }
        else if (_step == 0)
        {
            _team = 0; // waking up does not count
        }
        else if (_step == Steps && _first)
        {
            _first = false;
            Alone = !Alone;
            Start(Alone ? 0 : -WakingSteps);
        }
        else if (_step == Steps)
        {
            Decide(alone: _alone <= _team);
        }
    }

    /// <summary>The way that is measured from here on begins at 0; the other keeps what it took.</summary>
    private void Start(int step)
    {
        _step = step;
        _ = Alone ? _alone = 0 : _team = 0;
    }

    private void Decide(bool alone)
    {
        Alone = alone;
        _next = _last + (Rarity * _spent);
        _tries = false;
    }
}
