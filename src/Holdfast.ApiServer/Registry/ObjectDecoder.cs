using System.Text.Json;
using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;

namespace Holdfast.ApiServer.Registry;

/// <summary>Reads the objects that clients send, and words what is wrong with them as Kubernetes does.</summary>
public static class ObjectDecoder
{
    private const int MaximumShown = 30;

    // What Kubernetes reads first of every object, as Go names it.
    private const string TypeOfTypes = """struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }""";

    /// <summary>Reads an object that is to be stored or posted.</summary>
    /// <param name="json">The body.</param>
    /// <param name="codec">The kind that is expected.</param>
    /// <param name="context">How unknown fields are treated, and where warnings go.</param>
    /// <exception cref="ApiException">The body is not such an object.</exception>
    public static IResource Decode(ReadOnlyMemory<byte> json, ResourceCodec codec, WriteContext context)
    {
        ArgumentNullException.ThrowIfNull(codec);
        ArgumentNullException.ThrowIfNull(context);
        CheckType(json, codec);
        var issues = new DecodeIssues();
        var resource = Read(json.Span, codec, issues);
        if (issues.IsClean || context.FieldValidation == FieldValidation.Ignore)
            return resource;
        var problems = Problems(issues);
        if (context.FieldValidation == FieldValidation.Strict)
            throw ApiErrors.BadRequest($"{Unfit(codec.Type)}: strict decoding error: {string.Join(", ", problems)}");
        foreach (var problem in problems)
            context.Warn(problem);
        return resource;
    }

    /// <summary>Reads what a patch has made of an object.</summary>
    /// <param name="json">The patched object.</param>
    /// <param name="codec">The kind.</param>
    /// <param name="context">How unknown fields are treated, and where warnings go.</param>
    /// <param name="ofPatch">What is wrong with the patch itself, where that is looked at.</param>
    /// <param name="refusal">How a result that is no such object is refused.</param>
    /// <exception cref="ApiException">The result is not such an object.</exception>
    internal static IResource DecodePatched(
        ReadOnlyMemory<byte> json, ResourceCodec codec, WriteContext context, IReadOnlyList<string> ofPatch, PatchRefusal refusal)
    {
        var (apiVersion, kind) = ReadType(json.Span, codec.Type);
        if (kind != codec.Type.Kind || (codec is not CustomResourceCodec && apiVersion != codec.Type.ApiVersion))
            throw refusal.Because(json.Span, KindMismatch.Words(apiVersion, kind, codec.Type));
        var issues = new DecodeIssues();
        IResource resource;
        try
        {
            resource = codec.Read(json.Span, issues);
        }
        catch (Exception problem) when (problem is ModelDecodeException or JsonException)
        {
            throw refusal.Because(json.Span, JsonProblem.Words(problem, json.Span));
        }
        if ((issues.IsClean && ofPatch.Count == 0) || context.FieldValidation == FieldValidation.Ignore)
            return resource;
        string[] problems = [.. ofPatch, .. Problems(issues)];
        if (context.FieldValidation == FieldValidation.Strict)
            throw refusal.Because(json.Span, "strict decoding error: " + string.Join(", ", problems));
        foreach (var problem in problems)
            context.Warn(problem);
        return resource;
    }

    private static IResource Read(ReadOnlySpan<byte> json, ResourceCodec codec, DecodeIssues issues)
    {
        try
        {
            return codec.Read(json, issues);
        }
        catch (ModelDecodeException problem)
        {
            throw ApiErrors.BadRequest($"{Unfit(codec.Type)}: {problem.Message}");
        }
        catch (JsonException)
        {
            throw Unrecognized(json, codec.Type, JsonSyntax.Describe(json));
        }
    }

