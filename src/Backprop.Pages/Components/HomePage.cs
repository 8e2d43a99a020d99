using System.Diagnostics;
using Backprop.Pages.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.JSInterop;

namespace Backprop.Pages.Components;

/// <summary>The page: opens what its address says, draws whenever there is something new, and keeps the address true.</summary>
public class HomePage : ComponentBase, IDisposable
{
    /// <summary>After a drawing the page rests for so many times what it took, here and in the browser, but not for long: the processors are for training.</summary>
    private const int RestPerWork = 5, LongestRest = 400;

    private int _isDrawing;
    private long _begun, _drawn; // the last drawing
    private string? _written;
    private Workbench? _bench;

    [Inject]
    internal GivenFiles Given { get; set; } = default!;

    [Inject]
    internal NavigationManager Navigation { get; set; } = default!;

    [Inject]
    internal IJSRuntime Script { get; set; } = default!;

    private protected Workbench Bench => _bench ??= new(Given);

    /// <summary>Grows with every drawing.</summary>
    private protected int Drawings { get; private set; }

    private protected string Title => Bench.Definition is { } network
        ? $"{network} on {Bench.Problem!.Name}, {network.ParameterCount:N0} parameters, {network.Loss}"
        : "";

    /// <inheritdoc/>
    public void Dispose()
    {
        Navigation.LocationChanged -= Follow;
        Bench.Changed -= DrawNow;
        Bench.Trained -= Draw;
        Bench.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        Bench.Changed += DrawNow;
        Bench.Trained += Draw;
        Navigation.LocationChanged += Follow;
        Bench.Open(new Uri(Navigation.Uri).Query, train: true);
    }

    /// <summary>The link to what is shown is in the address bar, whenever training rests.</summary>
    protected override void OnAfterRender(bool firstRender)
    {
        _drawn = Stopwatch.GetTimestamp(); // the browser has said that it has drawn
        string query = Bench.Query;
        if (!Bench.IsBusy && Bench.Mistake is null && _written != query)
        {
            _written = query;
            // Not NavigateTo: what it is told comes back later as an event, when the state may be another.
            _ = Script.InvokeVoidAsync("history.replaceState", null, "", Bench.Link).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Many changes may come while the page is being drawn; the next drawing shows the latest.</summary>
    private void Draw()
    {
        if (Interlocked.Exchange(ref _isDrawing, 1) == 0)
        {
            _ = DrawSoon();
        }
    }

    private async Task DrawSoon()
    {
        TimeSpan rest = TimeSpan.FromMilliseconds(Math.Min(LongestRest, RestPerWork * Stopwatch.GetElapsedTime(_begun, _drawn).TotalMilliseconds)) - Stopwatch.GetElapsedTime(_drawn);
        if (Bench.Session?.IsBusy == true && rest > TimeSpan.Zero)
        {
            await Task.Delay(rest);
        }

        await InvokeAsync(() =>
        {
            Volatile.Write(ref _isDrawing, 0);
            Bench.Take();
            Show();
        });
    }

    /// <summary>Whoever has done something waits for it.</summary>
    private void DrawNow() => _ = InvokeAsync(Show);

    private void Show()
    {
        Drawings++;
        _begun = Stopwatch.GetTimestamp();
        StateHasChanged();
    }

    private void Follow(object? sender, LocationChangedEventArgs change) => _ = InvokeAsync(() =>
    {
        string query = new Uri(change.Location).Query;
        if (query != _written)
        {
            Bench.Open(query, train: true);
        }
    });
}
