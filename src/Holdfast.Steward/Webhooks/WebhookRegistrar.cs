using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;
using Holdfast.Steward.Running;

namespace Holdfast.Steward.Webhooks;

/// <summary>Keeps the webhook configurations as the Stewards that there are ask for. Its one key is the configurations' name.</summary>
/// <param name="context">The world.</param>
/// <param name="reach">How webhooks are reached.</param>
public sealed class WebhookRegistrar(ControllerContext context, WebhookReach reach) : IReconciler<ResourceKey>
{
    private static readonly ResourceKey Only = new("", WebhookConfigurations.Name);

    private readonly ResourceCache<StewardResource> _stewards = context.Caches.Get<StewardResource>();
    private readonly KubernetesClient _client = new(context.Environment.Transport, StewardNames.FieldManager, "steward-webhooks");

    /// <summary>Adds the registrar to a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="context">The world.</param>
    /// <param name="reach">How webhooks are reached.</param>
    public static void AddTo(ControllerHost host, ControllerContext context, WebhookReach reach)
    {
        ArgumentNullException.ThrowIfNull(host);
        var registrar = new WebhookRegistrar(context, reach);
        var controller = new Controller<ResourceKey>("steward-webhooks", registrar, context, null).WatchChanges(registrar._stewards, Concerned);
        controller.Queue.Add(Only);
        host.Add(controller);
    }

    /// <summary>Takes the configurations away, so that nobody waits for answers that nobody gives.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task RemoveAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (await client.FindAsync<ValidatingWebhookConfiguration>("", WebhookConfigurations.Name, cancellationToken) is not null)
            await client.DeleteAsync<ValidatingWebhookConfiguration>("", WebhookConfigurations.Name, null, cancellationToken);
        if (await client.FindAsync<MutatingWebhookConfiguration>("", WebhookConfigurations.Name, cancellationToken) is not null)
            await client.DeleteAsync<MutatingWebhookConfiguration>("", WebhookConfigurations.Name, null, cancellationToken);
    }

    // A status says nothing that the configurations depend on, and changes all the time.
    private static IEnumerable<ResourceKey> Concerned(CacheChange<StewardResource> change) =>
        change is { Old: { } old, New: { } now } && old.Spec.TargetRef == now.Spec.TargetRef && old.Metadata.DeletionTimestamp == now.Metadata.DeletionTimestamp ? [] : [Only];

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var stewards = _stewards.All.Where(steward => steward.Metadata.DeletionTimestamp is null).ToList();
        var owners = await OwnersAsync(cancellationToken);
        var validating = WebhookConfigurations.Validating(stewards, reach);
        await KeepAsync(
            validating with { Metadata = validating.Metadata with { OwnerReferences = owners } },
            (kept, wanted) => kept with { Webhooks = wanted.Webhooks, Metadata = kept.Metadata with { OwnerReferences = owners } }, cancellationToken);
        var mutating = WebhookConfigurations.Mutating(stewards, reach);
        await KeepAsync(
            mutating with { Metadata = mutating.Metadata with { OwnerReferences = owners } },
            (kept, wanted) => kept with { Webhooks = wanted.Webhooks, Metadata = kept.Metadata with { OwnerReferences = owners } }, cancellationToken);
        // Someone may have changed them by hand.
        return ReconcileResult.RequeueAfter(TimeSpan.FromMinutes(1));
    }

    // The definition of the kind owns them: with it there are no Stewards any more, and whoever deletes it has the garbage collector take these away too.
    private async Task<ValueList<OwnerReference>> OwnersAsync(CancellationToken cancellationToken) =>
        await _client.FindAsync<CustomResourceDefinition>("", StewardDefinition.Name, cancellationToken) is not { } definition ? [] :
        [
            new OwnerReference
            {
                ApiVersion = CustomResourceDefinition.ResourceType.ApiVersion,
                Kind = CustomResourceDefinition.ResourceType.Kind,
                Name = definition.Metadata.Name,
                Uid = definition.Metadata.Uid,
            },
        ];

    private async Task KeepAsync<T>(T wanted, Func<T, T, T> changed, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        if (await _client.FindAsync<T>("", WebhookConfigurations.Name, cancellationToken) is not { } kept)
            await _client.CreateAsync(wanted, cancellationToken);
        else if (changed(kept, wanted) is var updated && !updated.Equals(kept))
            await _client.UpdateAsync(updated, cancellationToken);
    }
}
