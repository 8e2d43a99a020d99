using System.Diagnostics;
using Backprop.Training;

namespace Backprop.Cli.Output;

/// <summary>What a person sees of training: a live line on a terminal, a line for some epochs off it, the loss curve at the end; and the log file.</summary>
internal sealed class TrainingReport : IRunReport
{
    /// <summary>A loss of so many times the least so far is a spike.</summary>
    private const double SpikeFactor = 3;

    private readonly int _epochs;
    private readonly bool _quiet;
    private readonly string? _keptBy;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly EpochLog? _log;
    private readonly double _begun; // how far the run was
    private double _least = double.PositiveInfinity;
    private bool _live, _saidInfinite, _spiked;
    private string _after = "";

    /// <param name="epochs">All epochs.</param>
    /// <param name="quiet">Whether only what is wrong is said.</param>
    /// <param name="log">The log file, or null.</param>
    /// <param name="keptBy">The figure of the validation rows that is watched; null: there are none.</param>
    /// <param name="before">The epochs that a resumed run has behind it: the log says them, and nothing that came after them.</param>
    /// <exception cref="DataException">The log cannot be written.</exception>
    public TrainingReport(int epochs, bool quiet, string? log, string? keptBy, IReadOnlyList<EpochResult> before)
    {
        (_epochs, _quiet, _keptBy) = (epochs, quiet, keptBy);
        History.AddRange(before);
        _begun = (double)before.Count / Math.Max(1, epochs);
        _log = log is null ? null : new(log, keptBy, All(), End);
    }

    /// <summary>Whether steps are shown as they come.</summary>
    public bool IsLive => !_quiet && Terminal.Animates;

    /// <summary>Why the log is not whole; null: it is.</summary>
    public string? Unsaved => _log?.Unsaved;

    public List<EpochResult> History { get; } = [];

    public IReadOnlyList<IReadOnlyList<EpochResult>> Histories => [History];

    public void Begin(string what)
    {
        if (!_quiet)
        {
            Terminal.Say(what);
        }
    }

    public void Show(int member, StepProgress step)
    {
        double elapsed = _clock.Elapsed.TotalSeconds;
        double done = (step.Epoch - 1 + ((double)step.Batch / step.Batches)) / step.Epochs;
        Terminal.DrawLine(done, (0, $"epoch {step.Epoch}/{step.Epochs}"), (2, $"loss {step.Loss:G4}"), (3, _after), (4, $"{step.RowsPerSecond:N0} rows/s"), (1, LiveLine.Left(_begun, done, elapsed)));
        _live = true;
    }

    public void Add(int member, EpochResult epoch)
    {
        WarnOfSpike(epoch);
        WarnOfInfinity(epoch);
        History.Add(epoch with { Validation = epoch.Validation is { } full ? full with { Confusion = null, WeightedConfusion = null, PerClass = null } : null });
        _least = epoch.Loss < _least ? epoch.Loss : _least;
        _after = epoch.Validation is { } v ? $"validation {v.Loss:G4} {v.Metrics[0].Key} {v.Metrics[0].Value:P2}" : "";
        _log?.Add(null, epoch);
        int every = Math.Max(1, _epochs / 20);
        if (!_quiet && !Terminal.Animates && (epoch.Epoch == 1 || epoch.Epoch == _epochs || epoch.Epoch % every == 0))
        {
            Terminal.Say(Line(epoch));
        }
    }

    /// <summary>Epochs after the first so many did not happen: training has gone back.</summary>
    public void Rewind(int member, int epochs)
    {
        History.RemoveRange(epochs, History.Count - epochs);
        _least = History.Select(epoch => epoch.Loss).DefaultIfEmpty(double.PositiveInfinity).Min();
        _log?.Rewrite(All());
    }

    public void End()
    {
        if (_live)
        {
            Terminal.ClearLine();
            _live = false;
        }
    }

    public void Summary(TrainingResult result, string output)
    {
        if (_quiet)
        {
            return;
        }

        Terminal.Say(LossCurve.Draw(Terminal.Width, [.. History.Select(epoch => epoch.Loss)], [.. History.Where(epoch => epoch.Validation is not null).Select(epoch => epoch.Validation!.Loss)]));
        if (result.Kept is { } kept)
        {
            Terminal.Show(FigureTable.Of($"epoch {kept.Epoch} kept", kept, [("kept as", KeptBecause(result)), ("training loss", $"{kept.Loss:G5}")], result));
        }

        Terminal.Say($"{FigureTable.Why(result)}Model: {output}");
    }

    private static string KeptBecause(TrainingResult result) => result switch
    {
        { KeptBy: { } figure } => $"best {(figure == "loss" ? "validation loss" : figure)}",
        { Kept.Validation: not null } => "last: none had a finite figure",
        _ => "last",
    };

    public void Dispose() => _log?.Dispose();

    private IEnumerable<(int? Member, EpochResult Epoch)> All() => History.Select(epoch => ((int?)null, epoch));

    private void WarnOfSpike(EpochResult epoch)
    {
        bool spikes = _least > 0 && epoch.Loss > SpikeFactor * _least;
        if (spikes && !_spiked)
        {
            End();
            Terminal.Warn($"epoch {epoch.Epoch}: the loss jumped to {epoch.Loss:G4}, it had been {_least:G4}; a lower learning rate or --clip-norm may help", silently: _quiet);
        }

        _spiked = spikes;
    }

    /// <summary>Said with --quiet too: what is kept depends on it.</summary>
    private void WarnOfInfinity(EpochResult epoch)
    {
        if (epoch.Validation is not { } validation || _saidInfinite)
        {
            return;
        }

        if (!double.IsFinite(validation.Loss))
        {
            _saidInfinite = true;
            End();
            Terminal.Warn($"epoch {epoch.Epoch}: the validation loss is {validation.Loss}: a validation row is far outside what the network was trained on, or more than the precision holds; such an epoch is never the best");
        }
        else if (_keptBy is not (null or "loss") && !double.IsFinite(validation[_keptBy]))
        {
            _saidInfinite = true;
            End();
            Terminal.Warn($"epoch {epoch.Epoch}: the validation rows have no {_keptBy}{(validation.Reasons.TryGetValue(_keptBy, out string? why) ? $", {why}" : "")}; such an epoch is never the best, --keep-by chooses another figure");
        }
    }

    private string Line(EpochResult epoch)
    {
        string validation = epoch.Validation is { } v ? $"  validation loss {v.Loss:G5}  {string.Join("  ", v.Metrics.Where((metric, n) => n == 0 || metric.Key == _keptBy).Select(metric => $"{metric.Key} {metric.Value:G4}"))}" : "";
        return $"epoch {epoch.Epoch,4}  loss {epoch.Loss:G5}{validation}  {1e6 * epoch.Seconds / Math.Max(1, epoch.Steps):F0} µs/step, {epoch.WallSeconds:F2} s";
    }
}
