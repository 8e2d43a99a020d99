using System.Net;
using System.Net.Sockets;
using Backprop.Pages;
using Backprop.Pages.Components;
using Backprop.Pages.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Backprop.Cli.Pages;

/// <summary>The web server of the page: loopback only, everything it sends is inside the executable.</summary>
internal static class PageServer
{
    public const int DefaultPort = 5117;

    private const int MostConnections = 256, MostTabs = 16, MostBytes = 64 * 1024;

    /// <summary>Builds the server; it does not listen yet.</summary>
    /// <param name="given">The model and the data of the command line.</param>
    /// <param name="port">Where to listen; 0: any free port; null: the usual one, or any free one where it is taken.</param>
    public static WebApplication Build(GivenFiles given, int? port)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(PageServer).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory, // nothing is read from the folder that the tool happens to be started in
            EnvironmentName = "Production",
        });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new ErrorLog());
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxConcurrentConnections = MostConnections; // a page needs two; nobody is served by thousands
            options.Limits.MaxConcurrentUpgradedConnections = MostTabs;
            options.Limits.MaxRequestBodySize = MostBytes; // nothing is uploaded
            options.Listen(IPAddress.Loopback, Free(port));
        });
        // Keys live as long as the process: nothing is written to the user's folders.
        builder.Services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents(options =>
        {
            options.DisconnectedCircuitRetentionPeriod = TimeSpan.FromSeconds(30); // a page that is reloaded or has lost its connection stops training soon
            options.DisconnectedCircuitMaxRetained = 4;
        });
        builder.Services.AddSingleton(given);

        WebApplication app = builder.Build();
        app.Use(LocalRequests.Only);
        app.UseAntiforgery();
        foreach ((string name, string type) in PageAssets.Types)
        {
            app.MapGet($"/{name}", () => Results.Stream(PageAssets.Open(name), type));
        }

        app.MapGet("/_framework/blazor.web.js", () => Results.Stream(typeof(PageServer).Assembly.GetManifestResourceStream("blazor.web.js")!, "text/javascript"));
        app.MapRazorComponents<App>().AddAdditionalAssemblies(typeof(Home).Assembly).AddInteractiveServerRenderMode();
        return app;
    }

    /// <summary>Asks for the page once and does what a tab will do, so that its code is compiled when somebody opens it.</summary>
    public static async Task WarmUp(GivenFiles given, string address, CancellationToken cancellation)
    {
        try
        {
            await Task.Run(given.WarmUp, cancellation);
            using var client = new HttpClient();
            await client.GetStringAsync(new Uri(address), cancellation);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            // Whoever opens the page will see what is wrong.
        }
    }

    /// <summary>The port asked for; the usual one gives way to any other where it is taken.</summary>
    private static int Free(int? port)
    {
        if (port is not null)
        {
            return port.Value;
        }

        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, DefaultPort);
            probe.Start();
            return DefaultPort;
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
