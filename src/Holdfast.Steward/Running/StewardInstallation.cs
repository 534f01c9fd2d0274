using System.Text.Json;
using Holdfast.Client;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Platform;
using Holdfast.Steward.Planning;
using Holdfast.Steward.Presets;
using Holdfast.Steward.Webhooks;

namespace Holdfast.Steward.Running;

/// <summary>Puts into a cluster what the Steward needs there: applied anew at every start, so that it is as this program wants it.</summary>
public static class StewardInstallation
{
    private const string RoleResource = "steward.yaml";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Applies the namespace, the service account and the rights of the Steward.</summary>
    /// <param name="client">The cluster, as somebody who may give these rights.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">The server refused.</exception>
    public static async Task ApplyAccountAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        foreach (var document in PlainYaml.ToJsonDocuments(Text(RoleResource)))
            await ApplyAsync(client, document, cancellationToken);
    }

    /// <summary>Takes the webhooks away, and the Secret with the authority that they trust; what is gone already is no matter.</summary>
    /// <param name="client">The cluster, as somebody who may.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">The server refused.</exception>
    public static async Task RemoveWebhooksAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        await WebhookRegistrar.RemoveAsync(client, cancellationToken);
        if (await client.FindAsync<Secret>(StewardOptions.Namespace, WebhookAuthorities.SecretName, cancellationToken) is not null)
            await client.DeleteAsync<Secret>(StewardOptions.Namespace, WebhookAuthorities.SecretName, null, cancellationToken);
    }

    /// <summary>Takes the roles away from all pods: nobody keeps them any more, and a Service that goes by them would lead to a leader of long ago.</summary>
    /// <param name="client">The cluster, as somebody who may.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">The server refused.</exception>
    public static async Task RemoveRolesAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var labelled = await client.ListAsync<Pod>(new ListQuery { LabelSelector = StewardNames.RoleLabel }, cancellationToken);
        foreach (var pod in labelled.Items.Where(pod => pod.Metadata.Annotations.ContainsKey(StewardNames.RoleTermAnnotation)))
            await RoleLabels.WriteAsync(client, pod.Metadata.Namespace, new SetRole(pod.Metadata.Name, pod.Metadata.Uid, null, null, "no Steward looks after it any more"), cancellationToken);
    }

    /// <summary>Applies the definition of the kind <c>Steward</c> and waits until the kind is served.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">The server refused, or does not serve the kind after half a minute.</exception>
    public static async Task ApplyDefinitionAsync(KubernetesClient client, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(time);
        await ApplyAsync(client, PlainYaml.ToJson(System.Text.Encoding.UTF8.GetString(StewardDefinition.Yaml())), cancellationToken);
        var begun = time.GetTimestamp();
        while (!await IsServedAsync(client, cancellationToken))
        {
            if (time.GetElapsedTime(begun) > Patience)
            {
                throw new ApiException(Model.Meta.Status.Empty with
                {
                    Reason = "NotServed",
                    Message = $"the server took the definition {StewardDefinition.Name} and does not serve it after {Patience.TotalSeconds:0} s: kubectl describe crd {StewardDefinition.Name} says why",
                });
            }
            await time.DelayAsync(Interval, cancellationToken);
        }
    }

    private static async Task<bool> IsServedAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var definition = await client.GetAsync<CustomResourceDefinition>("", StewardDefinition.Name, cancellationToken);
        if (!definition.Status.Conditions.Any(condition => condition is { Type: "Established", Status: "True" }))
            return false;
        try
        {
            // Established is said a moment before every server of the kind knows it.
            await client.ListAsync<StewardResource>(new ListQuery { Limit = 1 }, cancellationToken);
            return true;
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return false;
        }
    }

    private static async Task ApplyAsync(KubernetesClient client, byte[] json, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(json, JsonInput.DocumentOptions);
        var (root, metadata) = (document.RootElement, document.RootElement.GetProperty("metadata"));
        var (apiVersion, kind) = (root.GetProperty("apiVersion").GetString()!, root.GetProperty("kind").GetString()!);
        var type = ResourceCatalog.Find(apiVersion, kind)?.Type ?? throw new InvalidOperationException($"{kind} of {apiVersion}, which this program brings along, is not known to it");
        var namespaceName = metadata.TryGetProperty("namespace", out var given) ? given.GetString()! : "";
        await client.Transport.CallAsync(new ApiCall(ApiVerb.Patch, type, namespaceName, metadata.GetProperty("name").GetString()!)
        {
            PatchForm = PatchForm.Apply,
            Patch = json,
            Force = true,
            FieldManager = StewardNames.FieldManager,
        }, cancellationToken);
    }

    private static string Text(string name)
    {
        using var reader = new StreamReader(typeof(StewardInstallation).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} was not built into {typeof(StewardInstallation).Assembly.GetName().Name}"));
        return reader.ReadToEnd();
    }
}
