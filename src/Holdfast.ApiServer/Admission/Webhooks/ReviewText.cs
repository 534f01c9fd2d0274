using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>Writes AdmissionReviews.</summary>
internal static class ReviewText
{
    /// <summary>The review of a write.</summary>
    /// <param name="write">The write.</param>
    /// <param name="resource">The version in which the object is shown.</param>
    /// <param name="reviewVersion">The version of AdmissionReview.</param>
    /// <param name="uid">The review's own id.</param>
    /// <param name="objectJson">The object as it is shown; empty for none.</param>
    public static byte[] Write(ReviewedWrite write, ResourceType resource, string reviewVersion, string uid, ReadOnlyMemory<byte> objectJson) =>
        ModelJson.ToBytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, "AdmissionReview");
            writer.WriteString("apiVersion"u8, "admission.k8s.io/" + reviewVersion);
            writer.WriteStartObject("request"u8);
            writer.WriteString("uid"u8, uid);
            var kind = write.Subresource.Length > 0 && write.Kind.Plural != write.Resource.Plural ? write.Kind : write.Kind with { Group = resource.Group, Version = resource.Version };
            WriteNames(writer, "kind", kind, "kind", kind.Kind);
            WriteNames(writer, "resource", resource, "resource", resource.Plural);
            WriteOptional(writer, "subResource", write.Subresource);
            WriteNames(writer, "requestKind", write.Kind, "kind", write.Kind.Kind);
            WriteNames(writer, "requestResource", write.Resource, "resource", write.Resource.Plural);
            WriteOptional(writer, "requestSubResource", write.Subresource);
            WriteOptional(writer, "name", write.Name);
            WriteOptional(writer, "namespace", write.Namespace);
            writer.WriteString("operation"u8, write.Operation);
            WriteUser(writer, write.Request.Context.User);
            WriteJson(writer, "object", objectJson);
            WriteJson(writer, "oldObject", write.Old is null ? default : InVersion(ModelJson.ToBytes(write.Old.Write), write.Resource, resource));
            writer.WriteBoolean("dryRun"u8, write.Request.Context.IsDryRun);
            WriteOptions(writer, write);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });

    /// <summary>An object in another version of its kind; versions differ by their name alone, but for those of another group.</summary>
    public static ReadOnlyMemory<byte> InVersion(ReadOnlyMemory<byte> json, ResourceType from, ResourceType to)
    {
        if (from.Group != to.Group && !json.IsEmpty)
            return EventForms.InGroup(json.Span, to);
        if (from.Version == to.Version || json.IsEmpty)
            return json;
        var node = JsonNode.Parse(json.Span, documentOptions: JsonInput.DocumentOptions)!.AsObject();
        node["apiVersion"] = to.ApiVersion;
        return Encoding.UTF8.GetBytes(node.ToJsonString());
    }

    private static void WriteNames(Utf8JsonWriter writer, string field, ResourceType type, string last, string name)
    {
        writer.WriteStartObject(field);
        writer.WriteString("group"u8, type.Group);
        writer.WriteString("version"u8, type.Version);
        writer.WriteString(last, name);
        writer.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter writer, string field, string value)
    {
        if (value.Length > 0)
            writer.WriteString(field, value);
    }

    private static void WriteUser(Utf8JsonWriter writer, UserInfo user)
    {
        writer.WriteStartObject("userInfo"u8);
        writer.WriteString("username"u8, user.Name);
        WriteOptional(writer, "uid", user.Uid);
        WriteTexts(writer, "groups", user.Groups);
        if (user.Extra.Count > 0)
        {
            writer.WriteStartObject("extra"u8);
            foreach (var (name, values) in user.Extra)
                WriteTexts(writer, name, values);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter writer, string field, IEnumerable<string> values)
    {
        writer.WriteStartArray(field);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static void WriteJson(Utf8JsonWriter writer, string field, ReadOnlyMemory<byte> json)
    {
        writer.WritePropertyName(field);
        if (json.IsEmpty)
            writer.WriteNullValue();
        else
            writer.WriteRawValue(json.Span, skipInputValidation: true);
    }

    private static void WriteOptions(Utf8JsonWriter writer, ReviewedWrite write)
    {
        var context = write.Request.Context;
        if (write.Operation == "CONNECT")
        {
            writer.WriteNull("options"u8);
            return;
        }
        if (write.Request.Options is { } options)
        {
            WriteJson(writer, "options", options());
            return;
        }
        writer.WriteStartObject("options"u8);
        writer.WriteString("kind"u8, write.Operation == "UPDATE" ? "UpdateOptions" : "CreateOptions");
        writer.WriteString("apiVersion"u8, "meta.k8s.io/v1");
        if (context.IsDryRun)
            WriteTexts(writer, "dryRun", ["All"]);
        WriteOptional(writer, "fieldManager", context.GivenManager);
        writer.WriteString("fieldValidation"u8, context.FieldValidation.ToString());
        writer.WriteEndObject();
    }
}
