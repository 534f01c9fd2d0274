using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Holdfast.ApiServer.Http.Proxying;

/// <summary>What is different between the request that came and the one that goes on: the address, whose credentials it has, and where redirects lead.</summary>
internal sealed class ProxyTransformer(RequestPath path, Uri target) : HttpTransformer
{
    private static readonly string[] Dropped = ["Authorization", "Host", "X-Remote-User", "X-Remote-Group", "Impersonate-User", "Impersonate-Group", "Impersonate-Uid"];

    // The path up to and with "proxy": what redirects of the target are put below.
    private readonly string _prefix = path.Text[..(path.Text.Length - path.Rest.Length)];

    public override async ValueTask TransformRequestAsync(HttpContext http, HttpRequestMessage request, string prefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(http, request, prefix, cancellationToken);
        // The path goes on as it was written, escapes and all.
        request.RequestUri = new Uri($"{target.GetLeftPart(UriPartial.Authority)}{(path.Rest.Length == 0 ? "/" : path.Rest)}{http.Request.QueryString}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        foreach (var name in Dropped.Concat(request.Headers.Select(header => header.Key).Where(name => name.StartsWith("Impersonate-Extra-", StringComparison.OrdinalIgnoreCase)).ToArray()))
            request.Headers.Remove(name);
        Set(request.Headers, "X-Forwarded-Uri", path.Text);
        Set(request.Headers, "X-Forwarded-Host", http.Request.Host.Value ?? "");
        Set(request.Headers, "X-Forwarded-Proto", http.Request.Scheme);
        var before = http.Request.Headers["X-Forwarded-For"].ToString();
        Set(request.Headers, "X-Forwarded-For", before.Length == 0 ? $"{http.Connection.RemoteIpAddress}" : $"{before}, {http.Connection.RemoteIpAddress}");
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext http, HttpResponseMessage? response, CancellationToken cancellationToken)
    {
        var hasBody = await base.TransformResponseAsync(http, response, cancellationToken);
        if (http.Response.Headers.Location.ToString() is { Length: > 0 } location)
            http.Response.Headers.Location = Rewritten(location, http.Request);
        return hasBody;
    }

    private string Rewritten(string location, HttpRequest request)
    {
        if (!Uri.TryCreate(target, location, out var there) || (there.Authority != target.Authority && there.Authority != request.Host.Value))
            return location;
        var below = there.AbsolutePath.StartsWith(_prefix, StringComparison.Ordinal) ? there.AbsolutePath : _prefix + there.AbsolutePath;
        return $"{request.Scheme}://{request.Host}{below}{there.Query}{there.Fragment}";
    }

    private static void Set(HttpRequestHeaders headers, string name, string value)
    {
        headers.Remove(name);
        headers.TryAddWithoutValidation(name, value);
    }
}
