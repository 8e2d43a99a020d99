using Microsoft.AspNetCore.Http;

namespace Backprop.Cli.Pages;

/// <summary>
/// Refuses requests that name another host or come from another site's page. Listening on loopback alone does not keep out a site whose
/// name is made to resolve to 127.0.0.1, nor a script elsewhere that opens a WebSocket here: browsers do not ask before they do.
/// </summary>
internal static class LocalRequests
{
    public static Task Only(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        if (!IsOwn(request.Host, context.Connection.LocalPort) || request.Headers.Origin.Any(origin => !IsOwn(origin, context.Connection.LocalPort)))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }

        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return next(context);
    }

    /// <summary>Whether a Host header names this server.</summary>
    public static bool IsOwn(HostString host, int port) => (host.Port ?? 80) == port && IsLoopback(host.Host);

    /// <summary>Whether an Origin header names this server's pages.</summary>
    public static bool IsOwn(string? origin, int port) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Scheme == Uri.UriSchemeHttp && uri.Port == port && IsLoopback(uri.Host);

    private static bool IsLoopback(string host) => host is "127.0.0.1" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
}
