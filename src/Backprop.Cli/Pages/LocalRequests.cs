using Microsoft.AspNetCore.Http;

namespace Backprop.Cli.Pages;

/// <summary>
/// Refuses requests that name another host or come from another site's page. Listening on loopback alone does not keep out a site whose
/// name is made to resolve to 127.0.0.1, nor a script elsewhere that opens a WebSocket here, nor a picture whose address is this server's:
/// browsers do not ask before they do. What a browser says of where a request comes from is believed; what is no browser says nothing.
/// </summary>
internal static class LocalRequests
{
    public static Task Only(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        if (!IsOwn(request.Host, context.Connection.LocalPort) || request.Headers.Origin.Any(origin => !IsOwn(origin, context.Connection.LocalPort)) || !IsAskedFor(request))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }

        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return next(context);
    }

    /// <summary>Whether a Host header names this server.</summary>
    public static bool IsOwn(HostString host, int port) => (host.Port ?? 80) == port && IsLoopback(host.Host);

    /// <summary>Whether an Origin header names this server's pages.</summary>
    public static bool IsOwn(string? origin, int port) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Scheme == Uri.UriSchemeHttp && uri.Port == port && IsLoopback(uri.Host);

    /// <summary>
    /// Whether a request is this page's own or a person's: an address that was typed, a bookmark, or a link elsewhere that opens the page in
    /// a tab, which costs nothing until that tab connects. Not so what another site's page loads: pictures, scripts, frames.
    /// </summary>
    public static bool IsAskedFor(HttpRequest request)
    {
        IHeaderDictionary headers = request.Headers;
        bool isLink = HttpMethods.IsGet(request.Method) && request.Path == "/" && headers["Sec-Fetch-Mode"] == "navigate" && headers["Sec-Fetch-Dest"] == "document";
        return headers["Sec-Fetch-Site"] is { Count: 0 } or ["same-origin"] or ["none"] || isLink;
    }

    private static bool IsLoopback(string host) => host is "127.0.0.1" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
}
