using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.Autoscaling;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>
/// A write as webhooks see it: what they are shown in place of what the registry works with (a Scale for <c>scale</c>, the
/// Binding for <c>binding</c>), and the way back.
/// </summary>
/// <param name="Request">The write.</param>
/// <param name="Operation">What is done, as a review calls it.</param>
/// <param name="Kind">The type of what is shown.</param>
/// <param name="Object">What is written; null for a deletion and for what is no object.</param>
/// <param name="Old">What is stored; null for a creation.</param>
internal sealed record ReviewedWrite(AdmissionRequest Request, string Operation, ResourceType Kind, IResource? Object, IResource? Old)
{
    private static readonly ResourceCodec ScaleCodec = new ResourceCodec<Scale>();

    /// <summary>The resource that is written to.</summary>
    public ResourceType Resource => Request.Served.Type;

    public string Subresource => Request.Subresource;

    /// <summary>The object's name; empty while it is still to be generated.</summary>
    public string Name => Request.Key.Name.Length > 0 ? Request.Key.Name : Object?.Metadata.Name ?? "";

    /// <summary>The namespace; of a Namespace, its own name.</summary>
    public string Namespace => IsNamespace ? Name : Request.Key.Namespace;

    public bool IsNamespace => Resource.GroupResource == "namespaces";

    /// <summary>Whether answers may change what is written.</summary>
    public bool IsChangeable => Object is not null && Operation is "CREATE" or "UPDATE" && Subresource is "" or "status" or "scale" or "binding" or "eviction" or "token";

    /// <summary>The JSON that is shown as the object; empty for none.</summary>
    public ReadOnlyMemory<byte> ObjectJson => Object is not null ? ModelJson.ToBytes(Object.Write) : Request.Document;

    public static ReviewedWrite Of(AdmissionRequest request, IResource resource) => (request.Operation, request.Subresource) switch
    {
        (AdmissionOperation.Delete, _) => new(request, "DELETE", request.Served.Type, null, request.Old),
        (AdmissionOperation.Connect, _) => new(request, "CONNECT", request.Served.Type with { Kind = request.DocumentKind }, null, null),
        (_, "scale") when request.Served.Scale is { } scale =>
            new(request, "UPDATE", Scale.ResourceType, scale.Read(resource), request.Old is null ? null : scale.Read(request.Old)),
        (_, "binding") => new(request, "CREATE", Binding.ResourceType, BindingOf((Pod)resource), null),
        (AdmissionOperation.Create, _) => new(request, "CREATE", resource.GetResourceType(), resource, null),
        _ => new(request, "UPDATE", resource.GetResourceType(), resource, request.Old),
    };

    /// <summary>What the registry works with, when webhooks were shown an object and have left it as another.</summary>
    /// <param name="resource">What the registry works with now.</param>
    /// <param name="json">The object as they have left it.</param>
    public IResource Back(IResource resource, ReadOnlySpan<byte> json)
    {
        if (Subresource == "scale" && Request.Served.Scale is { } scale)
            return scale.Write(resource, ((Scale)ScaleCodec.Read(json, new DecodeIssues())).Spec.Replicas);
        if (Subresources.PostedTo(Subresource) is { } posted)
            return BackFromPosted(resource, posted.Read(json, new DecodeIssues()));
        var rules = Request.Served.Rules;
        var read = Request.Served.Codec.Read(json, new DecodeIssues());
        var changed = rules.DefaultAny(read.WithMetadata(Kept(read.Metadata, resource.Metadata)));
        return (Old, Subresource) switch
        {
            (null, _) => changed,
            (_, "status") => rules.PrepareForStatusUpdateAny(changed, Old),
            _ => rules.PrepareForUpdateAny(changed, Old),
        };
    }

    // The registry works with the pod that a binding has made; all else that is posted it takes as it is.
    private IResource BackFromPosted(IResource resource, IResource posted)
    {
        if (posted is not Binding binding || resource is not Pod pod)
            return posted.WithMetadata(Kept(posted.Metadata, resource.Metadata));
        PodBinding.Check(pod.Metadata.Name, binding);
        return pod with
        {
            Metadata = pod.Metadata with
            {
                Annotations = pod.Metadata.Annotations.SetItems(binding.Metadata.Annotations),
                Labels = pod.Metadata.Labels.SetItems(binding.Metadata.Labels),
            },
            Spec = pod.Spec with { NodeName = binding.Target.Name },
        };
    }

    // What a client may not set, a webhook may not either; the book of owned fields is the server's own. A name is the webhook's to
    // choose for what is made, as it is the client's: for what is there already, validation refuses another one.
    private ObjectMeta Kept(ObjectMeta changed, ObjectMeta before) => changed with
    {
        Name = changed.Name.Length == 0 && Subresource.Length > 0 ? before.Name : changed.Name,
        Namespace = changed.Namespace.Length == 0 || changed.Namespace == before.Namespace || !Resource.IsNamespaced
            ? before.Namespace
            : throw ApiErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request"),
        Uid = before.Uid,
        ResourceVersion = before.ResourceVersion,
        Generation = before.Generation,
        CreationTimestamp = before.CreationTimestamp,
        DeletionTimestamp = before.DeletionTimestamp,
        DeletionGracePeriodSeconds = before.DeletionGracePeriodSeconds,
        ManagedFields = before.ManagedFields,
    };

    /// <summary>Whether a selector finds the labels of the object as it is or was; what has no labels is found by an empty one alone.</summary>
    public bool Matches(Func<ValueMap<string>, bool> selector) =>
        (Object is not null && selector(Object.Metadata.Labels)) || (Old is not null && selector(Old.Metadata.Labels));

    private static Binding BindingOf(Pod pod) => Binding.Empty with
    {
        Metadata = ObjectMeta.Empty with { Name = pod.Metadata.Name, Namespace = pod.Metadata.Namespace },
        Target = ObjectReference.Empty with { Kind = "Node", Name = pod.Spec.NodeName },
    };
}
