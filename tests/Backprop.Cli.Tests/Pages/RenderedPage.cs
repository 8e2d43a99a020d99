using Backprop.Pages.Components;
using Backprop.Pages.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.JSInterop;

namespace Backprop.Cli.Tests.Pages;

/// <summary>What a tab that has connected is shown first, without a browser.</summary>
internal static class RenderedPage
{
    public static async Task<string> Of(GivenFiles given, string query = "")
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddSingleton(given).AddSingleton<NavigationManager>(new Address(query)).AddSingleton<IJSRuntime, NoScript>().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<Home>()).ToHtmlString());
    }

    private sealed class Address : NavigationManager
    {
        public Address(string query) => Initialize("http://127.0.0.1/", $"http://127.0.0.1/{query}");
    }

    private sealed class NoScript : IJSRuntime
    {
        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => default;

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => default;
    }
}
