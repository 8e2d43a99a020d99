using System.Diagnostics;

namespace Backprop.Propagation.Schedules;

/// <summary>
/// Whether a team is faster than one thread is found by trying, now and then, and left at the first sign of waiting: a step of some microseconds
/// gains by two threads on two free processors, and loses a hundredfold where something else holds one of them. One thread is measured first, then the
/// team; medians are compared, so that neither compilation in the first step nor a time slice lost in another decides, and a team that is no faster is not
/// taken. A team that runs is watched: where steps take as long as several alone, or a while of them longer than as many alone, it is left, and tried again
/// later, the later the more often that happened. Where steps pause, the team falls asleep: what is measured then begins anew. The bits are the same either way.
/// </summary>
/// <param name="rest">How long after the first step the first trial is, in ticks: who is done before it has started no thread.</param>
/// <param name="isCrowded">Whether all processors are taken by others like this: then nothing is tried, and a team is left; null: never.</param>
internal sealed class ThreadTrial(long rest = 0, Func<bool>? isCrowded = null)
{
    /// <summary>The steps measured each way.</summary>
    private const int Steps = 15;

    /// <summary>Steps on a team that has slept, before it is measured.</summary>
    private const int WakingSteps = 64;

    /// <summary>So many of these may take as long as they like.</summary>
    private const int WakingUp = 2;

    /// <summary>Trials take at most about one part in so many of the time.</summary>
    private const int Rarity = 40;

    /// <summary>A team must take less than this part of the time of one thread.</summary>
    private const double Worth = 0.95;

    /// <summary>A step of so many times the time alone has waited for a processor; so many of those in so many steps are a sign.</summary>
    private const int Waited = 3, Waits = 3, Recently = 16;

    /// <summary>After so many disappointments in a row, the time to the next trial grows no more.</summary>
    private const int MostDoublings = 5;

    /// <summary>Steps that are further apart than this, in ticks, find a team asleep.</summary>
    private static readonly long s_pause = Stopwatch.Frequency / 2000;

    /// <summary>How long a team runs before its mean is looked at, and the longest time to the next trial, in ticks.</summary>
    private static readonly long s_while = Stopwatch.Frequency / 50, s_longest = 3 * Stopwatch.Frequency;

    private readonly long[] _took = new long[Steps];
    private Stage _stage = Stage.Settled;
    private long _alone, _spent, _next, _last, _step, _watched;
    private int _count, _watchedSteps, _waits, _sinceWait, _disappointments;
    private bool _slept, _begun;

    private enum Stage
    {
        Settled,
        MeasuresAlone,
        WakesTeam,
        MeasuresTeam,
    }

    /// <summary>Whether the next step runs on one thread.</summary>
    public bool Alone { get; private set; } = true;

    /// <summary>Before a step, at a time that <see cref="Stopwatch"/> tells.</summary>
    public void Begin(long now)
    {
        _step = 0;
        _slept = now - _last > s_pause;
        (_next, _begun) = (_begun ? _next : now + rest, true);
        if (_stage == Stage.Settled && (!Alone || now >= _next) && isCrowded?.Invoke() == true)
        {
            (Alone, _next) = (true, now + rest);
        }
        else if (_stage == Stage.Settled && now >= _next)
        {
            _spent = 0;
            Enter(Stage.MeasuresAlone);
        }
        else if (_slept && _stage == Stage.MeasuresTeam)
        {
            Enter(Stage.WakesTeam);
        }
    }

    /// <summary>After a phase of a step, from one time to another.</summary>
    public void Add(long begin, long end)
    {
        _last = end;
        _step += end - begin;
    }

    /// <summary>Before the next step.</summary>
    public void End()
    {
        if (_step == 0)
        {
            return;
        }

        _spent += _step;
        switch (_stage)
        {
            case Stage.Settled when !Alone && !_slept:
                Watch();
                break;
            case Stage.MeasuresAlone when HasMeasured():
                _alone = Median();
                _spent = 0; // steps on one thread cost nothing, the first with its compilation least of all
                Enter(Stage.WakesTeam);
                break;
            case Stage.WakesTeam or Stage.MeasuresTeam when HasWaited():
                Settle(alone: true, isDisappointed: true);
                break;
            case Stage.WakesTeam when ++_count == WakingSteps:
                Enter(Stage.MeasuresTeam);
                break;
            case Stage.MeasuresTeam when HasMeasured():
                bool isFaster = Median() < Worth * _alone;
                Settle(!isFaster, isDisappointed: false);
                break;
        }
    }

    private void Enter(Stage stage) => (_stage, _count, _waits, Alone) = (stage, 0, 0, stage == Stage.MeasuresAlone);

    /// <summary>Whether a team that is tried waits: one step takes longer than all that was measured alone, or some several times as long. The steps that wake it do not count.</summary>
    private bool HasWaited()
    {
        if (_slept || (_stage == Stage.WakesTeam && _count < WakingUp))
        {
            return false;
        }

        _waits += _step > Waited * _alone ? 1 : 0;
        return _waits > Waits || _step > Steps * _alone;
    }

    private bool HasMeasured()
    {
        _took[_count++] = _step;
        return _count == Steps;
    }

    private long Median()
    {
        _took.AsSpan().Sort();
        return Math.Max(1, _took[Steps / 2]);
    }

    /// <summary>Looks at a team that runs.</summary>
    private void Watch()
    {
        _watched += _step;
        _watchedSteps++;
        if (++_sinceWait > Recently)
        {
            _waits = 0;
        }

        if (_step > Waited * _alone)
        {
            (_waits, _sinceWait) = (_waits + 1, 0);
        }

        bool isSlower = _watched > _watchedSteps * _alone;
        if (_waits >= Waits && isSlower)
        {
            Leave();
        }
        else if (_watched > s_while && _watchedSteps >= Recently)
        {
            if (isSlower)
            {
                Leave();
                return;
            }

            (_watched, _watchedSteps, _disappointments) = (0, 0, 0);
        }
    }

    private void Leave()
    {
        _spent = _watched - (_watchedSteps * _alone); // what it has cost
        Settle(alone: true, isDisappointed: true);
    }

    private void Settle(bool alone, bool isDisappointed)
    {
        Enter(Stage.Settled);
        Alone = alone;
        long wait = (long)Rarity * _spent;
        _next = _last + Math.Min(alone ? wait << _disappointments : wait, s_longest);
        _disappointments = isDisappointed ? Math.Min(_disappointments + 1, MostDoublings) : _disappointments;
        (_watched, _watchedSteps, _waits, _sinceWait) = (0, 0, 0, 0);
    }
}
