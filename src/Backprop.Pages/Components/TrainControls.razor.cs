using System.Diagnostics;
using Backprop.Pages.Runs;
using Microsoft.AspNetCore.Components;

namespace Backprop.Pages.Components;

/// <summary>Play, pause and step; and what a screen reader is told, at most every few seconds.</summary>
public partial class TrainControls
{
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(5);

    /// <summary>Steps a second; 0: as fast as it goes.</summary>
    private static readonly double[] s_speeds = [1, 2, 5, 10, 20, 50, 200, 1000, 0];

    private long _saidAt;
    private Snapshot? _said;

    private string Said { get; set; } = "";

    /// <summary>The place of the state's speed on the slider, or of the one next above.</summary>
    private int SpeedIndex => Array.FindIndex(s_speeds, speed => Bench.State.Speed == speed || (Bench.State.Speed > 0 && (speed == 0 || speed > Bench.State.Speed)));

    private static string Spoken(double speed) => speed == 0 ? "as fast as it goes" : $"{speed:0.##} {(speed == 1 ? "step" : "steps")} a second";

    private void SetSpeed(ChangeEventArgs change)
    {
        if (int.TryParse((string?)change.Value, out int place) && place >= 0 && place < s_speeds.Length)
        {
            Bench.Pace(s_speeds[place]);
        }
    }

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
