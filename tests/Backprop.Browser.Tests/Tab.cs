using System.Globalization;
using Microsoft.Playwright;

namespace Backprop.Browser.Tests;

/// <summary>One tab: the page as a person uses it. It notes what the browser complains of and what is fetched from elsewhere.</summary>
public sealed class Tab : IAsyncDisposable
{
    private readonly List<string> _complaints = [];

    public Tab(IPage page, Uri origin)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
            {
                _complaints.Add($"{response.Status}: {response.Url}");
            }
        };
        page.Request += (_, request) =>
        {
            Requests++;
            if (!request.Url.StartsWith(origin.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
            {
                _complaints.Add($"fetched from elsewhere: {request.Url}");
            }
        };
    }

    public IPage Page { get; }

    /// <summary>How many times something was fetched.</summary>
    public int Requests { get; private set; }

    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>Goes to an address and waits for the connection.</summary>
    public async Task Go(string address)
    {
        await Page.GotoAsync(address);
        await Page.Locator("main[aria-busy=false]").WaitForAsync();
    }

    public ILocator Figure(string name) => Page.Locator($"[data-figure={name}]");

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>A figure's text.</summary>
    public Task<string> Text(string figure) => Figure(figure).InnerTextAsync();

    /// <summary>The steps made.</summary>
    public async Task<long> Step() => long.Parse(await Text("step"), NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    /// <summary>Waits for a figure's text.</summary>
    public Task Expect(string figure, string text) => Assertions.Expect(Figure(figure)).ToHaveTextAsync(text, new() { Timeout = 120_000 });

    /// <summary>Polls the page until something is so.</summary>
    public async Task Until(Func<Task<bool>> isSo, string what, int seconds = 180)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(seconds);
        while (!await isSo())
        {
            Assert.True(DateTime.UtcNow < end, $"not within {seconds} s: {what}");
            await Page.WaitForTimeoutAsync(100);
        }
    }

    /// <summary>Saves a download and returns its path.</summary>
    public async Task<string> Download(string name, string folder)
    {
        IDownload download = await Page.RunAndWaitForDownloadAsync(() => Button(name).ClickAsync());
        string path = Path.Combine(folder, name);
        await download.SaveAsAsync(path);
        return path;
    }

    /// <summary>No page may be wider than its window.</summary>
    public async Task RequireNoSidewaysScroll() =>
        Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), "the page scrolls sideways");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
