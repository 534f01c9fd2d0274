using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Rules;

namespace Holdfast.Model.CustomResources;

/// <summary>What holds for whole objects inside of custom ones (<c>x-kubernetes-embedded-resource</c>).</summary>
public static class EmbeddedResourceValidation
{
    /// <summary>Checks all embedded objects of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="path">Where it is; null for the object itself.</param>
    /// <param name="errors">Where problems go.</param>
    public static void Check(JsonElement value, StructuralSchema? schema, FieldPath? path, FieldErrors errors)
    {
        if (schema is null)
        {
            return;
        }
        if (value.ValueKind == JsonValueKind.Array && path is not null)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                Check(item, schema.Items, path.Index(index++), errors);
            }
        }
        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }
        if (schema.IsEmbeddedResource && path is not null)
        {
            CheckObject(value, path, errors);
        }
        foreach (var member in value.EnumerateObject())
        {
            var below = schema.Properties.GetValueOrDefault(member.Name) ?? schema.AdditionalProperties;
            Check(member.Value, below, path?.Child(member.Name) ?? FieldPath.Root(member.Name), errors);
        }
    }

    private static void CheckObject(JsonElement value, FieldPath path, FieldErrors errors)
    {
        if (errors.Require(path, "apiVersion", Text(value, "apiVersion"), "must not be empty"))
        {
            CheckVersion(Text(value, "apiVersion"), path.Child("apiVersion"), errors);
        }
        var kind = Text(value, "kind");
        if (errors.Require(path, "kind", kind, "must not be empty"))
        {
            foreach (var problem in TextFormats.Dns1035Label(kind.ToLowerInvariant()))
            {
                errors.Add(FieldError.Invalid(path.Child("kind"), kind, "may have mixed case, but should otherwise match: " + problem));
            }
        }
        if (!value.TryGetProperty("metadata", out var given))
        {
            return;
        }
        try
        {
            var metadata = ModelJson.Read<ObjectMeta>(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(given));
            MetadataValidation.CheckLabels(metadata.Labels, path.Child("metadata").Child("labels"), errors);
            MetadataValidation.CheckAnnotations(metadata.Annotations, path.Child("metadata").Child("annotations"), errors);
            if (metadata.Name.Length > 0)
            {
                errors.RequireFormat(path.Child("metadata"), "name", metadata.Name, TextFormats.Dns1123Subdomain);
            }
        }
        catch (ModelDecodeException problem)
        {
            errors.Add(FieldError.InvalidJson(path.Child("metadata"), given.GetRawText(), problem.Message));
        }
    }

    private static void CheckVersion(string version, FieldPath path, FieldErrors errors)
    {
        if (version.Count(character => character == '/') > 1)
        {
            errors.Add(FieldError.Invalid(path, version, $"unexpected GroupVersion string: {version}"));
        }
    }

    private static string Text(JsonElement value, string name) =>
        value.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString()! : "";
}
