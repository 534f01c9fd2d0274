using System.Text;
using System.Text.Json;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Client.Http;

/// <summary>Turns the bodies of requests and answers into objects and back.</summary>
internal static class ApiBody
{
    public static HttpContent? Of(ApiCall call) => call.Verb switch
    {
        ApiVerb.Create or ApiVerb.Update => Json(ModelJson.ToBytes((call.Body ?? throw new ArgumentException($"{call.Verb} without a body")).Write)),
        ApiVerb.Delete when call.DeleteOptions is { } options =>
            Json(ModelJson.ToBytes(options with { Kind = "DeleteOptions", ApiVersion = "v1" })),
        ApiVerb.Patch => Content(call.Patch, call.PatchForm switch
        {
            PatchForm.Json => "application/json-patch+json",
            PatchForm.Merge => "application/merge-patch+json",
            PatchForm.Strategic => "application/strategic-merge-patch+json",
            _ => "application/apply-patch+yaml",
        }),
        _ => null,
    };

    public static ApiAnswer ToAnswer(ReadOnlySpan<byte> utf8)
    {
        var (apiVersion, kind) = KindOf(utf8);
        if (kind == "Status")
            return new ApiAnswer(null, ModelJson.Read<Status>(utf8));
        return new ApiAnswer(ResourceCatalog.Find(apiVersion, kind) is { } codec
            ? codec.Read(utf8, new DecodeIssues())
            : ModelJson.Read<CustomObject>(utf8), null);
    }

    /// <summary>The Status of a refusal: the server's own, or one made from what came instead.</summary>
    public static Status ToStatus(int code, string reason, ReadOnlySpan<byte> utf8, int retryAfterSeconds)
    {
        var status = TryReadStatus(utf8) ?? Status.Empty with
        {
            StatusValue = "Failure",
            Reason = reason,
            Message = $"the server answered {code} {reason}: {Excerpt(utf8)}",
        };
        if (retryAfterSeconds > 0 && status.Details is not { RetryAfterSeconds: > 0 })
            status = status with { Details = (status.Details ?? StatusDetails.Empty) with { RetryAfterSeconds = retryAfterSeconds } };
        return status.Code == 0 ? status with { Code = code } : status;
    }

    private static Status? TryReadStatus(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return KindOf(utf8).Kind == "Status" ? ModelJson.Read<Status>(utf8) : null;
        }
        catch (Exception error) when (error is JsonException or ModelDecodeException)
        {
            return null;
        }
    }

    private static string Excerpt(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 300)]).Trim();
        return text.Length == 0 ? "an empty body" : text;
    }

    private static (string ApiVersion, string Kind) KindOf(ReadOnlySpan<byte> utf8)
    {
        var (apiVersion, kind) = ("", "");
        var reader = new Utf8JsonReader(utf8, JsonInput.ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new ModelDecodeException("the answer is not a JSON object");
        while ((apiVersion.Length == 0 || kind.Length == 0) && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isVersion = reader.ValueTextEquals("apiVersion"u8);
            var isKind = reader.ValueTextEquals("kind"u8);
            reader.Read();
            if (isVersion)
                apiVersion = reader.GetString() ?? "";
            else if (isKind)
                kind = reader.GetString() ?? "";
            else
                reader.Skip();
        }
        return (apiVersion, kind);
    }

    private static ByteArrayContent Json(byte[] utf8) => Content(utf8, "application/json");

    private static ByteArrayContent Content(ReadOnlyMemory<byte> utf8, string mediaType) =>
        new(utf8.ToArray()) { Headers = { ContentType = new(mediaType) } };
}
