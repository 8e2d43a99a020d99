using System.Diagnostics;
using Backprop.Training;
using Spectre.Console;

namespace Backprop.Cli.Output;

/// <summary>What a person sees of training: a live line on a terminal, a line for some epochs off it, the loss curve at the end; and the log file.</summary>
internal sealed class TrainingReport(int epochs, bool quiet, string? log, IReadOnlyList<EpochResult> before) : IDisposable
{
    /// <summary>A loss of so many times the least so far is a spike.</summary>
    private const double SpikeFactor = 3;

    private readonly StreamWriter? _log = log is null ? null : OpenLog(log, append: before.Count > 0);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private double _lastShown = -1;
    private bool _live;
    private string _after = "";

    /// <summary>Whether steps are shown as they come.</summary>
    public bool IsLive => !quiet && Terminal.Animates;

    public List<EpochResult> History { get; } = [.. before];

    public void Begin(string what)
    {
        if (!quiet)
        {
            Terminal.Say(what);
        }
    }

    public void Show(StepProgress step)
    {
        if (_clock.Elapsed.TotalSeconds - _lastShown < 0.1)
        {
            return;
        }

        _lastShown = _clock.Elapsed.TotalSeconds;
        double done = (step.Epoch - 1 + ((double)step.Batch / step.Batches)) / step.Epochs;
        double left = done > 0 ? _lastShown / done * (1 - done) : 0;
        int filled = (int)(20 * done);
        Console.Error.Write($"\r\u001b[K{new string('━', filled)}{new string('─', 20 - filled)} epoch {step.Epoch}/{step.Epochs}  loss {step.Loss:G4}{_after}  {step.RowsPerSecond:N0} rows/s  {TimeSpan.FromSeconds(left):m\\:ss} left");
        _live = true;
    }

    public void Add(EpochResult epoch)
    {
        WarnOfSpike(epoch);
        History.Add(epoch);
        _after = epoch.Validation is { } v ? $"  validation {v.Loss:G4} {v.Metrics[0].Key} {v.Metrics[0].Value:P2}" : "";
        _log?.WriteLine(JsonLine.Of(json =>
        {
            json.WriteNumber("epoch", epoch.Epoch);
            json.WriteNumber("steps", epoch.Steps);
            json.Number("loss", epoch.Loss);
            json.Number("learning_rate", epoch.LearningRate);
            json.Number("seconds", epoch.Seconds);
            if (epoch.Validation is { } validation)
            {
                json.WriteStartObject("validation");
                json.WriteNumber("rows", validation.Rows);
                json.Number("loss", validation.Loss);
                json.Metrics(validation with { Confusion = null });
                json.WriteEndObject();
            }
        }));
        _log?.Flush();
        int every = Math.Max(1, epochs / 20);
        if (!quiet && !Terminal.Animates && (epoch.Epoch == 1 || epoch.Epoch == epochs || epoch.Epoch % every == 0))
        {
            Terminal.Say(Line(epoch));
        }
    }

    public void End()
    {
        if (_live)
        {
            Console.Error.Write("\r\u001b[K");
            _live = false;
        }
    }

    public void Summary(TrainingResult result, string output)
    {
        if (quiet)
        {
            return;
        }

        Terminal.Say(LossCurve.Draw([.. History.Select(epoch => epoch.Loss)], [.. History.Where(epoch => epoch.Validation is not null).Select(epoch => epoch.Validation!.Loss)]));
        if (result.Kept is { } kept)
        {
            var table = new Spectre.Console.Table().Title($"epoch {kept.Epoch} kept").AddColumn("").AddColumn(new TableColumn("").RightAligned()).HideHeaders();
            table.AddRow("training loss", $"{kept.Loss:G5}");
            if (kept.Validation is { } validation)
            {
                table.AddRow("validation loss", $"{validation.Loss:G5}");
                foreach ((string name, _) in validation.Metrics)
                {
                    table.AddRow($"validation {name}", Markup.Escape(MetricText.Of(validation, name)));
                }
            }

            table.AddRow("time", $"{result.Seconds:F2} s").AddRow("a step", $"{result.MicrosecondsPerStep:F1} µs");
            Terminal.People.Write(table);
        }

        string why = result.Reason switch
        {
            StopReason.EarlyStopping => "The validation loss stopped falling. ",
            StopReason.MaxTime => "The time is up. ",
            StopReason.Cancelled => "Interrupted. ",
            _ => "",
        };
        Terminal.Say($"{why}Model: {output}");
    }

    public void Dispose() => _log?.Dispose();

    private void WarnOfSpike(EpochResult epoch)
    {
        double least = History.Count == 0 ? double.PositiveInfinity : History.Min(earlier => earlier.Loss);
        if (!quiet && least > 0 && epoch.Loss > SpikeFactor * least && !(History[^1].Loss > SpikeFactor * least))
        {
            End();
            Terminal.Warn($"epoch {epoch.Epoch}: the loss jumped to {epoch.Loss:G4}, it had been {least:G4}; a lower learning rate or --clip-norm may help");
        }
    }

    private static string Line(EpochResult epoch)
    {
        string validation = epoch.Validation is { } v ? $"  validation loss {v.Loss:G5}  {string.Join("  ", v.Metrics.Take(2).Select(metric => $"{metric.Key} {metric.Value:G4}"))}" : "";
        return $"epoch {epoch.Epoch,4}  loss {epoch.Loss:G5}{validation}  {1e6 * epoch.Seconds / Math.Max(1, epoch.Steps):F0} µs/step";
    }

    private static StreamWriter OpenLog(string path, bool append)
    {
        try
        {
            return new(path, append);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"cannot write '{path}': {error.Message}", error);
        }
    }
}
