using System.Globalization;
using System.Text.Json;
using Holdfast.Model.Json;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Security.Audit;

/// <summary>What a line of the audit log says of the request itself and its answer.</summary>
/// <param name="Target">Path and query, as they were sent.</param>
/// <param name="Method">The method.</param>
/// <param name="Source">The address that it came from; empty for one of this process.</param>
/// <param name="Agent">The program that says it sent it.</param>
/// <param name="Code">The answer's code.</param>
internal readonly record struct AuditedRequest(string Target, string Method, string Source, string Agent, int Code)
{
    /// <summary>What is said of a request that came over the network.</summary>
    public static AuditedRequest Of(HttpContext http) => new(
        http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()?.RawTarget ?? "", http.Request.Method,
        http.Connection.RemoteIpAddress?.ToString() ?? "", http.Request.Headers.UserAgent.ToString(), http.Response.StatusCode);
}

/// <summary>What is noted of one request while it is served, to become one line of the audit log (audit.k8s.io/v1).</summary>
/// <param name="id">The request's id, by which its line can be found again.</param>
/// <param name="received">When it came.</param>
/// <param name="level">How much is told.</param>
internal sealed class AuditRecord(string id, DateTimeOffset received, AuditLevel level)
{
    private const int MaximumBody = 512 * 1024;
    private const int MaximumText = 4096;
    private const int MaximumGroups = 64;

    private ReadOnlyMemory<byte> _sent;
    private ReadOnlyMemory<byte> _answered;

    /// <summary>The request's id.</summary>
    public string Id => id;

    /// <summary>Who sent it; null when that is not known.</summary>
    public UserInfo? User { get; set; }

    /// <summary>For whom it was sent, when that is another; null otherwise.</summary>
    public UserInfo? Impersonated { get; set; }

    // Null until the path is understood.
    private Access? Access { get; set; }

    private string Version { get; set; } = "";

    private Verdict? Verdict { get; set; }

    /// <summary>The reason and message of a refusal; empty when it was served.</summary>
    public (string Reason, string Message) Refusal { get; set; }

    /// <summary>What admission wants to be kept of it.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; set; } = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty;

    // Its bodies carry what nobody may read in a log, and refusals of them may quote it.
    private bool IsSecret => Access is { } access && (access.Group, access.Resource, access.Subresource) is
        ("", "secrets" or "configmaps", _) or ("", "serviceaccounts", "token") or ("authentication.k8s.io", _, _) or ("certificates.k8s.io", _, _);

    /// <summary>Notes what is asked, and whether it is allowed.</summary>
    /// <param name="access">What is asked.</param>
    /// <param name="version">The version of the resource's group; empty for paths that name none.</param>
    /// <param name="verdict">The decision.</param>
    public void Decided(Access access, string version, Verdict verdict) => (Access, Version, Verdict) = (access, version, verdict);

    /// <summary>Notes what is asked where the decision is not told.</summary>
    /// <param name="access">What is asked.</param>
    /// <param name="version">The version of the resource's group.</param>
    public void Asked(Access access, string version) => (Access, Version) = (access, version);

    /// <summary>Notes the body of the request as JSON.</summary>
    public void Sent(ReadOnlyMemory<byte> json)
    {
        if (level >= AuditLevel.Request && json.Length is > 0 and <= MaximumBody)
            _sent = json;
    }

    /// <summary>Notes the object that was answered.</summary>
    public void Answered(ReadOnlyMemory<byte> json)
    {
        if (level >= AuditLevel.RequestResponse && json.Length is > 0 and <= MaximumBody)
            _answered = json;
    }

