namespace Backprop.Tables.Tuning;

/// <summary>The time of a rung: its share of all there is, or until the first candidate has a score there. A search that ends without one has nothing to show for its time.</summary>
internal sealed class RungTime : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Timer? _share;
    private readonly Lock _gate = new();
    private bool _isOver, _hasScore;

    /// <param name="stop">Ends the rung.</param>
    /// <param name="share">The seconds of its share; null: there is no limit.</param>
    /// <param name="all">The seconds there are for all.</param>
    public RungTime(CancellationTokenSource stop, double? share, double? all)
    {
        _stop = stop;
        if (share is { } seconds && all is { } most)
        {
            _share = new(_ => Note(isOver: true), null, Span(seconds), Timeout.InfiniteTimeSpan);
            stop.CancelAfter(Span(most));
        }
    }

    /// <summary>A candidate has a score.</summary>
    public void Scored() => Note(hasScore: true);

    public void Dispose() => _share?.Dispose();

    private static TimeSpan Span(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 1e6));

    private void Note(bool isOver = false, bool hasScore = false)
    {
        lock (_gate)
        {
            (_isOver, _hasScore) = (_isOver || isOver, _hasScore || hasScore);
            if (!_isOver || !_hasScore)
            {
                return;
            }
        }

        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // the rung has ended while the clock ran out
        }
    }
}
