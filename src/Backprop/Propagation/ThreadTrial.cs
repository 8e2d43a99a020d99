using System.Diagnostics;

namespace Backprop.Propagation;

/// <summary>
/// Whether a team is faster than one thread is found by trying, now and then: a step of some microseconds gains by two threads on two free
/// processors, and loses a hundredfold where something else holds one of them. What runs now is measured first, then the other, and a team
/// of which one step takes longer than a whole trial alone is given up at once. The bits are the same either way.
/// </summary>
internal sealed class ThreadTrial
{
    /// <summary>The steps measured each way.</summary>
    private const int Steps = 16;

    /// <summary>Steps on a team that has slept, before it is measured.</summary>
    private const int WakingSteps = 64;

    /// <summary>Trials take at most about one part in so many of the time.</summary>
    private const int Rarity = 40;

    private long _team, _alone, _begin, _next, _beforeStep;
    private int _step;
    private bool _tries, _first;

    /// <summary>Whether the next step runs on one thread.</summary>
    public bool Alone { get; private set; } = true;

    /// <summary>Before a step.</summary>
    public void Begin()
    {
        if (!_tries)
        {
            long now = Stopwatch.GetTimestamp();
            if (now < _next)
            {
                return;
            }

            (_begin, _step, _tries, _first) = (now, 0, true, true);
            Start();
        }

        _beforeStep = _team;
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

        _step++;
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
            _step = Alone ? 0 : -WakingSteps;
            Start();
        }
        else if (_step == Steps)
        {
            Decide(alone: _alone <= _team);
        }
    }

    /// <summary>The way that is measured from here on begins at 0; the other keeps what it took.</summary>
    private void Start() => _ = Alone ? _alone = 0 : _team = 0;

    private void Decide(bool alone)
    {
        long now = Stopwatch.GetTimestamp();
        Alone = alone;
        _next = now + (Rarity * (now - _begin));
        _tries = false;
    }
}
