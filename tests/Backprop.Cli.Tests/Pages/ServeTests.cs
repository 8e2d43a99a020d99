using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Backprop.Cli.Tests.Pages;

/// <summary><c>serve</c> as its users run it, and as a stranger would misuse it.</summary>
public sealed class ServeTests : Tool
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
        Assert.Contains("<svg class=\"graph\"", page, StringComparison.Ordinal);
        Assert.Contains("<math", page, StringComparison.Ordinal);
        Assert.Contains("--panel", await client.GetStringAsync("/page.css", Cancelled), StringComparison.Ordinal);
        Assert.True((await client.GetByteArrayAsync("/_framework/blazor.web.js", Cancelled)).Length > 50_000);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/export/0/model.safetensors", Cancelled)).StatusCode);
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
        (Process process, Uri address) = Serve("--port", "0");
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new(method), new Uri(address, path));
        request.Headers.Host = host is null ? null : $"{host}:{address.Port}";
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using HttpResponseMessage answer = await client.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        process.Kill();
    }

    [Fact]
    public async Task A_model_opens_on_the_data_it_was_trained_on()
    {
        Json("train", "builtin:iris", "--network", "5:tanh", "--epochs", "2", "--json");
        (Process process, Uri address) = Serve("model.safetensors", "--port", "0");
        using var client = new HttpClient { BaseAddress = address };
        Assert.Contains("4-5:tanh-3:softmax on builtin:iris", await client.GetStringAsync("/", Cancelled), StringComparison.Ordinal);
        process.Kill();
    }

    [Fact]
    public async Task Data_alone_open_too()
    {
        Write("rows.csv", "a,b,y\n1,2,u\n2,3,v\n4,1,u\n5,2,v\n1,1,u\n2,2,v\n");
        (Process process, Uri address) = Serve("rows.csv", "--port", "0");
        using var client = new HttpClient { BaseAddress = address };
        Assert.Contains("2-16:tanh-2:softmax on rows.csv", await client.GetStringAsync("/", Cancelled), StringComparison.Ordinal);
        process.Kill();
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
                Assert.Contains("<svg class=\"graph\"", await client.GetStringAsync("/", Cancelled), StringComparison.Ordinal);
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
