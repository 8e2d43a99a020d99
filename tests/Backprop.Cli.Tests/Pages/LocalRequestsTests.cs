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
}
