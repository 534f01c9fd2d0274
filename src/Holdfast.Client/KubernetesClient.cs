using Holdfast.Model.CustomResources;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Client;

/// <summary>The typed client: reads, writes and watches objects over any <see cref="IApiTransport"/>.</summary>
/// <param name="transport">How the server is reached.</param>
/// <param name="fieldManager">Who writes, for <c>metadata.managedFields</c>.</param>
/// <param name="component">Which part of the writer asks, where several write under one name.</param>
public sealed class KubernetesClient(IApiTransport transport, string fieldManager, string component = "")
{
    /// <summary>How the server is reached.</summary>
    public IApiTransport Transport => transport;

    private ResourceType? Custom { get; init; }

    /// <summary>The same client, which means a kind of its own by <see cref="CustomObject"/>.</summary>
    /// <param name="type">The kind.</param>
    public KubernetesClient Of(ResourceType type) => new(transport, fieldManager, component) { Custom = type };

    /// <summary>Reads an object.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="namespaceName">The namespace; empty for cluster-scoped kinds.</param>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">It is not there, or the server refused.</exception>
    public Task<T> GetAsync<T>(string namespaceName, string name, CancellationToken cancellationToken) where T : class, IResource<T> =>
        ObjectAsync<T>(Call<T>(ApiVerb.Get, namespaceName, name), cancellationToken);

    /// <summary>Reads an object, or null when it is not there.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="namespaceName">The namespace; empty for cluster-scoped kinds.</param>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<T?> FindAsync<T>(string namespaceName, string name, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        try
        {
            return await GetAsync<T>(namespaceName, name, cancellationToken);
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Lists a collection at one revision.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="query">Which objects.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        transport.ListAsync<T>(Asked<T>(query), cancellationToken);

    /// <summary>Watches a collection until it is cancelled or the server ends it.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="query">Which objects, and from which revision.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
        transport.WatchAsync<T>(Asked<T>(query), cancellationToken);

    /// <summary>Makes an object and gives it as it was stored.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="resource">The object.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<T> CreateAsync<T>(T resource, CancellationToken cancellationToken) where T : class, IResource<T> =>
        ObjectAsync<T>(Call<T>(ApiVerb.Create, resource.Metadata.Namespace, "") with { Body = resource }, cancellationToken);

    /// <summary>Replaces an object; it must carry the resourceVersion that was read, or the write is unconditional.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="resource">The object.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">A conflict: the object has changed since.</exception>
    public Task<T> UpdateAsync<T>(T resource, CancellationToken cancellationToken) where T : class, IResource<T> =>
        ObjectAsync<T>(Call<T>(ApiVerb.Update, resource.Metadata.Namespace, resource.Metadata.Name) with { Body = resource }, cancellationToken);

    /// <summary>Replaces an object's status.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="resource">The object with its new status.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">A conflict: the object has changed since.</exception>
    public Task<T> UpdateStatusAsync<T>(T resource, CancellationToken cancellationToken) where T : class, IResource<T> =>
        ObjectAsync<T>(Call<T>(ApiVerb.Update, resource.Metadata.Namespace, resource.Metadata.Name) with { Body = resource, Subresource = "status" }, cancellationToken);

    /// <summary>Changes an object by a patch.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="namespaceName">The namespace; empty for cluster-scoped kinds.</param>
    /// <param name="name">The name.</param>
    /// <param name="form">The patch's form.</param>
    /// <param name="patch">The patch's JSON text.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="subresource">The sub-resource; empty for the object itself.</param>
    public Task<T> PatchAsync<T>(string namespaceName, string name, PatchForm form, ReadOnlyMemory<byte> patch, CancellationToken cancellationToken, string subresource = "")
        where T : class, IResource<T> =>
        ObjectAsync<T>(Call<T>(ApiVerb.Patch, namespaceName, name) with { PatchForm = form, Patch = patch, Subresource = subresource }, cancellationToken);

    /// <summary>Deletes an object.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="namespaceName">The namespace; empty for cluster-scoped kinds.</param>
    /// <param name="name">The name.</param>
    /// <param name="options">Grace period, propagation and preconditions; null for the kind's defaults.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">It is not there, or a precondition does not hold.</exception>
    public Task<ApiAnswer> DeleteAsync<T>(string namespaceName, string name, DeleteOptions? options, CancellationToken cancellationToken) where T : class, IResource<T> =>
        transport.CallAsync(Call<T>(ApiVerb.Delete, namespaceName, name) with { DeleteOptions = options }, cancellationToken);

    /// <summary>Posts an object to a sub-resource of another, such as a Binding or an Eviction to a pod.</summary>
    /// <typeparam name="T">The kind that has the sub-resource.</typeparam>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="name">The name.</param>
    /// <param name="subresource">The sub-resource.</param>
    /// <param name="body">What is posted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ApiAnswer> PostAsync<T>(string namespaceName, string name, string subresource, IResource body, CancellationToken cancellationToken) where T : class, IResource<T> =>
        transport.CallAsync(Call<T>(ApiVerb.Create, namespaceName, name) with { Subresource = subresource, Body = body }, cancellationToken);

    private ApiCall Call<T>(ApiVerb verb, string namespaceName, string name) where T : class, IResource<T> =>
        new(verb, TypeOf<T>(), TypeOf<T>().IsNamespaced ? namespaceName : "", name) { FieldManager = fieldManager, Component = component };

    private ListQuery Asked<T>(ListQuery query) where T : class, IResource<T> =>
        Custom is null || query.Type is not null || typeof(T) != typeof(CustomObject) ? query : query with { Type = Custom };

    private ResourceType TypeOf<T>() where T : class, IResource<T> =>
        Custom is not null && typeof(T) == typeof(CustomObject) ? Custom : T.ResourceType;

    private async Task<T> ObjectAsync<T>(ApiCall call, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        var answer = await transport.CallAsync(call, cancellationToken);
        return ResourceForm.As<T>(answer.Object) ?? throw new ApiException(answer.Status ?? Status.Empty with
        {
            Reason = "UnreadableAnswer",
            Message = $"the server answered {call.Verb} {call.Type} with {(answer.Object is { } other ? $"a {other.GetResourceType().Kind} of {other.GetResourceType().ApiVersion}" : "nothing")}, not with a {call.Type.Kind}",
        });
    }
}
