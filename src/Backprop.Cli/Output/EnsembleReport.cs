using System.Diagnostics;
using Backprop.Training;

namespace Backprop.Cli.Output;

/// <summary>What a person sees of several networks in training: a live line on a terminal, else a line for each that is done; the figures of all at the end. Any thread may call it.</summary>
internal sealed class EnsembleReport : IRunReport
{
    private readonly int _epochs;
    private readonly bool _quiet;
    private readonly string? _keptBy;
    private readonly List<EpochResult>[] _history;
    private readonly double[] _done; // epochs of each, those of one that has ended all
    private readonly double _begun; // how far the run was
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Lock _gate = new();
    private readonly EpochLog? _log;
    private readonly bool[] _saidInfinite;
    private double _lastShown = -1;
    private readonly string?[] _ends; // what is said of each, in their order whichever is done first
    private int _ended, _told;
    private bool _live;

    /// <param name="epochs">All epochs of a network.</param>
    /// <param name="quiet">Whether only what is wrong is said.</param>
    /// <param name="log">The log file, or null.</param>
    /// <param name="keptBy">The figure of the validation rows that is watched; null: there are none.</param>
    /// <param name="before">The epochs that each network of a resumed run has behind it.</param>
    /// <exception cref="DataException">The log cannot be written.</exception>
    public EnsembleReport(int epochs, bool quiet, string? log, string? keptBy, IReadOnlyList<IReadOnlyList<EpochResult>> before)
    {
        (_epochs, _quiet, _keptBy) = (epochs, quiet, keptBy);
        _history = [.. before.Select(epochs => epochs.ToList())];
        _done = [.. before.Select(epochs => (double)epochs.Count)];
        _begun = _done.Sum() / Math.Max(1, (double)epochs * _done.Length);
        _saidInfinite = new bool[before.Count];
        _ends = new string?[before.Count];
        _log = log is null ? null : new(log, keptBy, All(), End);
    }

    public bool IsLive => !_quiet && Terminal.Animates;

    public IReadOnlyList<IReadOnlyList<EpochResult>> Histories => _history;

    public string? Unsaved => _log?.Unsaved;

    public void Begin(string what)
    {
        if (!_quiet)
        {
            Terminal.Say(what);
        }
    }

    public void Show(int member, StepProgress step)
    {
        lock (_gate)
        {
            _done[member] = step.Epoch - 1 + ((double)step.Batch / step.Batches);
            if (_clock.Elapsed.TotalSeconds - _lastShown < 0.1)
            {
                return;
            }

            _lastShown = _clock.Elapsed.TotalSeconds;
            double all = (double)_epochs * _done.Length, sum = _done.Sum(), part = sum / all;
            Terminal.DrawLine(part, (0, $"{_ended} of {_done.Length} networks"), (2, $"epoch {sum:F0}/{all:F0} of all"), (1, LiveLine.Left(_begun, part, _lastShown)));
            _live = true;
        }
    }

    public void Add(int member, EpochResult epoch)
    {
        lock (_gate)
        {
            WarnOfInfinity(member, epoch);
            _history[member].Add(epoch with { Validation = epoch.Validation is { } full ? full with { Confusion = null, WeightedConfusion = null, PerClass = null } : null });
            _done[member] = epoch.Epoch;
            _log?.Add(member + 1, epoch);
        }
    }

    public void Rewind(int member, int epochs)
    {
        lock (_gate)
        {
            _history[member].RemoveRange(epochs, _history[member].Count - epochs);
            _log?.Rewrite(All());
        }
    }

    /// <summary>A network is done.</summary>
    public void Ended(int member, MemberResult result)
    {
        lock (_gate)
        {
            _ended++;
            _done[member] = _epochs;
            if (_quiet)
            {
                return;
            }

            string how = result switch
            {
                { Divergence: not null } => "diverged",
                { Kept: null } => "stopped before an epoch was finished",
                { Kept: { } kept } => $"epoch {kept.Epoch} of {_history[member].Count} kept, loss {kept.Loss:G5}{(kept.Validation is { } v ? $"  validation loss {v.Loss:G5}{(v.Metrics.Count > 0 ? $"  {v.Metrics[0].Key} {v.Metrics[0].Value:G4}" : "")}" : "")}",
            };
            _ends[member] = $"network {member + 1,2} of {_done.Length}: {how}";
            for (; _told < _ends.Length && _ends[_told] is { } line; _told++)
            {
                EndLine();
                Terminal.Say(line);
            }
        }
    }

    public void End()
    {
        lock (_gate)
        {
            EndLine();
        }
    }

    public void Summary(TrainingResult result, string output)
    {
        if (_quiet)
        {
            return;
        }

        if (result.Kept is { } kept)
        {
            Terminal.Show(FigureTable.Of($"{result.Members} networks", kept, [("training loss", $"{kept.Loss:G5}")], result));
        }

        Terminal.Say($"{FigureTable.Why(result)}Model: {output}");
    }

    public void Dispose() => _log?.Dispose();

    private void EndLine()
    {
        if (_live)
        {
            Terminal.ClearLine();
            _live = false;
        }
    }

    private IEnumerable<(int? Member, EpochResult Epoch)> All() => _history.SelectMany((epochs, member) => epochs.Select(epoch => ((int?)member + 1, epoch)));

    /// <summary>Said with --quiet too: what is kept depends on it.</summary>
    private void WarnOfInfinity(int member, EpochResult epoch)
    {
        if (epoch.Validation is { } validation && !_saidInfinite[member] && !double.IsFinite(_keptBy is null or "loss" ? validation.Loss : validation[_keptBy]))
        {
            _saidInfinite[member] = true;
            EndLine();
            Terminal.Warn($"network {member + 1}, epoch {epoch.Epoch}: the validation rows have no finite {_keptBy ?? "loss"}; such an epoch is never the best");
        }
    }
}
