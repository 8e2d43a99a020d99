using Microsoft.Playwright;

namespace Backprop.Browser.Tests;

/// <summary>Pictures of the page's states in light and dark, on a desktop and on a phone, for people to look at: <c>artifacts/page</c>.</summary>
public sealed class ScreenshotTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly (string Name, string Query)[] s_states =
    [
        ("start", ""),
        ("spiral", "?data=spiral&hidden=16:tanh-16:tanh&noise=0.05&optimizer=adam&rate=0.01&steps=4000&parameter=W2%5B3,5%5D&gradients=1&features=x1,x2,x1x2,sin1&tour=2&exercise=2"),
        ("digits", "?data=digits&hidden=32:relu&optimizer=adam&rate=0.003&batch=32&steps=400&parameter=W1%5B5,20%5D"),
        ("mean", "?data=xor&steps=300&mean=1&parameter=W2%5B1,3%5D"),
    ];

    public static TheoryData<string, string, ColorScheme, int> Pictures()
    {
        var pictures = new TheoryData<string, string, ColorScheme, int>();
        foreach ((string name, string query) in s_states)
        {
            foreach (ColorScheme scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                pictures.Add(name, query, scheme, 1280);
                pictures.Add(name, query, scheme, 1920);
                pictures.Add(name, query, scheme, 390);
            }
        }

        return pictures;
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public async Task Pictures_are_taken_and_no_page_scrolls_sideways(string name, string query, ColorScheme scheme, int width)
    {
        Browser.RequireChromium();
        await using Tab tab = await browser.Open(browser.Server.Address + query, scheme, width);
        await tab.Until(async () => tab.Page.Url.Contains("steps=", StringComparison.Ordinal) == query.Contains("steps=", StringComparison.Ordinal) && await tab.Button("Play").IsVisibleAsync() && (query.Length == 0 || await tab.Step() > 0), "the link's steps are made");
        if (name == "mean")
        {
            for (int n = 0; n < 6; n++)
            {
                await tab.Button(n == 0 ? "Begin" : "Next").ClickAsync();
            }
        }

        await Save(tab, $"{name}-{width}-{(scheme == ColorScheme.Dark ? "dark" : "light")}");
        await tab.RequireNoSidewaysScroll();
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
