using System.Diagnostics;
using System.Text;
using Backprop.ModelFiles;
using Backprop.Training;
using Spectre.Console;

namespace Backprop.Cli.Output;

/// <summary>What a person sees of training: a live line on a terminal, a line for some epochs off it, the loss curve at the end; and the log file.</summary>
internal sealed class TrainingReport : IDisposable
{
    /// <summary>A loss of so many times the least so far is a spike.</summary>
    private const double SpikeFactor = 3;

    private readonly int _epochs;
    private readonly bool _quiet;
    private readonly string? _path, _keptBy;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private StreamWriter? _log;
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
        (_epochs, _quiet, _path, _keptBy) = (epochs, quiet, log, keptBy);
        History.AddRange(before);
        if (log is not null)
        {
            _log = Open(log);
            try
            {
                WriteAll();
            }
            catch (IOException error)
            {
                throw new DataException($"cannot write '{log}': {error.Message}", error);
            }
        }
    }

    /// <summary>Whether steps are shown as they come.</summary>
    public bool IsLive => !_quiet && Terminal.Animates;

    /// <summary>Why the log is not whole; null: it is.</summary>
    public string? Unsaved { get; private set; }

    public List<EpochResult> History { get; } = [];

    public void Begin(string what)
    {
        if (!_quiet)
        {
            Terminal.Say(what);
        }
    }

    public void Show(StepProgress step)
    {
        double elapsed = _clock.Elapsed.TotalSeconds;
        double done = (step.Epoch - 1 + ((double)step.Batch / step.Batches)) / step.Epochs;
        double left = done > 0 ? elapsed / done * (1 - done) : 0;
        int filled = (int)(20 * done);
        Terminal.Draw($"\r\u001b[K{new string('━', filled)}{new string('─', 20 - filled)} epoch {step.Epoch}/{step.Epochs}  loss {step.Loss:G4}{_after}  {step.RowsPerSecond:N0} rows/s  {TimeSpan.FromSeconds(left):m\\:ss} left");
        _live = true;
    }

    public void Add(EpochResult epoch)
    {
        WarnOfSpike(epoch);
        WarnOfInfinity(epoch);
        History.Add(epoch with { Validation = epoch.Validation is { } full ? full with { Confusion = null, WeightedConfusion = null, PerClass = null } : null });
        _least = epoch.Loss < _least ? epoch.Loss : _least;
        _after = epoch.Validation is { } v ? $"  validation {v.Loss:G4} {v.Metrics[0].Key} {v.Metrics[0].Value:P2}" : "";
        Log(() =>
        {
            _log?.WriteLine(Json(epoch));
            _log?.Flush();
        });
        int every = Math.Max(1, _epochs / 20);
        if (!_quiet && !Terminal.Animates && (epoch.Epoch == 1 || epoch.Epoch == _epochs || epoch.Epoch % every == 0))
        {
            Terminal.Say(Line(epoch));
        }
    }

    /// <summary>Epochs after the first so many did not happen: training has gone back.</summary>
    public void Rewind(int epochs)
    {
        History.RemoveRange(epochs, History.Count - epochs);
        _least = History.Select(epoch => epoch.Loss).DefaultIfEmpty(double.PositiveInfinity).Min();
        Log(WriteAll);
    }

    public void End()
    {
        if (_live)
        {
            Terminal.Draw("\r\u001b[K");
            _live = false;
        }
    }

    public void Summary(TrainingResult result, string output)
    {
        if (_quiet)
        {
            return;
        }

        Terminal.Say(LossCurve.Draw([.. History.Select(epoch => epoch.Loss)], [.. History.Where(epoch => epoch.Validation is not null).Select(epoch => epoch.Validation!.Loss)]));
        if (result.Kept is { } kept)
        {
            var table = new Spectre.Console.Table().Title(Markup.Escape($"epoch {kept.Epoch} kept")).AddColumn("").AddColumn(new TableColumn("").RightAligned()).HideHeaders();
            table.AddRow("kept as", KeptBecause(result)).AddRow("training loss", $"{kept.Loss:G5}");
            if (kept.Validation is { } validation)
            {
                table.AddRow("validation loss", $"{validation.Loss:G5}");
                foreach ((string name, _) in validation.Metrics)
                {
                    table.AddRow($"validation {name}", Markup.Escape(MetricText.Of(validation, name)));
                }
            }

            double wall = result.History.Skip(result.Earlier).Sum(epoch => epoch.WallSeconds);
            table.AddRow("time", $"{result.Seconds:F2} s, {wall:F2} s in all").AddRow("a step", $"{result.MicrosecondsPerStep:F1} µs");
            Terminal.Show(table);
        }

        string why = result.Reason switch
        {
            StopReason.EarlyStopping => $"The validation {result.KeptBy?.Replace('_', ' ') ?? "loss"} became no better. ",
            StopReason.MaxTime => "The time is up. ",
            StopReason.Converged => "No further step changes anything. ",
            StopReason.Cancelled => "Interrupted. ",
            _ => "",
        };
        Terminal.Say($"{why}Model: {output}");
    }

    private static string KeptBecause(TrainingResult result) => result switch
    {
        { KeptBy: { } figure } => $"best {(figure == "loss" ? "validation loss" : figure)}",
        { Kept.Validation: not null } => "last: none had a finite figure",
        _ => "last",
    };

    public void Dispose()
    {
        try
        {
            _log?.Dispose();
        }
        catch (IOException)
        {
            // a full disk has been told of, and what could not be written is not asked for again
        }
    }

    private string Json(EpochResult epoch) => JsonLine.Of(json =>
    {
        json.WriteNumber("epoch", epoch.Epoch);
        json.WriteNumber("steps", epoch.Steps);
        json.Number("loss", epoch.Loss);
        json.Number("learning_rate", epoch.LearningRate);
        json.Number("seconds", epoch.Seconds);
        json.Number("validation_seconds", epoch.ValidationSeconds);
        json.Number("wall_seconds", epoch.WallSeconds);
        if (epoch.Validation is { } validation)
        {
            json.WriteStartObject("validation");
            json.WriteNumber("rows", validation.Rows);
            json.Number("loss", validation.Loss);
            json.Metrics(validation with { Confusion = null, WeightedConfusion = null, PerClass = null });
            json.WriteEndObject();
            json.WriteString("kept_by", _keptBy);
            json.WriteBoolean("best", epoch.IsBest);
        }
    });

    /// <summary>The log from its beginning: one history, whatever was taken back.</summary>
    private void WriteAll()
    {
        if (_log is null)
        {
            return;
        }

        _log.Flush();
        if (_log.BaseStream is { CanSeek: true, Length: > 0 })
        {
            _log.BaseStream.SetLength(0);
        }

        foreach (EpochResult epoch in History)
        {
            _log.WriteLine(Json(epoch));
        }

        _log.Flush();
    }

    /// <summary>A log that cannot be written, on a full disk say, is said once and costs nothing but the log.</summary>
    private void Log(Action write)
    {
        if (Unsaved is not null)
        {
            return;
        }

        try
        {
            write();
        }
        catch (IOException error)
        {
            Unsaved = $"the log '{_path}' is not whole: {error.Message}";
            End();
            Terminal.Warn($"{Unsaved}; training goes on");
        }
    }

    private void WarnOfSpike(EpochResult epoch)
    {
        bool spikes = !_quiet && _least > 0 && epoch.Loss > SpikeFactor * _least;
        if (spikes && !_spiked)
        {
            End();
            Terminal.Warn($"epoch {epoch.Epoch}: the loss jumped to {epoch.Loss:G4}, it had been {_least:G4}; a lower learning rate or --clip-norm may help");
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

    private static StreamWriter Open(string path)
    {
        try
        {
            string target = AtomicFile.Target(path);
            if (!AtomicFile.IsDevice(target))
            {
                File.Delete(target); // a new file: another name of the old one, a hard link, keeps what it holds
            }

            return new(new FileStream(WorkingFolder.Full(path), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"cannot write '{path}': {error.Message}", error);
        }
    }
}
