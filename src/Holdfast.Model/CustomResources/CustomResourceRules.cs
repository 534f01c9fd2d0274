using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.CustomResources;

/// <summary>The rules of one version of a custom resource. Defaults are filled in by its codec, whichever way an object comes in.</summary>
/// <param name="kind">The version.</param>
public sealed class CustomResourceRules(CustomKind kind) : KindRules
{
    private const string Status = "status";
    private static readonly FieldPath Metadata = FieldPath.Root("metadata");

    /// <inheritdoc/>
    public override bool HasStatus => kind.HasStatus;

    /// <inheritdoc/>
    public override bool HasGeneration => true;

    /// <inheritdoc/>
    public override bool AllowsUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override IResource DefaultAny(IResource resource) => resource;

    /// <inheritdoc/>
    public override IResource PrepareForCreateAny(IResource resource)
    {
        var created = (CustomObject)resource;
        return kind.HasStatus ? created with { Body = With(created.Body, Status, default) } : created;
    }

    /// <inheritdoc/>
    public override IResource PrepareForUpdateAny(IResource updated, IResource old)
    {
        var (changed, stored) = ((CustomObject)updated, (CustomObject)old);
        if (!kind.HasStatus)
        {
            return changed;
        }
        using var before = stored.Body.ToDocument();
        _ = before.RootElement.TryGetProperty(Status, out var status);
        return changed with { Body = With(changed.Body, Status, status) };
    }

    /// <inheritdoc/>
    public override IResource PrepareForStatusUpdateAny(IResource updated, IResource old)
    {
        var (changed, stored) = ((CustomObject)updated, (CustomObject)old);
        using var after = changed.Body.ToDocument();
        _ = after.RootElement.TryGetProperty(Status, out var status);
        return new CustomObject(changed.Type, stored.Metadata with
        {
            ManagedFields = changed.Metadata.ManagedFields,
            ResourceVersion = changed.Metadata.ResourceVersion,
        }, With(stored.Body, Status, status));
    }

    /// <inheritdoc/>
    public override bool RaisesGenerationAny(IResource updated, IResource old)
    {
        var (changed, stored) = (((CustomObject)updated).Body, ((CustomObject)old).Body);
        return kind.HasStatus ? !With(changed, Status, default).Equals(With(stored, Status, default)) : !changed.Equals(stored);
    }

    /// <inheritdoc/>
    public override ImmutableArray<FieldError> ValidateAny(IResource resource)
    {
        var errors = new FieldErrors();
        MetadataValidation.Check(resource.Metadata, kind.Type.IsNamespaced, TextFormats.Dns1123Subdomain, Metadata, errors);
        Check((CustomObject)resource, null, errors);
        return errors.ToImmutable();
    }

    /// <inheritdoc/>
    public override ImmutableArray<FieldError> ValidateUpdateAny(IResource updated, IResource old)
    {
        var errors = new FieldErrors();
        MetadataValidation.CheckUpdate(updated.Metadata, old.Metadata, Metadata, errors);
        Check((CustomObject)updated, (CustomObject)old, errors);
        return errors.ToImmutable();
    }

    /// <inheritdoc/>
    public override ImmutableArray<FieldError> ValidateStatusUpdateAny(IResource updated, IResource old) => ValidateUpdateAny(updated, old);

    /// <inheritdoc/>
    public override ImmutableArray<string> WarningsAny(IResource resource, IResource? old) => [];

    private void Check(CustomObject resource, CustomObject? old, FieldErrors errors)
    {
        using var after = JsonDocument.Parse(ModelJson.ToBytes(resource.Write), JsonInput.DocumentOptions);
        using var before = old is null ? null : JsonDocument.Parse(ModelJson.ToBytes(old.Write), JsonInput.DocumentOptions);
        var (value, stored) = (after.RootElement, before?.RootElement ?? default);
        var schema = kind.Codec.Structural;
        new ValueValidation(errors).Check(value, stored, schema, null);
        AddNew(value, stored, errors, (subject, found) => ListTypeValidation.Check(subject, schema, null, found));
        AddNew(value, stored, errors, (subject, found) => EmbeddedResourceValidation.Check(subject, schema, null, found));
        if (kind.Scale is { } scale)
        {
            ScaleValidation.Check(value, scale, errors);
        }
        if (kind.Expressions is { } expressions)
        {
            CheckExpressions(expressions, value, stored, errors);
        }
    }

    // Rules are written for objects of the schema's shape: without it they would only tell of what is told already.
    private static void CheckExpressions(IExpressionRules expressions, JsonElement value, JsonElement stored, FieldErrors errors)
    {
        var hidesRules = errors.ToImmutable().Any(error => error.Type is FieldErrorType.FieldValueRequired or FieldErrorType.FieldValueTooLong
            or FieldErrorType.FieldValueTooMany or FieldErrorType.FieldValueTypeInvalid);
        if (!hidesRules)
        {
            expressions.Check(value, stored, errors);
            return;
        }
        errors.Add(FieldError.InvalidJson(FieldPath.Root("<nil>"), "null",
            "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"));
    }

    // What was wrong before may stay so.
    private static void AddNew(JsonElement value, JsonElement stored, FieldErrors errors, Action<JsonElement, FieldErrors> check)
    {
        var (found, known) = (new FieldErrors(), new FieldErrors());
        check(value, found);
        if (found.Count > 0 && stored.ValueKind != JsonValueKind.Undefined)
        {
            check(stored, known);
        }
        foreach (var error in found.ToImmutable().Except(known.ToImmutable()))
        {
            errors.Add(error);
        }
    }

    private static JsonValue With(JsonValue body, string name, JsonElement value)
    {
        using var document = body.ToDocument();
        var root = document.RootElement;
        if (!root.TryGetProperty(name, out _) && value.ValueKind == JsonValueKind.Undefined)
        {
            return body;
        }
        var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in root.EnumerateObject().Where(member => member.Name != name))
        {
            members[member.Name] = member.Value;
        }
        if (value.ValueKind != JsonValueKind.Undefined)
        {
            members[name] = value;
        }
        return JsonValue.FromUtf8(ModelJson.ToBytes(writer =>
        {
            writer.WriteStartObject();
            foreach (var (key, member) in members)
            {
                writer.WritePropertyName(key);
                member.WriteTo(writer);
            }
            writer.WriteEndObject();
        }));
    }
}
