using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Backprop.Cli.Tests.Pages;

/// <summary><c>serve</c> as its users run it, and as a stranger would misuse it.</summary>
public sealed class ServeTests(ServedPage page) : Tool, IClassFixture<ServedPage>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private (Process Process, Uri Address) Serve(params string[] args)
    {
        Process process = Process.Start(Start(["serve", .. args]))!;
        _ = process.StandardError.ReadToEndAsync();
        return (process, new(process.StandardOutput.ReadLine()!));
    }

    [Fact]
    public async Task The_page_comes_whole_from_any_folder()
    {
        (Process process, Uri address) = Serve("--port", "0");
        using var client = new HttpClient { BaseAddress = address };
        Assert.Equal("127.0.0.1", address.Host);
        string page = await client.GetStringAsync("/", Cancelled);
        Assert.Contains("blazor.web.js", page, StringComparison.Ordinal);
        Assert.Contains("Connecting to backprop", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<svg", page, StringComparison.Ordinal); // nothing is built before somebody connects
        Assert.Contains("--panel", await client.GetStringAsync("/page.css", Cancelled), StringComparison.Ordinal);
        Assert.True((await client.GetByteArrayAsync("/_framework/blazor.web.js", Cancelled)).Length > 50_000);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/export/0/model.safetensors", Cancelled)).StatusCode);
        process.Kill();
    }

    /// <summary>As a browser asks for a picture on another site's page: none of it reaches the page.</summary>
    [Theory]
    [InlineData("/?hidden=30000:tanh-30000:tanh", "image", HttpStatusCode.Forbidden)]
    [InlineData("/page.css", "style", HttpStatusCode.Forbidden)]
    [InlineData("/?data=xor", "iframe", HttpStatusCode.Forbidden)]
    [InlineData("/?data=xor", "document", HttpStatusCode.OK)]
    public async Task What_another_site_loads_is_refused(string path, string destination, HttpStatusCode expected)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(page.Address, path));
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        request.Headers.Add("Sec-Fetch-Mode", destination is "document" or "iframe" ? "navigate" : "no-cors");
        request.Headers.Add("Sec-Fetch-Dest", destination);
        using HttpResponseMessage answer = await client.SendAsync(request, Cancelled);
        Assert.Equal(expected, answer.StatusCode);
        if (expected == HttpStatusCode.OK)
        {
            Assert.Equal("same-origin", answer.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        }
    }

    /// <summary>Any site can make a browser ask for any address: the answer is always the same few bytes, and nothing is built for it.</summary>
    [Fact]
    public async Task An_address_costs_next_to_nothing()
    {
        (Process process, Uri address) = Serve("--port", "0");
        using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        string bare = await client.GetStringAsync("/", Cancelled);
        await Task.Delay(2000, Cancelled); // until it has warmed up
        process.Refresh();
        long before = process.PeakWorkingSet64;
        foreach (string query in new[]
        {
            "hidden=6000:tanh-6000:tanh", "hidden=30000:tanh-30000:tanh", "hidden=16000000:tanh", "hidden=99999999999:tanh", $"hidden={string.Join('-', Enumerable.Repeat("1:tanh", 1000))}",
            "rows=20000&batch=65536&hidden=5000:tanh", "data=digits&steps=9000000000000000000", "rows=1e9", "noise=NaN", "test=1e999", "batch=-1", "seed=99999999999999999999999", $"parameter={new string('W', 6000)}", $"data={new string('%', 2000)}",
        })
        {
            long begun = Stopwatch.GetTimestamp();
            string page = await client.GetStringAsync($"/?{query}", Cancelled);
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(2), $"{Stopwatch.GetElapsedTime(begun)} for {query}"); // milliseconds, but other tests have the processors too
            Assert.True(Math.Abs(page.Length - bare.Length) < 1000, $"{page.Length} characters for {query}");
            process.Refresh();
            Assert.True(process.PeakWorkingSet64 - before < 32_000_000, $"{process.PeakWorkingSet64 - before:N0} bytes more after {query}");
        }

        process.Kill();
    }

    [Theory]
    [InlineData("GET", "/", "evil.example", null)]
    [InlineData("GET", "/", null, "http://evil.example")]
    [InlineData("GET", "/page.css", "evil.example", null)]
    [InlineData("GET", "/_framework/blazor.web.js", "evil.example", null)]
    [InlineData("POST", "/_blazor/negotiate?negotiateVersion=1", null, "http://evil.example")]
    [InlineData("POST", "/_blazor/negotiate?negotiateVersion=1", "evil.example", null)]
    [InlineData("POST", "/_blazor/negotiate?negotiateVersion=1", null, "null")]
    [InlineData("GET", "/_blazor?id=1", null, "http://evil.example")]
    [InlineData("GET", "/nowhere", "evil.example", null)]
    public async Task A_foreign_host_or_origin_is_refused(string method, string path, string? host, string? origin)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new(method), new Uri(page.Address, path));
        request.Headers.Host = host is null ? null : $"{host}:{page.Address.Port}";
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using HttpResponseMessage answer = await client.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    /// <summary>Thousands of connections, uploads without end, sockets that speak nonsense: the page stays up, small and on loopback.</summary>
    [Fact]
    public async Task It_stays_up_under_abuse()
    {
        (Process process, Uri address) = Serve("--port", "0");
        using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        await client.GetStringAsync("/", Cancelled);
        var open = new List<TcpClient>();
        for (int n = 0; n < 2000; n++)
        {
            var connection = new TcpClient();
            open.Add(connection);
            try
            {
                await connection.ConnectAsync(IPAddress.Loopback, address.Port, Cancelled);
                await connection.GetStream().WriteAsync(n % 4 == 0 ? "GET / HTTP/1.1\r\nHost: "u8.ToArray() : n % 4 == 1 ? new byte[500] : n % 4 == 2 ? Upgrade(address) : [], Cancelled);
            }
            catch (Exception error) when (error is IOException or SocketException)
            {
                // It hung up on us: that is its right.
            }
        }

        foreach (TcpClient connection in open)
        {
            connection.Dispose();
        }

        using var endless = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1") { Content = new ByteArrayContent(new byte[50_000_000]) };
        HttpStatusCode? answer = null;
        try
        {
            answer = (await client.SendAsync(endless, Cancelled)).StatusCode;
        }
        catch (HttpRequestException)
        {
            // It hung up in the middle of the upload.
        }

        Assert.NotEqual(HttpStatusCode.OK, answer);
        for (int attempt = 0; ; attempt++) // until it has noticed that the connections are gone
        {
            try
            {
                Assert.Contains("blazor.web.js", await client.GetStringAsync("/", Cancelled), StringComparison.Ordinal);
                break;
            }
            catch (HttpRequestException) when (attempt < 20)
            {
                await Task.Delay(500, Cancelled);
            }
        }

        process.Refresh();
        Assert.True(process.WorkingSet64 < 600_000_000, $"{process.WorkingSet64:N0} bytes");
        process.Kill();

        // a WebSocket of the page's own hub, and then frames that are none
        static byte[] Upgrade(Uri address) =>
            [.. Encoding.ASCII.GetBytes($"GET /_blazor?id=x HTTP/1.1\r\nHost: 127.0.0.1:{address.Port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"), 0xFF, 0xFF, 1, 2, 3];
    }

    [Fact]
    public void What_cannot_be_opened_is_said_at_once()
    {
        Assert.Equal(3, Run("serve", "missing.safetensors").Code);
        Assert.Equal(3, Run("serve", "missing.csv").Code);
        Assert.Equal(2, Run("serve", "--port", "70000").Code);
        Assert.Equal(2, Run("serve", "--prt", "1").Code);
    }

    [Fact]
    public void A_port_that_is_taken_is_said()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        (int code, _, string error) = Run("serve", "--port", $"{((IPEndPoint)taken.LocalEndpoint).Port}");
        Assert.Equal(2, code);
        Assert.Contains("in use", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupt_ends_it()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("needs kill -INT");
        }

        (Process process, _) = Serve("--port", "0");
        using Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        Assert.True(process.WaitForExit(30_000));
        Assert.Equal(130, process.ExitCode);
    }
}
