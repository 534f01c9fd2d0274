using System.Net;
using System.Net.Security;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Registry;
using Holdfast.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Holdfast.ApiServer.Http.Proxying;

/// <summary>
/// Answers <c>pods/proxy</c> and <c>services/proxy</c>: passes a request of any method on to a pod, streams both bodies, passes upgrades
/// through, and lets redirects lead back here.
/// </summary>
internal sealed class ResourceProxy(IHttpForwarder forwarder, IChance chance) : IDisposable
{
    private static readonly ForwarderRequestConfig Forwarding = new()
    {
        // A pod may be silent for as long as a watch is.
        ActivityTimeout = TimeSpan.FromHours(1),
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

#pragma warning disable CA5359 // What runs in a pod has a certificate that nobody here knows; upstream does not look at it either.
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = TimeSpan.FromSeconds(10),
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
    });
#pragma warning restore CA5359

    /// <summary>Passes a request on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">Its path: a pod or Service and <c>proxy</c>.</param>
    /// <param name="view">The cluster.</param>
    public async Task ServeAsync(ApiRequest request, ResourcePath path, ClusterView view)
    {
        var target = path.Plural == "pods" ? ProxyTargets.OfPod(view, path.Namespace, path.Name) : ProxyTargets.OfService(view, path.Namespace, path.Name, chance);
        var http = request.Http;
        if (request.Path.Rest.Length == 0 && http.Request.Method is "GET" or "HEAD" && !http.Features.GetRequiredFeature<IHttpUpgradeFeature>().IsUpgradableRequest)
        {
            // So that relative links in what comes back lead below it.
            http.Response.Headers.Location = request.Path.Text + "/" + http.Request.QueryString;
            http.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            return;
        }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        http.Response.Headers.Remove("Cache-Control");
        var problem = await forwarder.SendAsync(http, target.ToString(), _client, Forwarding, new ProxyTransformer(request.Path, target), request.Aborted);
        if (problem == ForwarderError.None || http.Response.HasStarted || request.Aborted.IsCancellationRequested)
            return;
        var reason = http.Features.Get<IForwarderErrorFeature>()?.Exception?.Message ?? problem.ToString();
        throw ApiErrors.ServiceUnavailable($"error trying to reach service: {reason}");
    }

    public void Dispose() => _client.Dispose();
}
