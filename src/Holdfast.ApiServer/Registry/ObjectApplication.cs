using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.FieldOwnership;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Registry;

/// <summary>Applies a configuration to an object on the server's side; pure, so that it can be done again when the object has changed.</summary>
/// <param name="served">The kind.</param>
/// <param name="subresource">The sub-resource that is applied to; empty for the object itself.</param>
/// <param name="patch">The configuration as JSON.</param>
/// <param name="context">Who applies, and whether fields of others are taken over.</param>
internal sealed class ObjectApplication(ServedResource served, string subresource, ReadOnlyMemory<byte> patch, WriteContext context)
{
    /// <summary>A new object with nothing but the configuration in it.</summary>
    /// <exception cref="ApiException">The configuration is not of this kind.</exception>
    public IResource ToNew(DateTimeOffset now) => Apply(null, now);

    /// <summary>The stored object with the configuration in it.</summary>
    /// <exception cref="ApiException">The configuration is not of this kind, or fields of others would change.</exception>
    public IResource To(IResource stored, DateTimeOffset now) => Apply(stored, now);

    private IResource Apply(IResource? stored, DateTimeOffset now)
    {
        using var document = Parse();
        var sent = Check(document.RootElement);
        using var live = stored is null ? null : JsonDocument.Parse(FieldManagement.WithoutBook(stored), JsonInput.DocumentOptions);
        var book = OwnershipBook.Open(EventBooks.Told(served, stored?.Metadata.ManagedFields ?? default));
        var writer = FieldManagement.Writer(served, subresource, context, now);
        var application = new Application(live?.RootElement ?? served.Blank, document.RootElement, served.Codec.Schema, Tracked(book, live, writer), writer)
        {
            IsIgnored = IsIgnored,
        };
        var outcome = Run(application, sent, stored);
        var merged = FieldManagement.WithBook(served.Codec.Read(outcome.Json, new DecodeIssues()), EventBooks.Stored(served, outcome.Book.ToManagedFields()));
        return writer.Manager == LastApplied.Manager && stored?.Metadata.Annotations.ContainsKey(LastApplied.Annotation) == true
            ? Annotated(merged, LastApplied.TextOf(document.RootElement))
            : merged;
    }

    // Of an object whose fields nobody owned so far, all belong to an unnamed manager before the first application.
    private OwnershipBook Tracked(OwnershipBook book, JsonDocument? live, FieldWriter writer) => book.IsEmpty && live is not null
        ? book.AfterUpdate(FieldChanges.Between(served.Blank, live.RootElement, served.Codec.Schema), writer with { Manager = "before-first-apply" })
        : book;

    private ApplicationOutcome Run(Application application, IResource sent, IResource? stored)
    {
        try
        {
            var outcome = application.Run(context.Force);
            if (outcome.Conflicts.IsEmpty)
                return outcome;
            var annotation = stored?.Metadata.Annotations.GetValueOrDefault(LastApplied.Annotation);
            var remaining = application.Writer.Manager == LastApplied.Manager && annotation is { Length: > 0 }
                ? LastApplied.Remaining(outcome, annotation, application)
                : outcome.Conflicts;
            return remaining.IsEmpty ? application.Run(true) : throw ApiErrors.ApplyConflict(remaining);
        }
        catch (FieldOwnershipException problem)
        {
            throw Untyped(sent.Metadata.Namespace, sent.Metadata.Name, problem.Message);
        }
    }

    private JsonDocument Parse()
    {
        try
        {
            return JsonDocument.Parse(patch, JsonInput.DocumentOptions);
        }
        catch (JsonException)
        {
            throw ApiErrors.BadRequest($"error decoding YAML: {JsonSyntax.Describe(patch.Span)}");
        }
    }

    private IResource Check(JsonElement configuration)
    {
        if (configuration.ValueKind != JsonValueKind.Object)
            throw ApiErrors.BadRequest("error decoding YAML: the configuration must be an object");
        var (apiVersion, kind) = (Text(configuration, "apiVersion"), Text(configuration, "kind"));
        if (apiVersion != served.Type.ApiVersion)
        {
            throw ApiErrors.BadRequest(
                $"Incorrect version specified in apply patch. Specified patch version: {apiVersion}, expected: {served.Type.ApiVersion}");
        }
        if (kind != served.Type.Kind)
            throw ApiErrors.BadRequest($"Incorrect kind specified in apply patch. Specified patch kind: {kind}, expected: {served.Type.Kind}");
        var metadata = configuration.TryGetProperty("metadata", out var given) ? given : default;
        if (metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty("managedFields", out var book) && book.ValueKind != JsonValueKind.Null)
            throw ApiErrors.BadRequest("metadata.managedFields must be nil");
        var problems = TypedCheck.Problems(configuration, served.Codec.Schema);
        if (!problems.IsEmpty)
            throw Untyped(Text(metadata, "namespace"), Text(metadata, "name"), TypedCheck.Join(problems));
        return Read(Text(metadata, "namespace"), Text(metadata, "name"));
    }

    private IResource Read(string namespaceName, string name)
    {
        var issues = new DecodeIssues();
        IResource sent;
        try
        {
            sent = served.Codec.Read(patch.Span, issues);
        }
        catch (Exception problem) when (problem is ModelDecodeException or JsonException)
        {
            throw Untyped(namespaceName, name, JsonProblem.Words(problem, patch.Span));
        }
        var repeated = issues.DuplicateFields.Select(field => $"key \"{field}\" already set in map").ToImmutableArray();
        if (!repeated.IsEmpty && context.FieldValidation == FieldValidation.Strict)
            throw ApiErrors.BadRequest($"error strict decoding YAML: {string.Join(", ", repeated)}");
        foreach (var warning in context.FieldValidation == FieldValidation.Warn ? repeated : [])
            context.Warn(warning);
        return sent;
    }

    private bool IsIgnored(string element) => subresource switch
    {
        "status" => element is not ("f:status" or "f:metadata"),
        "ephemeralcontainers" => element is not "f:spec",
        "" => served.Has("status") && FieldManagement.IsStatus(element),
        _ => false,
    };

    private ApiException Untyped(string namespaceName, string name, string problem)
    {
        var subject = namespaceName.Length > 0 ? $"{namespaceName}/{name}" : name;
        return ApiErrors.BadRequest(
            $"failed to create typed patch object ({subject}; {served.Type.ApiVersion}, Kind={served.Type.Kind}): {problem}");
    }

    private static IResource Annotated(IResource resource, string text) => resource.WithMetadata(resource.Metadata with
    {
        Annotations = resource.Metadata.Annotations.SetItem(LastApplied.Annotation, text),
    });

    private static string Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : "";
}
