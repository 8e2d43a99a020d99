namespace Backprop.Browser.Tests;

/// <summary>The page in both its hosts.</summary>
public sealed class Hosts : IAsyncLifetime
{
    private SiteServer? _site;
    private PageServer? _server;

    /// <summary>The site's files.</summary>
    public Uri Site => _site!.Address;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (File.Exists(Browser.Chromium))
        {
            _site = await SiteServer.Start();
            _server = await PageServer.Start();
        }
    }

    /// <summary>The page's address by the name of its host.</summary>
    public string Of(string host)
    {
        Browser.RequireChromium();
        return (host == "site" ? _site!.Address : _server!.Address).ToString();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _site?.Dispose();
        _server?.Dispose();
        return ValueTask.CompletedTask;
    }
}
