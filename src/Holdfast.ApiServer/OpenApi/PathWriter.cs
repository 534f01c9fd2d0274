using System.Text.Json;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>Writes paths in either form.</summary>
/// <param name="writer">Where to.</param>
/// <param name="form">The form.</param>
/// <param name="schemas">Writes the references to schemas.</param>
internal sealed class PathWriter(Utf8JsonWriter writer, OpenApiForm form, SchemaWriter schemas)
{
    private static readonly string[] PatchTypes =
        ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json"];

    private static readonly string[] AnyType = ["*/*"];
    private static readonly string[] JsonType = ["application/json"];
    private static readonly string[] TextType = ["text/plain"];

    /// <summary>Writes one path under its name.</summary>
    /// <param name="path">The path.</param>
    public void Write(ApiPath path)
    {
        writer.WriteStartObject(path.Path);
        foreach (var operation in path.Operations)
            Write(operation);
        writer.WriteStartArray("parameters"u8);
        foreach (var name in (string[])["namespace", "name"])
        {
            if (path.Path.Contains($"{{{name}}}", StringComparison.Ordinal))
                WriteParameter("path", new(name, "string", $"The {name} of the object."), isRequired: true);
        }
        WriteParameter("query", new("pretty", "string", "Whether the answer is indented for reading."), isRequired: false);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void Write(ApiOperation operation)
    {
        writer.WriteStartObject(operation.Method);
        writer.WriteStartArray("tags"u8);
        writer.WriteStringValue($"{(operation.Kind.Group.Length == 0 ? "core" : operation.Kind.Group.Split('.')[0])}_{operation.Kind.Version}");
        writer.WriteEndArray();
        writer.WriteString("operationId"u8, operation.Id);
        var accepted = operation.Method != "patch" ? AnyType : operation.IsCustom ? PatchTypes[..3] : PatchTypes;
        if (form == OpenApiForm.V2)
        {
            WriteTypes("consumes", accepted);
            WriteTypes("produces", operation.Answer is null ? TextType : JsonType);
        }
        writer.WriteStartArray("parameters"u8);
        if (form == OpenApiForm.V2 && operation.Body is { } v2Body)
            WriteBodyParameter(v2Body);
        foreach (var parameter in operation.Query)
            WriteParameter("query", parameter, isRequired: false);
        writer.WriteEndArray();
        if (form == OpenApiForm.V3 && operation.Body is { } v3Body)
        {
            writer.WriteStartObject("requestBody"u8);
            WriteContent(accepted, v3Body);
            writer.WriteEndObject();
        }
        WriteResponses(operation);
        writer.WriteString("x-kubernetes-action"u8, operation.Action);
        writer.WriteStartObject("x-kubernetes-group-version-kind"u8);
        writer.WriteString("group"u8, operation.Kind.Group);
        writer.WriteString("kind"u8, operation.Kind.Kind);
        writer.WriteString("version"u8, operation.Kind.Version);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteResponses(ApiOperation operation)
    {
        writer.WriteStartObject("responses"u8);
        WriteResponse("200", "OK", operation);
        if (operation.Method is "post" or "put" or "patch")
            WriteResponse("201", "Created", operation);
        writer.WriteStartObject("401"u8);
        writer.WriteString("description"u8, "Unauthorized"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteResponse(string code, string description, ApiOperation operation)
    {
        writer.WriteStartObject(code);
        writer.WriteString("description"u8, description);
        if (form == OpenApiForm.V3)
        {
            WriteContent(operation.Answer is null ? TextType : JsonType, operation.Answer);
        }
        else
        {
            writer.WritePropertyName("schema"u8);
            WriteSchema(operation.Answer);
        }
        writer.WriteEndObject();
    }

    private void WriteContent(string[] types, string? schema)
    {
        writer.WriteStartObject("content"u8);
        foreach (var type in types)
        {
            writer.WriteStartObject(type);
            writer.WritePropertyName("schema"u8);
            WriteSchema(schema);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private void WriteSchema(string? name)
    {
        if (name is not null)
            schemas.WriteReference(name);
        else
            WriteTypeObject("string");
    }

    private void WriteTypeObject(string type)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
        writer.WriteEndObject();
    }

    private void WriteBodyParameter(string schema)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, "body"u8);
        writer.WriteString("in"u8, "body"u8);
        writer.WriteBoolean("required"u8, true);
        writer.WritePropertyName("schema"u8);
        schemas.WriteReference(schema);
        writer.WriteEndObject();
    }

    private void WriteParameter(string place, ApiParameter parameter, bool isRequired)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, parameter.Name);
        writer.WriteString("in"u8, place);
        writer.WriteString("description"u8, parameter.Description);
        if (isRequired)
            writer.WriteBoolean("required"u8, true);
        if (form == OpenApiForm.V3)
        {
            writer.WritePropertyName("schema"u8);
            WriteTypeObject(parameter.Type);
        }
        else
        {
            writer.WriteString("type"u8, parameter.Type);
        }
        writer.WriteEndObject();
    }

    private void WriteTypes(string name, string[] types)
    {
        writer.WriteStartArray(name);
        foreach (var type in types)
            writer.WriteStringValue(type);
        writer.WriteEndArray();
    }
}
