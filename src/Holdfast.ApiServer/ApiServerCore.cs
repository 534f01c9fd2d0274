using System.Collections.Immutable;
using System.Net;
using Holdfast.ApiServer.Admission;
using Holdfast.ApiServer.Admission.Webhooks;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.ApiServer.Security.Rbac;
using Holdfast.ApiServer.Security.Tokens;
using Holdfast.ApiServer.Transport;
using Holdfast.Client;
using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.Core;
using Holdfast.Model.Discovery;
using Holdfast.Model.Rbac;
using Holdfast.Model.Scheduling;
using Holdfast.Platform;
using Holdfast.Store;

namespace Holdfast.ApiServer;

/// <summary>
/// The API server without its HTTP front: what the simulator runs on its one thread, and what <see cref="ApiServerHost"/>
/// puts on the network.
/// </summary>
public sealed class ApiServerCore
{
    /// <summary>The second number of Services' addresses unless somebody says otherwise.</summary>
    public const byte DefaultServiceBlock = 96;

    private static readonly string[] Namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    private readonly byte _serviceBlock;

    /// <summary>Puts the parts together.</summary>
    /// <param name="store">Where objects are kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="chance">Draws uids and names.</param>
    /// <param name="serviceBlock">The second number of Services' addresses, which are 127.N.0.0/16.</param>
    /// <param name="tokens">Gives out the tokens of service accounts; null when nobody does.</param>
    /// <param name="webhooks">The way to admission webhooks; without it their configurations are not served.</param>
    public ApiServerCore(
        ResourceStore store, TimeProvider time, IChance chance, byte serviceBlock = DefaultServiceBlock, ServiceAccountTokens? tokens = null,
        IWebhookTransport? webhooks = null)
    {
        _serviceBlock = serviceBlock;
        Served = ServedResources.OfModel();
        Authorizer = new ClusterAuthorizer(() => new ClusterView(store.Snapshot()));
        foreach (var review in Reviews.All(Authorizer))
            Served.Serve(review);
        if (tokens is not null && Served.Find(ServiceAccount.ResourceType) is { } accounts)
            Served.Serve(accounts with { Subresources = [.. accounts.Subresources, "token"] });
        var admission = AdmissionChain.BuiltIn(chance, Authorizer, serviceBlock, Webhooks(webhooks, time, chance));
        Registry = new ResourceRegistry(new RegistryParts(store, Served, admission, time, chance) { Tokens = tokens });
    }

    /// <summary>What is served.</summary>
    public ServedResources Served { get; }

    /// <summary>The verbs.</summary>
    public ResourceRegistry Registry { get; }

    /// <summary>Who may do what.</summary>
    public IAuthorizer Authorizer { get; }

    private ImmutableArray<IAdmissionPlugin> Webhooks(IWebhookTransport? transport, TimeProvider time, IChance chance)
    {
        if (transport is null)
        {
            Served.Withdraw(MutatingWebhookConfiguration.ResourceType);
            Served.Withdraw(ValidatingWebhookConfiguration.ResourceType);
            return [];
        }
        var (catalogue, caller) = (new WebhookCatalogue(), new WebhookCaller(transport, Served, Authorizer, time, chance));
        return [new MutatingWebhooks(catalogue, caller), new ValidatingWebhooks(catalogue, caller)];
    }

    /// <summary>A way in for a part of the same process.</summary>
    /// <param name="identity">Who asks.</param>
    public IApiTransport InProcess(UserInfo identity) => new InProcessTransport(Registry, Authorizer, identity);

    /// <summary>Makes what every cluster begins with, where it is missing: the four namespaces, the Service of the API itself, the default roles and the priority classes of the system.</summary>
    /// <param name="served">Where pods reach the API; null when it is not served.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task BootstrapAsync(IPEndPoint? served, CancellationToken cancellationToken)
    {
        await Registry.ServeCustomResourcesAsync();
        var client = new KubernetesClient(InProcess(UserInfo.ApiServer), "kube-apiserver");
        foreach (var name in Namespaces)
            await EnsureAsync(client, Namespace.Empty with { Metadata = Meta(name, "") }, cancellationToken);
        await EnsureAsync(client, Service.Empty with
        {
            Metadata = Meta("kubernetes", "default") with { Labels = Labels(("component", "apiserver"), ("provider", "kubernetes")) },
            Spec = ServiceSpec.Empty with
            {
                ClusterIP = $"127.{_serviceBlock}.0.1",
                Ports = [ServicePort.Empty with { Name = "https", Port = 443, Protocol = "TCP", TargetPort = served?.Port ?? 6443 }],
            },
        }, cancellationToken);
        if (served is not null)
            await PointAtAsync(client, served, cancellationToken);
        // Together, so that they share a commit; what aggregates comes after what it shows.
        await Task.WhenAll(DefaultRoles.Roles.Where(role => role.AggregationRule is null).Select(role => EnsureAsync(client, role, cancellationToken)));
        foreach (var role in DefaultRoles.Roles.Where(role => role.AggregationRule is not null))
            await EnsureAsync(client, role, cancellationToken);
        await Task.WhenAll(DefaultRoles.Bindings.Select(binding => EnsureAsync(client, binding, cancellationToken)));
        await Task.WhenAll(SystemPriorities.All.Select(priority => EnsureAsync(client, priority, cancellationToken)));
    }