    private static void CheckType(ReadOnlyMemory<byte> json, ResourceCodec codec)
    {
        var type = codec.Type;
        var (apiVersion, kind) = ReadType(json.Span, type);
        var isVersion = apiVersion.Length == 0 || apiVersion == type.ApiVersion || Subresources.IsAccepted(apiVersion, type);
        if (codec is not CustomResourceCodec && !(isVersion && (kind.Length == 0 || kind == type.Kind)))
            throw ApiErrors.BadRequest(KindMismatch.Refusal(apiVersion, kind, type));
        if (!isVersion)
            throw ApiErrors.BadRequest(KindMismatch.OfVersion(apiVersion, type));
        // Upstream reads any object of a custom resource's version and only then looks at its kind.
        if (kind.Length > 0 && kind != type.Kind)
            throw ApiErrors.Invalid(type, NameIn(json, type), [FieldError.Invalid(FieldPath.Root("kind"), kind, $"must be {type.Kind}")]);
        if (codec is CustomResourceCodec && IsNull(json.Span))
            throw ApiErrors.BadRequest($"the object provided is unrecognized (must be of type {type.Kind}): Object 'Kind' is missing in 'null' ({Beginning(json.Span)})");
    }

    // Upstream reads null as an object without any field; what it lacks is told by validation.
    private static bool IsNull(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonInput.ReaderOptions);
        return reader.Read() && reader.TokenType == JsonTokenType.Null;
    }

    // For the words of a refusal alone.
    private static string NameIn(ReadOnlyMemory<byte> json, ResourceType type)
    {
        try
        {
            using var document = JsonDocument.Parse(json, JsonInput.DocumentOptions);
            return document.RootElement.TryGetProperty("metadata"u8, out var metadata) && metadata.ValueKind == JsonValueKind.Object
                && metadata.TryGetProperty("name"u8, out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()! : "";
        }
        catch (JsonException)
        {
            throw Unrecognized(json.Span, type, JsonSyntax.Describe(json.Span));
        }
    }

    private static (string ApiVersion, string Kind) ReadType(ReadOnlySpan<byte> json, ResourceType type)
    {
        var (apiVersion, kind) = ("", "");
        try
        {
            var reader = new Utf8JsonReader(json, JsonInput.ReaderOptions);
            if (reader.Read() && reader.TokenType == JsonTokenType.Null)
            {
                reader.Read();
                return (apiVersion, kind);
            }
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Unrecognized(json, type, $"json: cannot unmarshal {Found(reader.TokenType)} into Go value of type {TypeOfTypes}");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isVersion = reader.ValueTextEquals("apiVersion"u8);
                var isKind = reader.ValueTextEquals("kind"u8);
                reader.Read();
                if (isVersion && reader.TokenType == JsonTokenType.String)
                    apiVersion = reader.GetString()!;
                else if (isKind && reader.TokenType == JsonTokenType.String)
                    kind = reader.GetString()!;
                else
                    reader.Skip();
                if (apiVersion.Length > 0 && kind.Length > 0)
                    break;
            }
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            throw Unrecognized(json, type, JsonSyntax.Describe(json));
        }
        return (apiVersion, kind);
    }

    // As Kubernetes says it, with the beginning of what was sent.
    private static ApiException Unrecognized(ReadOnlySpan<byte> json, ResourceType type, string problem) => ApiErrors.BadRequest(
        $"the object provided is unrecognized (must be of type {type.Kind}): couldn't get version/kind; json parse error: {problem} ({Beginning(json)})");

    private static string Beginning(ReadOnlySpan<byte> json)
    {
        var begin = json[..Math.Min(json.Length, MaximumShown)];
        var shown = begin.IsEmpty ? "<empty>" : begin[0] == '{' ? System.Text.Encoding.UTF8.GetString(begin) : Convert.ToHexStringLower(begin);
        return begin.Length < json.Length ? shown + " ..." : shown;
    }

    private static string Found(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "array",
        JsonTokenType.String => "string",
        JsonTokenType.Number => "number",
        JsonTokenType.True or JsonTokenType.False => "bool",
        _ => "null",
    };

    private static string Unfit(ResourceType type) => $"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}";

    private static string[] Problems(DecodeIssues issues) =>
    [
        .. issues.DuplicateFields.Select(field => $"duplicate field \"{field}\""),
        .. issues.UnknownFields.Select(field => $"unknown field \"{field}\""),
    ];
}
