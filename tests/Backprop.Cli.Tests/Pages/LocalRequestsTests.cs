using Backprop.Cli.Pages;
using Microsoft.AspNetCore.Http;

namespace Backprop.Cli.Tests.Pages;

public sealed class LocalRequestsTests
{
    [Theory]
    [InlineData("127.0.0.1:5117", true)]
    [InlineData("localhost:5117", true)]
    [InlineData("LOCALHOST:5117", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.1:80", false)]
    [InlineData("example.com:5117", false)]
    [InlineData("127.0.0.1.example.com:5117", false)]
    [InlineData("localhost.example.com:5117", false)]
    [InlineData("", false)]
    public void A_host_is_own_by_name_and_port(string host, bool own) => Assert.Equal(own, LocalRequests.IsOwn(new HostString(host), 5117));

    [Theory]
    [InlineData("http://127.0.0.1:5117", true)]
    [InlineData("http://localhost:5117", true)]
    [InlineData("https://127.0.0.1:5117", false)]
    [InlineData("http://127.0.0.1:5118", false)]
    [InlineData("http://127.0.0.1", false)]
    [InlineData("http://example.com:5117", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public void An_origin_is_own_by_scheme_name_and_port(string origin, bool own) => Assert.Equal(own, LocalRequests.IsOwn(origin, 5117));

    [Theory]
    [InlineData(true, "GET", "/", null, null, null)] // no browser, or an old one
    [InlineData(true, "GET", "/", "none", "navigate", "document")] // typed, or a bookmark
    [InlineData(true, "GET", "/page.css", "same-origin", "no-cors", "style")]
    [InlineData(true, "GET", "/_framework/blazor.web.js", "same-origin", "no-cors", "script")]
    [InlineData(true, "POST", "/_blazor/negotiate", "same-origin", "cors", "empty")]
    [InlineData(true, "GET", "/_blazor", "same-origin", "websocket", "websocket")]
    [InlineData(true, "GET", "/", "cross-site", "navigate", "document")] // a link that was sent to somebody
    [InlineData(true, "GET", "/", "same-site", "navigate", "document")]
    [InlineData(false, "GET", "/", "cross-site", "no-cors", "image")]
    [InlineData(false, "GET", "/", "same-site", "no-cors", "image")] // another port of this machine
    [InlineData(false, "GET", "/", "cross-site", "navigate", "iframe")]
    [InlineData(false, "GET", "/", "cross-site", "navigate", null)]
    [InlineData(false, "GET", "/", "cross-site", null, null)]
    [InlineData(false, "GET", "/", "cross-site", "no-cors", "script")]
    [InlineData(false, "GET", "/", "cross-site", "cors", "empty")]
    [InlineData(false, "POST", "/", "cross-site", "navigate", "document")]
    [InlineData(false, "GET", "/export/0/model.safetensors", "cross-site", "navigate", "document")]
    [InlineData(false, "GET", "/_blazor", "cross-site", "websocket", "websocket")]
    [InlineData(false, "GET", "/page.css", "cross-site", "no-cors", "style")]
    [InlineData(false, "GET", "/", "", "no-cors", "image")]
    [InlineData(false, "GET", "/", "nonsense", "no-cors", "image")]
    public void What_another_site_loads_is_refused(bool isLetIn, string method, string path, string? site, string? mode, string? destination)
    {
        HttpRequest request = new DefaultHttpContext().Request;
        (request.Method, request.Path) = (method, path);
        foreach ((string name, string? value) in new[] { ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", destination) })
        {
            if (value is not null)
            {
                request.Headers[name] = new(value);
            }
        }

        Assert.Equal(isLetIn, LocalRequests.IsAskedFor(request));
    }

    [Fact]
    public void Two_answers_to_where_from_are_one_too_many()
    {
        HttpRequest request = new DefaultHttpContext().Request;
        (request.Method, request.Path) = ("GET", "/");
        request.Headers["Sec-Fetch-Site"] = new(["same-origin", "cross-site"]);
        Assert.False(LocalRequests.IsAskedFor(request));
    }
}