    /// <summary>Has the Service of the API lead to where it is served now; the Service has no selector, so nobody else does.</summary>
    private static async Task PointAtAsync(KubernetesClient client, IPEndPoint served, CancellationToken cancellationToken)
    {
        var slice = EndpointSlice.Empty with
        {
            Metadata = Meta("kubernetes", "default") with { Labels = Labels(("kubernetes.io/service-name", "kubernetes")) },
            AddressType = "IPv4",
            Endpoints = [new Endpoint { Addresses = [$"{served.Address}"], Conditions = new EndpointConditions { Ready = true } }],
            Ports = [new Holdfast.Model.Discovery.EndpointPort { Name = "https", Port = served.Port, Protocol = "TCP" }],
        };
        var endpoints = Endpoints.Empty with
        {
            Metadata = Meta("kubernetes", "default") with { Labels = Labels(("endpointslice.kubernetes.io/skip-mirror", "true")) },
            Subsets =
            [
                new EndpointSubset
                {
                    Addresses = [new EndpointAddress { Ip = $"{served.Address}" }],
                    Ports = [new Holdfast.Model.Core.EndpointPort { Name = "https", Port = served.Port, Protocol = "TCP" }],
                },
            ],
        };
        if (await client.FindAsync<EndpointSlice>("default", "kubernetes", cancellationToken) is { } oldSlice)
            await client.UpdateAsync(oldSlice with { Endpoints = slice.Endpoints, Ports = slice.Ports }, cancellationToken);
        else
            await client.CreateAsync(slice, cancellationToken);
        if (await client.FindAsync<Endpoints>("default", "kubernetes", cancellationToken) is { } oldEndpoints)
            await client.UpdateAsync(oldEndpoints with { Subsets = endpoints.Subsets }, cancellationToken);
        else
            await client.CreateAsync(endpoints, cancellationToken);
    }

    private static async Task EnsureAsync(KubernetesClient client, ClusterRole role, CancellationToken cancellationToken)
    {
        if (await client.FindAsync<ClusterRole>("", role.Metadata.Name, cancellationToken) is not { } found)
            await client.CreateAsync(role, cancellationToken);
        else if (RoleReconciliation.Completed(found, role) is { } completed)
            await client.UpdateAsync(completed, cancellationToken);
    }

    private static async Task EnsureAsync(KubernetesClient client, ClusterRoleBinding binding, CancellationToken cancellationToken)
    {
        var found = await client.FindAsync<ClusterRoleBinding>("", binding.Metadata.Name, cancellationToken);
        var completed = found is null ? binding : RoleReconciliation.Completed(found, binding);
        if (completed is null)
            return;
        if (found is not null && found.RoleRef == completed.RoleRef)
        {
            await client.UpdateAsync(completed, cancellationToken);
            return;
        }
        // A binding cannot be turned to another role: it is made anew.
        if (found is not null)
            await client.DeleteAsync<ClusterRoleBinding>("", found.Metadata.Name, null, cancellationToken);
        await client.CreateAsync(completed with { Metadata = completed.Metadata with { Uid = "", ResourceVersion = "", CreationTimestamp = null, ManagedFields = [] } }, cancellationToken);
    }

    private static Model.Meta.ObjectMeta Meta(string name, string namespaceName) =>
        Model.Meta.ObjectMeta.Empty with { Name = name, Namespace = namespaceName };

    private static Model.Values.ValueMap<string> Labels(params (string, string)[] labels) => Model.Values.ValueMap.Of(labels);

    private static async Task EnsureAsync<T>(KubernetesClient client, T resource, CancellationToken cancellationToken)
        where T : class, Model.Resources.IResource<T>
    {
        if (await client.FindAsync<T>(resource.Metadata.Namespace, resource.Metadata.Name, cancellationToken) is null)
            await client.CreateAsync(resource, cancellationToken);
    }
}
