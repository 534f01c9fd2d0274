using System.Net;
using Holdfast.ApiServer.Http;
using Holdfast.ApiServer.Security;
using Holdfast.ApiServer.Security.Audit;
using Holdfast.Platform;
using Holdfast.Platform.Metrics;
using Holdfast.Store;

namespace Holdfast.ApiServer;

/// <summary>What an API server is started with.</summary>
/// <param name="DataFolder">Where keys, certificates and tokens are kept, in a folder <c>pki</c> of their own.</param>
/// <param name="Store">Where objects are kept; stays the caller's.</param>
public sealed record ApiServerOptions(string DataFolder, ResourceStore Store)
{
    /// <summary>The address to listen on. Any but a loopback address lets other machines reach the server.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 for any that is free.</summary>
    public int Port { get; init; }

    /// <summary>How long the server's and clients' certificates hold; each is made anew when two thirds of that are over.</summary>
    public TimeSpan CertificateLife { get; init; } = ServerKeySettings.UsualLife;

    /// <summary>The keys, when somebody has begun to open them before the server; null to open them with it.</summary>
    public Task<ServerKeys>? Keys { get; init; }

    /// <summary>Told of the administrator's credentials whenever they were renewed while the server runs.</summary>
    public Action<ClusterCredentials> OnRenewed { get; init; } = static _ => { };

    /// <summary>How much its clients can take up at once.</summary>
    public RequestBounds Bounds { get; init; } = new();

    /// <summary>How the audit log is kept.</summary>
    public AuditOptions Audit { get; init; } = new();

    /// <summary>The second number of Services' addresses, which are 127.N.0.0/16.</summary>
    public byte ServiceBlock { get; init; } = ApiServerCore.DefaultServiceBlock;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The figures that <c>/metrics</c> shows.</summary>
    public MetricRegistry Metrics { get; init; } = new();

    /// <summary>Draws uids, names and secrets.</summary>
    public IChance Chance { get; init; } = new SystemChance();

    /// <summary>Makes Tables; null when there are none.</summary>
    public ITableConverter? Tables { get; init; } = new Tables.TableConverter();

    /// <summary>Makes OpenAPI documents; null when there are none.</summary>
    public Func<Registry.ServedResources, IOpenApiDocuments>? OpenApi { get; init; } = static served => new OpenApi.OpenApiDocuments(served);

    /// <summary>Reaches the nodes; null when there are none.</summary>
    public INodeProxy? Nodes { get; init; }

    /// <summary>Told of each failure that a request met and that is the server's own, for the log.</summary>
    public Action<Exception> OnFault { get; init; } = static _ => { };

    /// <summary>What the certificates are to hold for.</summary>
    internal ServerKeySettings KeySettings => new(Address, ServiceBlock) { CertificateLife = CertificateLife };
}
