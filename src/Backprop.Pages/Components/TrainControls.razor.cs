using System.Diagnostics;
using Backprop.Pages.Runs;

namespace Backprop.Pages.Components;

/// <summary>Play, pause and step; and what a screen reader is told, at most every few seconds.</summary>
public partial class TrainControls
{
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(5);

    private long _saidAt;
    private Snapshot? _said;

    private string Said { get; set; } = "";

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        Snapshot? now = Bench.Latest;
        if (now is null || now == _said || (now.IsRunning && _said?.IsRunning == true && Stopwatch.GetElapsedTime(_saidAt) < s_silence))
        {
            return;
        }

        string accuracy = now.Measured.Confusion is null ? "" : $", {now.Measured["accuracy"]:P1} right";
        Said = $"{(now.IsRunning ? "Training" : "At rest")} at step {now.Step:N0}: loss {now.Measured.Loss:G3}{accuracy}";
        (_said, _saidAt) = (now, Stopwatch.GetTimestamp());
    }
}
