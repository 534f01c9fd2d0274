using Holdfast.ApiServer.Admission;
using Holdfast.ApiServer.Errors;
using Holdfast.Model.Authentication;
using Holdfast.Model.Autoscaling;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Policy;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>The sub-resources that are more than a part of their object: scale, binding, eviction, token, finalize.</summary>
internal sealed class Subresources(RegistryParts parts)
{
    private readonly ObjectUpdate _update = new(parts);
    private readonly PodEviction _eviction = new(parts);

    /// <summary>Reads and writes Scales.</summary>
    public static ResourceCodec ScaleCodec { get; } = new ResourceCodec<Scale>();

    /// <summary>What is posted to a sub-resource; null when nothing can be.</summary>
    public static ResourceCodec? PostedTo(string subresource) => subresource switch
    {
        "binding" => new ResourceCodec<Binding>(),
        "eviction" => new ResourceCodec<Eviction>(),
        "token" => new ResourceCodec<TokenRequest>(),
        _ => null,
    };

    /// <summary>Whether what is posted may also be of another version than the one it is read as: Evictions may, which older clients send.</summary>
    /// <param name="apiVersion">The version.</param>
    /// <param name="type">What it is read as.</param>
    public static bool IsAccepted(string apiVersion, ResourceType type) => type == Eviction.ResourceType && apiVersion == "policy/v1beta1";

    public async Task<IResource?> PostAsync(
        ServedResource served, string namespaceName, string name, string subresource, IResource posted, WriteContext context,
        CancellationToken cancellationToken)
    {
        switch (posted)
        {
            case Eviction eviction when subresource == "eviction":
                await _eviction.EvictAsync(served, namespaceName, name, eviction, context, cancellationToken);
                return null;
            case Binding binding when subresource == "binding":
                PodBinding.Check(name, binding);
                var key = new ResourceKey(served.StoreName, namespaceName, name);
                await _update.UpdateAsync(
                    new(served, key, UpdateScope.Internal, pod => PodBinding.Bind(pod, binding, parts.Now()))
                    {
                        Subresource = subresource,
                        KeepsBook = true,
                    },
                    context, cancellationToken);
                return null;
            case TokenRequest request when subresource == "token" && parts.Tokens is { } tokens:
                var view = parts.View();
                var account = view.Find<ServiceAccount>(namespaceName, name) ?? throw ApiErrors.NotFound(served.Type, name);
                var admission = new AdmissionRequest(served, AdmissionOperation.Create, new(served.StoreName, namespaceName, name), view, context) { Subresource = subresource };
                var admitted = await parts.Admission.MutateAsync(admission, request, cancellationToken);
                await parts.Admission.ValidateAsync(admission, admitted, cancellationToken);
                return tokens.Issue(account, (TokenRequest)admitted, context.User, view);
            default:
                throw ApiErrors.MethodNotAllowed();
        }
    }

    public async Task<WrittenObject> SetScaleAsync(
        ServedResource served, string namespaceName, string name, Func<IResource, IResource> change, bool isPinned, WriteContext context,
        CancellationToken cancellationToken)
    {
        var access = served.Scale ?? throw ApiErrors.NothingServed();
        var key = new ResourceKey(served.StoreName, namespaceName, name);
        var updated = await _update.UpdateAsync(new(served, key, UpdateScope.Object, stored =>
        {
            var scale = (Scale)change(access.Read(stored));
            if (scale.Spec.Replicas == ScaleAccess.Unset)
                throw ApiErrors.BadRequest($"the spec replicas field \"{access.ReplicasField}\" cannot be empty");
            if (scale.Spec.Replicas < 0)
            {
                throw ApiErrors.Invalid(Scale.ResourceType, name, [new FieldError(FieldErrorType.FieldValueInvalid, "spec.replicas",
                    $"Invalid value: {scale.Spec.Replicas}: must be greater than or equal to 0")]);
            }
            var scaled = access.Write(stored, scale.Spec.Replicas);
            return scaled.WithMetadata(scaled.Metadata with
            {
                Uid = scale.Metadata.Uid,
                ResourceVersion = scale.Metadata.ResourceVersion.Length > 0 ? scale.Metadata.ResourceVersion : stored.Metadata.ResourceVersion,
            });
        })
        { Subresource = "scale", IsPinned = isPinned }, context, cancellationToken);
        return new WrittenObject(access.Read(updated.Object), null);
    }

    /// <summary>Applies a Scale: the number of replicas, as a configuration of the object itself.</summary>
    public async Task<WrittenObject> ApplyScaleAsync(
        ServedResource served, ResourceKey key, ReadOnlyMemory<byte> patch, WriteContext context, CancellationToken cancellationToken)
    {
        var access = served.Scale ?? throw ApiErrors.NothingServed();
        var scale = (Scale)ObjectDecoder.Decode(patch, ScaleCodec, context);
        var configuration = ModelJson.ToBytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion"u8, served.Type.ApiVersion);
            writer.WriteString("kind"u8, served.Type.Kind);
            writer.WriteStartObject("metadata"u8);
            writer.WriteString("name"u8, key.Name);
            writer.WriteEndObject();
            foreach (var name in access.ReplicasPath[..^1])
                writer.WriteStartObject(name);
            writer.WriteNumber(access.ReplicasPath[^1], scale.Spec.Replicas);
            foreach (var _ in access.ReplicasPath)
                writer.WriteEndObject();
        });
        var application = new ObjectApplication(served, "scale", configuration, context);
        var updated = await _update.UpdateAsync(new(served, key, UpdateScope.Object, stored => application.To(stored, parts.Now()))
        {
            Subresource = "scale",
            KeepsBook = true,
        }, context, cancellationToken);
        return new WrittenObject(access.Read(updated.Object), null);
    }

    /// <summary>The update that takes away what a namespace waits for.</summary>
    public static UpdateRequest Finalize(ServedResource served, ResourceKey key, Func<IResource, IResource> change) =>
        new(served, key, UpdateScope.Internal, stored =>
        {
            var (sent, space) = ((Namespace)change(stored), (Namespace)stored);
            return space with
            {
                Metadata = space.Metadata with { ResourceVersion = sent.Metadata.ResourceVersion, Uid = sent.Metadata.Uid },
                Spec = space.Spec with { Finalizers = sent.Spec.Finalizers },
            };
        })
        { Subresource = "finalize" };
}