    /// <summary>The line, without its end.</summary>
    public byte[] ToJson(AuditedRequest request, string stage, DateTimeOffset now) => ModelJson.ToBytes(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, "Event"u8);
        writer.WriteString("apiVersion"u8, "audit.k8s.io/v1"u8);
        writer.WriteString("level"u8, (IsSecret ? AuditLevel.Metadata : level).ToString());
        writer.WriteString("auditID"u8, id);
        writer.WriteString("stage"u8, stage);
        writer.WriteString("requestURI"u8, Cut(request.Target));
        writer.WriteString("verb"u8, Access?.Verb ?? request.Method.ToLowerInvariant());
        Write(writer, "user", User);
        if (Impersonated is not null)
            Write(writer, "impersonatedUser", Impersonated);
        if (request.Source.Length > 0)
        {
            writer.WriteStartArray("sourceIPs"u8);
            writer.WriteStringValue(request.Source);
            writer.WriteEndArray();
        }
        writer.WriteString("userAgent"u8, Cut(request.Agent));
        WriteObject(writer);
        WriteStatus(writer, request.Code);
        if (!IsSecret)
        {
            WriteBody(writer, "requestObject", _sent);
            WriteBody(writer, "responseObject", _answered);
        }
        writer.WriteString("requestReceivedTimestamp"u8, Text(received));
        writer.WriteString("stageTimestamp"u8, Text(now));
        WriteAnnotations(writer);
        writer.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter writer, string name, UserInfo? user)
    {
        writer.WriteStartObject(name);
        if (user is not null)
        {
            writer.WriteString("username"u8, Cut(user.Name));
            if (user.Uid.Length > 0)
                writer.WriteString("uid"u8, Cut(user.Uid));
            writer.WriteStartArray("groups"u8);
            foreach (var group in user.Groups.Take(MaximumGroups))
                writer.WriteStringValue(Cut(group));
            writer.WriteEndArray();
            if (!user.Extra.IsEmpty)
            {
                writer.WriteStartObject("extra"u8);
                foreach (var (key, values) in user.Extra)
                {
                    writer.WriteStartArray(key);
                    foreach (var value in values)
                        writer.WriteStringValue(value);
                    writer.WriteEndArray();
                }
                writer.WriteEndObject();
            }
        }
        writer.WriteEndObject();
    }

    private void WriteObject(Utf8JsonWriter writer)
    {
        if (Access is not { IsResource: true } access)
            return;
        writer.WriteStartObject("objectRef"u8);
        writer.WriteString("resource"u8, access.Resource);
        Optional(writer, "namespace", access.Namespace);
        Optional(writer, "name", access.Name);
        Optional(writer, "apiGroup", access.Group);
        Optional(writer, "apiVersion", Version);
        Optional(writer, "subresource", access.Subresource);
        writer.WriteEndObject();
    }

    private void WriteStatus(Utf8JsonWriter writer, int code)
    {
        writer.WriteStartObject("responseStatus"u8);
        writer.WriteStartObject("metadata"u8);
        writer.WriteEndObject();
        if (!string.IsNullOrEmpty(Refusal.Reason))
        {
            writer.WriteString("status"u8, "Failure"u8);
            if (!IsSecret)
                writer.WriteString("message"u8, Cut(Refusal.Message));
            writer.WriteString("reason"u8, Refusal.Reason);
        }
        writer.WriteNumber("code"u8, code);
        writer.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter writer, string name, ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
            return;
        try
        {
            using var document = JsonDocument.Parse(json, JsonInput.DocumentOptions);
            writer.WritePropertyName(name);
            document.RootElement.WriteTo(writer);
        }
        catch (JsonException)
        {
            writer.WriteString(name, "what was sent is no JSON");
        }
    }

    private void WriteAnnotations(Utf8JsonWriter writer)
    {
        if (Verdict is not { } verdict)
            return;
        const string Decision = "authorization.k8s.io/decision";
        const string Reason = "authorization.k8s.io/reason";
        writer.WriteStartObject("annotations"u8);
        writer.WriteString(Decision, verdict.IsAllowed ? "allow"u8 : "forbid"u8);
        writer.WriteString(Reason, Cut(verdict.Reason));
        // What a webhook says never takes the place of the server's own words.
        foreach (var (key, value) in Annotations.Where(note => note.Key is not (Decision or Reason)))
            writer.WriteString(key, Cut(value));
        writer.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter writer, string name, string value)
    {
        if (value.Length > 0)
            writer.WriteString(name, Cut(value));
    }

    private static string Cut(string text) => text.Length <= MaximumText ? text : text[..MaximumText];

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
