using Holdfast.ApiServer.Admission;
using Holdfast.ApiServer.Errors;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>Makes objects: defaults, admission, the server's own metadata, validation, commit.</summary>
internal sealed class ObjectCreation(RegistryParts parts)
{
    private const int GeneratedSuffixLength = 5;
    private const int GeneratedPrefixLength = 58;

    public async Task<WrittenObject> CreateAsync(
        ServedResource served, string namespaceName, IResource sent, WriteContext context, CancellationToken cancellationToken)
    {
        var resource = served.Rules.DefaultAny(InNamespace(served, namespaceName, sent));
        return await CompleteAsync(served, namespaceName, FieldManagement.Begin(served, resource, context, parts.Now()), context, cancellationToken);
    }

    /// <summary>Makes an object of an applied configuration, whose book is kept already.</summary>
    public async Task<WrittenObject> CreateAppliedAsync(
        ServedResource served, string namespaceName, IResource applied, WriteContext context, CancellationToken cancellationToken)
    {
        if (applied.Metadata.Uid.Length > 0)
        {
            throw ApiErrors.Conflict(served.Type.Group, served.Type.Plural, applied.Metadata.Name,
                $"uid mismatch: the provided object specified uid {applied.Metadata.Uid}, and no existing object was found");
        }
        var resource = served.Rules.DefaultAny(InNamespace(served, namespaceName, applied));
        return await CompleteAsync(served, namespaceName, resource, context, cancellationToken);
    }

    private async Task<WrittenObject> CompleteAsync(
        ServedResource served, string namespaceName, IResource resource, WriteContext context, CancellationToken cancellationToken)
    {
        if (resource.Metadata.ResourceVersion.Length > 0)
            throw ApiErrors.BadRequest("resourceVersion should not be set on objects to be created");
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await TryCreateAsync(served, namespaceName, resource, context, cancellationToken);
            if (outcome.Created is { } created)
                return created;
            var most = outcome.IsContended ? RegistryParts.MaximumContendedAttempts : RegistryParts.MaximumAttempts;
            if (attempt >= most || (outcome.IsTaken && resource.Metadata.Name.Length > 0))
                throw outcome.IsTaken ? ApiErrors.AlreadyExists(served.Type, outcome.Name) : ApiErrors.Modified(served.Type, outcome.Name);
        }
    }

    private async Task<Outcome> TryCreateAsync(
        ServedResource served, string namespaceName, IResource sent, WriteContext context, CancellationToken cancellationToken)
    {
        var key = new ResourceKey(served.StoreName, namespaceName, sent.Metadata.Name);
        var request = new AdmissionRequest(served, AdmissionOperation.Create, key, parts.View(), context);
        var admitted = await parts.Admission.MutateAsync(request, sent, cancellationToken);
        var resource = Complete(served, namespaceName, admitted);
        Check(served, resource, context);
        await parts.Admission.ValidateAsync(request, resource, cancellationToken);
        var name = resource.Metadata.Name;
        key = key with { Name = name };
        if (context.IsDryRun)
            return parts.Store.Find(key) is null ? new Outcome(new WrittenObject(resource, null), false, name) : new Outcome(null, true, name);
        var transaction = new Transaction([new KeyAbsent(key), .. request.Conditions], [new Put(key, StoredObject.Pending(resource, served))]);
        return await parts.Store.CommitAsync(transaction, cancellationToken) switch
        {
            Committed committed => new Outcome(WrittenObject.Of(committed.Entries[0], served), false, name),
            Conflict { Failed: KeyAbsent } => new Outcome(null, true, name),
            Conflict { Failed: CollectionUnchangedSince } => new Outcome(null, false, name) { IsContended = true },
            _ => new Outcome(null, false, name),
        };
    }

    /// <summary>An object in the namespace that the request names.</summary>
    /// <exception cref="Client.ApiException">It names another one itself.</exception>
    public static IResource InNamespace(ServedResource served, string namespaceName, IResource sent)
    {
        var given = sent.Metadata.Namespace;
        if (given == namespaceName)
            return sent;
        return given.Length == 0 || !served.Type.IsNamespaced
            ? sent.WithMetadata(sent.Metadata with { Namespace = namespaceName })
            : throw ApiErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
    }

    private IResource Complete(ServedResource served, string namespaceName, IResource admitted)
    {
        var metadata = admitted.Metadata;
        return served.Rules.PrepareForCreateAny(admitted.WithMetadata(metadata with
        {
            Name = metadata.Name.Length == 0 && metadata.GenerateName.Length > 0 ? Generate(metadata.GenerateName) : metadata.Name,
            Namespace = namespaceName,
            Uid = parts.Chance.NewUid(),
            CreationTimestamp = parts.Now(),
            DeletionTimestamp = null,
            DeletionGracePeriodSeconds = null,
            SelfLink = "",
            ResourceVersion = "",
            Generation = served.Rules.HasGeneration ? 1 : 0,
        }));
    }

    private string Generate(string prefix) =>
        prefix[..Math.Min(prefix.Length, GeneratedPrefixLength)] + parts.Chance.Suffix(GeneratedSuffixLength);

    private static void Check(ServedResource served, IResource resource, WriteContext context)
    {
        var problems = served.Rules.ValidateAny(resource);
        if (!problems.IsDefaultOrEmpty)
            throw ApiErrors.Invalid(served.Type, resource.Metadata.Name, problems);
        foreach (var warning in served.Rules.WarningsAny(resource, null))
            context.Warn(warning);
    }

    private sealed record Outcome(WrittenObject? Created, bool IsTaken, string Name)
    {
        public bool IsContended { get; init; }
    }
}
