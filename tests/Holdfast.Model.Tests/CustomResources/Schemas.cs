using System.Text;
using System.Text.Json;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Tests.CustomResources;

/// <summary>Schemas and values from JSON.</summary>
internal static class Schemas
{
    internal static StructuralSchema Of(string json) => StructuralSchema.Of(ModelJson.Read<JSONSchemaProps>(json));

    /// <summary>What pruning and defaults make of a value, and the unknown and repeated fields that were met.</summary>
    internal static (string Json, string Issues) Filter(string schema, string value, bool fillsDefaults = true)
    {
        var issues = new DecodeIssues();
        using var document = JsonDocument.Parse(value);
        var json = ModelJson.ToBytes(writer => new SchemaFilter(issues, fillsDefaults).Write(writer, document.RootElement, Of(schema)));
        return (Encoding.UTF8.GetString(json), string.Join(", ", issues.UnknownFields.Concat(issues.DuplicateFields.Select(field => "twice " + field))));
    }

    /// <summary>What is wrong with a value.</summary>
    internal static string[] Problems(string schema, string value, string? old = null)
    {
        var errors = new FieldErrors();
        using var document = JsonDocument.Parse(value);
        using var before = old is null ? null : JsonDocument.Parse(old);
        var structural = Of(schema);
        new ValueValidation(errors).Check(document.RootElement, before?.RootElement ?? default, structural, FieldPath.Root("spec"));
        ListTypeValidation.Check(document.RootElement, structural, FieldPath.Root("spec"), errors);
        return [.. errors.ToImmutable().Select(error => error.ToString())];
    }
}
