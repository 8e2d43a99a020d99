using Microsoft.Playwright;

namespace Backprop.Browser.Tests;

/// <summary>Pictures of the page's states in light and dark, on a desktop and on a phone, for people to look at: <c>artifacts/page</c>.</summary>
public sealed class ScreenshotTests(Browser browser) : IClassFixture<Browser>
{
    private const string Spiral = "?data=spiral&hidden=16:tanh-16:tanh&noise=0.05&optimizer=adam&rate=0.01";

    public static TheoryData<string, string> States => new()
    {
        { "start", "" },
        { "example", "?data=note&hidden=2:tanh-2:sigmoid&output=identity&loss=squared_error&rate=0.5&batch=1&test=0&mean=0&parameter=W1%5B0,1%5D&steps=1" },
        { "spiral", $"{Spiral}&steps=4000&parameter=W2%5B3,5%5D&gradients=1&features=x1,x2,x1x2,sin1" },
        { "digits", "?data=digits&hidden=32:relu&optimizer=adam&rate=0.003&batch=32&steps=400&parameter=W1%5B5,20%5D" },
        { "own", "" },
        { "hills", "?data=hills&hidden=8:tanh-8:tanh&optimizer=adam&rate=0.01&batch=16&steps=500" },
        { "parts", "?data=xor&hidden=6:tanh,layer_norm-6:silu,batch_norm,residual-6:tanh-6:tanh-4:tanh&steps=100&mean=0" },
        { "mean", "?data=xor&steps=300&mean=1&parameter=W2%5B1,3%5D" },
        { "training", $"{Spiral}&speed=50" },
        { "diverged", "?data=hills&hidden=8:relu-8:relu&rate=30&steps=300" },
        { "tour1", "?tour=1&steps=3" },
        { "tour2", "?tour=2&steps=3" },
        { "tour3", "?tour=3&steps=3" },
        { "tour4", "?tour=4&steps=3" },
        { "tour5", "?tour=5&steps=3" },
        { "tour6", "?tour=6&steps=3" },
        { "exercise", "?exercise=2&steps=20" },
    };

    [Theory]
    [MemberData(nameof(States))]
    public async Task Every_state_can_be_read_at_every_width(string name, string query)
    {
        Browser.RequireChromium();
        await using Tab tab = await browser.Open(browser.Server.Address + query);
        switch (name)
        {
            case "own":
                string table = "length,width,kind\n" + string.Concat(Enumerable.Range(0, 60).Select(n => $"{1 + (n % 7)},{(n % 2 == 0 ? 1 : 5) + (0.1 * (n % 5))},{(n % 2 == 0 ? "rose" : "tulip")}\n"));
                await tab.Page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "flowers.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(table) });
                await tab.Page.GetByLabel("Target column").SelectOptionAsync("kind");
                await tab.Button("One epoch").ClickAsync();
                await tab.Expect("step", "2");
                break;
            case "training":
                await tab.Button("Play").ClickAsync();
                await tab.Until(async () => await tab.Step() > 20, "training runs");
                break;
            case "diverged":
                await tab.Page.GetByText("Training diverged").WaitForAsync();
                break;
            default:
                await tab.Until(async () => await tab.Step() == (query.Split("steps=") is [_, var steps] ? long.Parse(steps.Split('&')[0], System.Globalization.CultureInfo.InvariantCulture) : 0) && await tab.Button("Play").IsVisibleAsync(), "the link's steps are made");
                break;
        }

        for (int n = 0; name == "mean" && n < 6; n++)
        {
            await tab.Button(n == 0 ? "Begin" : "Next").ClickAsync();
        }

        var unreadable = new List<string>();
        foreach (int width in new[] { 1280, 1920, 390 })
        {
            await tab.Page.SetViewportSizeAsync(width, width == 390 ? 844 : 1000);
            foreach (ColorScheme scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await tab.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await Save(tab, $"{name}-{width}-{(scheme == ColorScheme.Dark ? "dark" : "light")}");
            }

            unreadable.AddRange((await tab.Unreadable()).Select(what => $"{width}: {what}"));
        }

        Assert.Empty(unreadable);
        await PageTests.RequireAccessible(tab);
        Assert.Empty(tab.Complaints);
    }

    /// <summary>The picture in the README.</summary>
    [Fact]
    public async Task The_readme_has_a_picture()
    {
        Browser.RequireChromium();
        await using Tab tab = await browser.Open($"{browser.Server.Address}?data=spiral&hidden=8:tanh-8:tanh&rate=0.02&noise=0.1&steps=3000&parameter=W2%5B3,5%5D", ColorScheme.Light, 1280, 1000);
        await tab.Expect("step", "3,000");
        await tab.Button("Play").WaitForAsync();
        await tab.Page.ScreenshotAsync(new() { Path = At("readme.jpg"), Type = ScreenshotType.Jpeg, Quality = 75 });
    }

    /// <summary>Writes a picture of the whole page.</summary>
    internal static Task Save(Tab tab, string name) => tab.Page.ScreenshotAsync(new() { Path = At($"{name}.png"), FullPage = true });

    private static string At(string file)
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Backprop.slnx")))
        {
            root = Path.GetDirectoryName(root);
        }

        return Path.Combine(root ?? Path.GetTempPath(), "artifacts", "page", file);
    }
}
