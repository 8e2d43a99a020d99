using System.Text.Json;
using Microsoft.Playwright;

namespace Backprop.Browser.Tests;

/// <summary>A 784-256-128-10 network on Fashion-MNIST: too large to draw edge by edge.</summary>
public sealed class LargeModelTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private const string Images = "/usr/share/datasets/fashion-mnist";

    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-fashion").FullName;

    private static string Rows(string part) => $"{Images}/{part}-images-idx3-ubyte.gz,{Images}/{part}-labels-idx1-ubyte.gz";

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Opens_trains_picks_derives_and_agrees_with_explain()
    {
        Browser.RequireChromium();
        if (!Directory.Exists(Images))
        {
            Assert.Skip($"Fashion-MNIST is not installed ({Images}; Debian's dataset-fashion-mnist)");
        }

        string trained = Path.Combine(_folder, "trained.safetensors");
        await Tool.Run(_folder, "train", Rows("train"), "--network", "784-256:relu-128:relu-10:softmax", "--epochs", "1", "--batch-size", "128", "--quiet", "-o", trained);
        using PageServer server = await PageServer.Start(trained, Rows("t10k"));
        await using (Tab first = await browser.Open(server.Address.ToString()))
        {
            Assert.Contains("784-256:relu-128:relu-10:softmax", await first.Page.Locator(".masthead p").InnerTextAsync(), StringComparison.Ordinal);
        }

        await using Tab tab = await browser.Open($"{server.Address}?speed=0");
        double paint = await tab.Page.EvaluateAsync<double>("performance.getEntriesByName('first-contentful-paint')[0].startTime");
        TestContext.Current.SendDiagnosticMessage("784-256-128-10: first contentful paint after {0:F0} ms", paint);

        // By mouse: the middle of the second layer's map; then by keyboard, to a weight whose derivative is not 0.
        await tab.Page.Locator(".map img[alt^='W of layer 2']").ClickAsync();
        await Assertions.Expect(tab.Figure("parameter")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^W2\[6[34],1[23]\d\]$", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Fill(tab, "Layer", "3");
        await Assertions.Expect(tab.Figure("parameter")).ToContainTextAsync("W3[");
        await Fill(tab, "To unit", "4");
        await Fill(tab, "From unit", "17");
        await tab.Expect("parameter", "W3[4,17]");
        await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "One row" }).CheckAsync();
        await Fill(tab, "Row", "123");
        await Assertions.Expect(tab.Page.Locator("img.sample")).ToHaveAttributeAsync("alt", "Row 123 as a picture");

        await tab.Button("One step").ClickAsync();
        await tab.Expect("step", "1");
        await tab.Button("Play").WaitForAsync();
        int unit = 17;
        while (PageTests.Number(await tab.Text("recursion")) == 0)
        {
            await Fill(tab, "From unit", $"{++unit}");
            await tab.Expect("parameter", $"W3[4,{unit}]");
        }

        await Compare(tab, $"W3[4,{unit}]");
        string url = tab.Page.Url, recursion = await tab.Text("recursion");
        await using (Tab again = await browser.Open(url))
        {
            await again.Expect("step", "1");
            await again.Expect("recursion", recursion);
        }

        await tab.Button("Begin").ClickAsync();
        await tab.Page.Locator(".stagebox").WaitForAsync();
        await PageTests.RequireAccessible(tab);
        await ScreenshotTests.Save(tab, "fashion-1280-light");
        await tab.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await PageTests.RequireAccessible(tab);
        await ScreenshotTests.Save(tab, "fashion-1280-dark");
        await tab.Page.SetViewportSizeAsync(390, 844);
        await tab.RequireNoSidewaysScroll();
        await ScreenshotTests.Save(tab, "fashion-390-dark");

        await tab.Button("Play").ClickAsync();
        await tab.Until(async () => await tab.Step() > 20, "training goes on");
        await tab.Button("Pause").ClickAsync();
        await tab.Button("Play").WaitForAsync();
        Assert.Empty(tab.Complaints);
    }

    private async Task Compare(Tab tab, string parameter)
    {
        string model = await tab.Download("model.safetensors", _folder);
        using JsonDocument explained = JsonDocument.Parse(await Tool.Run(_folder, "explain", model, Rows("t10k"), "--row", "123", "--parameter", parameter, "--format", "json"));
        double expected = explained.RootElement.GetProperty("derivative").GetDouble();
        Assert.Equal(expected, PageTests.Number(await tab.Text("recursion")), 1e-14);
        Assert.Equal(expected, PageTests.Number(await tab.Text("backpropagation")), 1e-12);
    }

    private static async Task Fill(Tab tab, string label, string value)
    {
        await tab.Page.GetByRole(AriaRole.Spinbutton, new() { Name = label, Exact = true }).FillAsync(value);
        await tab.Page.Keyboard.PressAsync("Tab");
    }
}
