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

    /// <summary>Text that is smaller than 11 px, cut, out of its drawing or upon other text, and a page wider than its window. Formulas, which are set by the browser, are looked at for their size alone.</summary>
    public Task<string[]> Unreadable() => Page.EvaluateAsync<string[]>(
        """
        () => {
            const found = new Set(), lines = [], pen = document.createElement('canvas').getContext('2d');
            const name = element => element.textContent.trim().slice(0, 25);
            for (const element of document.querySelectorAll('main *, .masthead *')) {
                if (element.closest('.unseen, .skip, option')) continue;
                const box = element.getBoundingClientRect(), style = getComputedStyle(element);
                if (element.tagName === 'SELECT') {
                    pen.font = style.font;
                    if (pen.measureText(element.selectedOptions[0]?.text ?? '').width + 24 > element.clientWidth) found.add('cut: ' + element.selectedOptions[0].text);
                    continue;
                }

                const texts = [...element.childNodes].filter(node => node.nodeType === 3 && node.textContent.trim());
                if (!texts.length || element.tagName === 'title' || !box.width || style.visibility === 'hidden') continue;
                const svg = element.ownerSVGElement, size = parseFloat(style.fontSize) * (svg ? Math.abs(element.getScreenCTM().a) : 1);
                if (size < 10.99) found.add(`${size.toFixed(1)} px: ${name(element)}`);
                if (element.clientWidth && element.scrollWidth > element.clientWidth + 1 && /hidden|clip/.test(style.overflowX)) found.add('cut: ' + name(element));
                if (svg) {
                    let drawing = svg;
                    while (drawing.ownerSVGElement) drawing = drawing.ownerSVGElement;
                    const frame = drawing.getBoundingClientRect();
                    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1 || box.top < frame.top - 3) found.add('out of its drawing: ' + name(element));
                }

                if (!element.closest('math, .tour')) {
                    for (const text of texts) {
                        const range = document.createRange();
                        range.selectNodeContents(text);
                        lines.push(...[...range.getClientRects()].filter(line => line.width > 1).map(line => ({ element, line, scroll: element.closest('.scroll') })));
                    }
                }
            }

            for (let a = 0; a < lines.length; a++) {
                for (let b = a + 1; b < lines.length; b++) {
                    const one = lines[a], other = lines[b];
                    if (one.element === other.element || one.scroll !== other.scroll || one.element.contains(other.element) || other.element.contains(one.element)) continue;
                    const width = Math.min(one.line.right, other.line.right) - Math.max(one.line.left, other.line.left), height = Math.min(one.line.bottom, other.line.bottom) - Math.max(one.line.top, other.line.top);
                    if (width > 1 && height > 3.5) found.add(`upon each other: ${name(one.element)} | ${name(other.element)}`);
                }
            }

            if (document.documentElement.scrollWidth > document.documentElement.clientWidth) found.add('the page scrolls sideways');
            return [...found];
        }
        """);

    /// <summary>No page may be wider than its window.</summary>
    public async Task RequireNoSidewaysScroll() =>
        Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), "the page scrolls sideways");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
