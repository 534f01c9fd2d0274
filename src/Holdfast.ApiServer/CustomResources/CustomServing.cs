using System.Collections.Immutable;
using Holdfast.ApiServer.CustomResources.Expressions;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Autoscaling;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Meta;

namespace Holdfast.ApiServer.CustomResources;

/// <summary>What is served of one definition, kept until the definition changes.</summary>
/// <param name="Definition">The definition.</param>
/// <param name="Resources">Its served versions.</param>
internal sealed record ServedDefinition(CustomResourceDefinition Definition, ImmutableArray<ServedResource> Resources)
{
    /// <summary>What a definition has served; the same as before when nothing of it has changed.</summary>
    /// <param name="definition">The definition, whose names are accepted.</param>
    /// <param name="before">What it had served before.</param>
    public static ServedDefinition Of(CustomResourceDefinition definition, ServedDefinition? before) =>
        (before is not null && IsSame(before.Definition, definition) ? before : new(definition, Serve(definition))).Terminating(definition);

    /// <summary>Ends what follows its objects.</summary>
    public void Retire()
    {
        foreach (var resource in Resources)
            resource.Custom?.Retire();
    }

    private ServedDefinition Terminating(CustomResourceDefinition definition)
    {
        foreach (var resource in definition.Metadata.DeletionTimestamp is null ? [] : Resources)
            resource.Custom?.BeginTermination();
        return this;
    }

    private static bool IsSame(CustomResourceDefinition one, CustomResourceDefinition other) =>
        one.Metadata.Uid == other.Metadata.Uid && one.Metadata.Generation == other.Metadata.Generation
        && one.Status.AcceptedNames == other.Status.AcceptedNames;

    private static ImmutableArray<ServedResource> Serve(CustomResourceDefinition definition)
    {
        var kinds = CustomKind.Of(definition, SchemaExpressions.Of);
        return [.. kinds.Where(kind => kind.Version.Served).Select(kind => Serve(kind, kinds))];
    }

    private static ServedResource Serve(CustomKind kind, ImmutableArray<CustomKind> kinds)
    {
        var subresources = ImmutableArray.CreateBuilder<string>();
        if (kind.Scale is not null)
            subresources.Add("scale");
        if (kind.HasStatus)
            subresources.Add("status");
        return new ServedResource(kind.Codec, kind.Rules)
        {
            Subresources = subresources.ToImmutable(),
            Scale = kind.Scale is { } scale ? AccessOf(scale) : null,
            Custom = new CustomCollection(kind, kinds),
        };
    }

    private static ScaleAccess AccessOf(CustomScale scale) => new(
        resource => Read((CustomObject)resource, scale),
        (resource, replicas) => ((CustomObject)resource) with { Body = scale.SpecReplicas.Set(((CustomObject)resource).Body, replicas) })
    {
        ReplicasPath = scale.SpecReplicas.Names,
    };

    private static Scale Read(CustomObject resource, CustomScale scale)
    {
        using var body = resource.Body.ToDocument();
        var metadata = resource.Metadata;
        var selector = scale.Selector?.Find(body.RootElement) is { ValueKind: System.Text.Json.JsonValueKind.String } text ? text.GetString()! : "";
        return Scale.Empty with
        {
            Metadata = ObjectMeta.Empty with
            {
                Name = metadata.Name,
                Namespace = metadata.Namespace,
                Uid = metadata.Uid,
                ResourceVersion = metadata.ResourceVersion,
                CreationTimestamp = metadata.CreationTimestamp,
            },
            Spec = ScaleSpec.Empty with { Replicas = Replicas(scale.SpecReplicas, body.RootElement) ?? ScaleAccess.Unset },
            Status = ScaleStatus.Empty with { Replicas = Replicas(scale.StatusReplicas, body.RootElement) ?? 0, Selector = selector },
        };
    }

    private static int? Replicas(MemberPath path, System.Text.Json.JsonElement root) =>
        path.Find(root) is { ValueKind: System.Text.Json.JsonValueKind.Number } found && found.TryGetInt32(out var replicas) ? replicas : null;
}
