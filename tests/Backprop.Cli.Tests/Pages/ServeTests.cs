using System.Diagnostics;
using System.Net;

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
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
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
