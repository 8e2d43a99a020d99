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

    private readonly int[] _versions = new int[Enum.GetValues<PagePart>().Length];
    private int _isDrawing;
    private int _drawings; // grows with every drawing
    private int _next; // the part that is drawn next
    private Task _drawing = Task.CompletedTask;
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
        if (!Bench.IsBusy && Bench.Mistake is null && Bench.Query is var query && _written != query)
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

        await InvokeAsync(async () =>
        {
            await _drawing; // training waits until all parts of the last drawing are there
            Volatile.Write(ref _isDrawing, 0);
            Bench.Take();
            Begin();
        });
    }

    /// <summary>Whoever has done something waits for it.</summary>
    private void DrawNow() => _ = InvokeAsync(Answer);

    /// <summary>First of all what answers whoever has picked a parameter, then the others.</summary>
    private void Answer()
    {
        Begin();
        ShowTo(PagePart.Derivation);
        OneThread.GiveWay();
    }

    /// <summary>Draws part by part; a browser listens in between, and begins again where somebody has done something.</summary>
    private void Begin()
    {
        _drawings++;
        (_begun, _next) = (Stopwatch.GetTimestamp(), 0);
        if (_drawing.IsCompleted)
        {
            _drawing = ShowAll();
        }
    }

    private async Task ShowAll()
    {
        var last = (PagePart)(_versions.Length - 1);
        if (OneThread.Pauses() is not { } pause)
        {
            ShowTo(last);
            return;
        }

        while (_next <= (int)last)
        {
            await pause();
            ShowTo((PagePart)_next);
        }
    }

    /// <summary>Draws the parts up to one, as far as they have something new to show.</summary>
    private void ShowTo(PagePart last)
    {
        for (; _next <= (int)last && _next < _versions.Length; _next++)
        {
            _versions[_next] = (PagePart)_next is PagePart.Controls or PagePart.Tour or PagePart.Loss ? _drawings : Bench.CalmVersion;
        }

        StateHasChanged();
    }

    /// <summary>Changes when a part has something new to show.</summary>
    private protected int VersionOf(PagePart part) => _versions[(int)part];

    private void Follow(object? sender, LocationChangedEventArgs change) => _ = InvokeAsync(() =>
    {
        string query = new Uri(change.Location).Query;
        if (query != _written)
        {
            Bench.Open(query, train: true);
        }
    });
}
