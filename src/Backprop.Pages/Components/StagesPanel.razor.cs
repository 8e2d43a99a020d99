namespace Backprop.Pages.Components;

/// <summary>The row's way through every layer and back, stage by stage.</summary>
public partial class StagesPanel : IDisposable
{
    /// <summary>How long a stage stays when they follow by themselves.</summary>
    private static readonly TimeSpan s_stay = TimeSpan.FromSeconds(1.4);

    private CancellationTokenSource? _playing;

    /// <inheritdoc/>
    public void Dispose()
    {
        _playing?.Cancel();
        _playing?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Goes through the stages one after the other, from the first if the last is shown; or holds.</summary>
    private async Task PlayStages()
    {
        if (_playing is not null)
        {
            await _playing.CancelAsync();
            return;
        }

        using var playing = _playing = new();
        try
        {
            int next = Bench.StageIndex is { } at && at + 1 < Bench.Stages.Count ? at + 1 : 0;
            while (next < Bench.Stages.Count)
            {
                Bench.StageIndex = next++;
                await Task.Delay(s_stay, playing.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // held
        }
        finally
        {
            _playing = null;
        }
    }
}
