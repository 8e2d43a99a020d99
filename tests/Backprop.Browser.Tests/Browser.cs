using Microsoft.Playwright;

namespace Backprop.Browser.Tests;

/// <summary>One Chromium for all tests; and one server of the bare page.</summary>
public sealed class Browser : IAsyncLifetime
{
    internal const string Chromium = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private PageServer? _server;

    /// <summary>A server of the page without model or data.</summary>
    public PageServer Server => _server!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Chromium))
        {
            return; // every test says so
        }

        _server = await PageServer.Start();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        });
    }

    /// <summary>A tab of its own, ready to be used.</summary>
    public async Task<Tab> Open(string address, ColorScheme scheme = ColorScheme.Light, int width = 1280, int height = 900, bool isPhone = false)
    {
        RequireChromium();
        IBrowserContext context = await _browser!.NewContextAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = height }, AcceptDownloads = true, HasTouch = isPhone, IsMobile = isPhone });
        context.SetDefaultTimeout(60_000);
        var tab = new Tab(await context.NewPageAsync(), new(new Uri(address).GetLeftPart(UriPartial.Authority)));
        await tab.Go(address);
        return tab;
    }

    /// <summary>Watches the threads of all tabs.</summary>
    public async Task<MainThread> Watch() => await MainThread.Watch(await _browser!.NewBrowserCDPSessionAsync());

    /// <summary>Skips a test where there is no Chromium.</summary>
    public static void RequireChromium()
    {
        if (!File.Exists(Chromium))
        {
            Assert.Skip($"Chromium is not installed ({Chromium})");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _server?.Dispose();
    }
}
