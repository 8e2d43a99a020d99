using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Backprop.Browser.Tests;

/// <summary>Five tasks as somebody does them who sees the page for the first time and reads nothing: by what is written on it alone. docs/page.md has their actions and seconds.</summary>
public sealed class FirstUseTests(Browser browser, Hosts hosts) : IClassFixture<Browser>, IClassFixture<Hosts>
{
    private readonly Stopwatch _watch = new();
    private int _actions;

    [Theory]
    [InlineData("site")]
    [InlineData("serve")]
    public async Task Five_tasks_by_visible_labels(string host)
    {
        await using Tab tab = await browser.Open(hosts.Of(host));
        IPage page = tab.Page;

        Begin();
        await Act(page.GetByLabel("Spiral").ClickAsync());
        await Act(page.GetByLabel("Speed").PressAsync("End")); // a slider drawn to its end
        await Act(tab.Button("Play").ClickAsync());
        await tab.Until(async () => await page.GetByText("right, test").CountAsync() == 1 && PageTests.Percent(await Beside(page, "right, test")) > 95, "95 % of the test rows right");
        Told(host, "train a spiral to 95 %", 3);
        await tab.Button("Pause").ClickAsync();
        await tab.Button("Play").WaitForAsync();

        Begin();
        await Act(page.GetByLabel("To unit").FillAsync("3"));
        await Act(page.Keyboard.PressAsync("Tab"));
        await page.GetByText(new Regex(@"W1\[3,\d\] = .*∂L/∂W1\[3,\d\] = ", RegexOptions.None, TimeSpan.FromSeconds(10))).WaitForAsync();
        string[] ways = [.. await Task.WhenAll(new[] { "recursion", "back propagation", "complex step" }.Select(way => page.GetByRole(AriaRole.Row, new() { Name = way }).First.Locator("td").First.InnerTextAsync()))];
        Assert.All(ways, way => Assert.Equal(PageTests.Number(ways[0]), PageTests.Number(way), 1e-12));
        Told(host, "read one derivative", 2);

        Begin();
        await Act(tab.Button("One step").ClickAsync());
        await page.GetByText("the same to the last bit").WaitForAsync();
        Told(host, "see one update", 1);

        Begin();
        string table = "length,width,kind\n" + string.Concat(Enumerable.Range(0, 60).Select(n => $"{1 + (n % 7)},{(n % 2 == 0 ? 1 : 5) + (0.1 * (n % 5))},{(n % 2 == 0 ? "rose" : "tulip")}\n"));
        await Act(page.GetByLabel("Open a table or a model of your own").SetInputFilesAsync(new FilePayload { Name = "flowers.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(table) })); // the button, and the file in the dialog
        await Act(page.GetByLabel("Target column").SelectOptionAsync("kind"));
        await Act(tab.Button("Play").ClickAsync());
        await tab.Until(async () => await tab.Step() > 2, "it is trained on");
        Told(host, "open an own CSV and train on it", 3);
        await tab.Button("Pause").ClickAsync();
        await tab.Button("Play").WaitForAsync();

        await page.GetByLabel("Circles").ClickAsync(); // what needs no file
        await tab.Expect("step", "0");
        await tab.Button("One step").ClickAsync();
        await tab.Expect("step", "1");
        Begin();
        await Act(page.GetByText("Link to this state").ClickAsync());
        await tab.Until(() => Task.FromResult(page.Url.Contains("steps=1", StringComparison.Ordinal)), "the address says the step");
        await using Tab other = await browser.Open(page.Url); // the address, copied into a message
        await other.Expect("step", "1");
        await tab.Until(async () => await tab.Text("recursion") == await other.Text("recursion"), "both show the same derivative"); // a part of the page follows the step by some milliseconds
        Told(host, "share what is shown", 1);
        Assert.Empty(tab.Complaints.Concat(other.Complaints));
    }

    /// <summary>What stands below a caption.</summary>
    private static Task<string> Beside(IPage page, string caption) => page.GetByText(caption, new() { Exact = true }).Locator("xpath=following-sibling::dd").InnerTextAsync();

    private void Begin()
    {
        _actions = 0;
        _watch.Restart();
    }

    private Task Act(Task action)
    {
        _actions++;
        return action;
    }

    private void Told(string host, string task, int actions)
    {
        double seconds = _watch.Elapsed.TotalSeconds;
        TestContext.Current.SendDiagnosticMessage("{0}: {1}: {2} actions, {3:F1} s", host, task, _actions, seconds);
        Assert.Equal(actions, _actions); // more are a step back
        Assert.True(seconds < 180, $"{task}: {seconds} s"); // a minute is the aim; machines that run tests are slow
    }
}
