using Holdfast.ApiServer.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Holdfast.ApiServer.Http;

/// <summary>What a client wants to be told of an object.</summary>
internal enum AcceptedForm
{
    /// <summary>All of it.</summary>
    Object,

    /// <summary>A row of a Table.</summary>
    Table,

    /// <summary>Its metadata alone.</summary>
    PartialMetadata,

    /// <summary>Aggregated discovery.</summary>
    Discovery,
}

/// <summary>How an answer is written.</summary>
internal enum AnswerMedia
{
    /// <summary>As JSON.</summary>
    Json,

    /// <summary>As YAML.</summary>
    Yaml,

    /// <summary>In Kubernetes' protocol buffers.</summary>
    Protobuf,
}

/// <summary>What a client takes: what it is told, and how that is written.</summary>
/// <param name="Form">What it is told.</param>
/// <param name="Media">How it is written.</param>
internal readonly record struct Accepted(AcceptedForm Form, AnswerMedia Media);

/// <summary>What can be answered to a request.</summary>
/// <param name="HasTables">Whether Tables can be made.</param>
/// <param name="HasProtobuf">Whether the objects themselves can be written in protocol buffers; custom resources cannot, their metadata can.</param>
/// <param name="IsWatch">Whether it is a stream of events, which is no YAML document.</param>
internal readonly record struct Offer(bool HasTables, bool HasProtobuf, bool IsWatch);

/// <summary>Reads Accept headers.</summary>
internal static class Negotiation
{
    private const string Supported = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
    private const string SupportedForWatch = "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";

    /// <summary>The first of what the client names that can be answered; JSON when it names nothing.</summary>
    /// <param name="accept">The header; empty for none.</param>
    /// <param name="offer">What can be answered.</param>
    /// <exception cref="Client.ApiException">406: nothing of it can.</exception>
    public static Accepted Choose(string accept, Offer offer)
    {
        if (accept.Length == 0 || !MediaTypeHeaderValue.TryParseList([accept], out var wanted))
            return default;
        foreach (var type in wanted.OrderByDescending(type => type.Quality ?? 1))
        {
            if (MediaOf(type) is { } media && !(offer.IsWatch && media == AnswerMedia.Yaml) && FormOf(type, media, offer) is { } form)
                return new Accepted(form, media);
        }
        throw ApiErrors.NotAcceptable(offer.IsWatch ? SupportedForWatch : Supported);
    }

    /// <summary>How a refusal is written: as the client takes it, or else as JSON, since it has to be told.</summary>
    /// <param name="accept">The header; empty for none.</param>
    public static AnswerMedia OfRefusal(string accept) => accept.Length > 0 && MediaTypeHeaderValue.TryParseList([accept], out var wanted)
        ? wanted.OrderByDescending(type => type.Quality ?? 1).Where(type => Parameter(type, "as").Length == 0).Select(MediaOf).FirstOrDefault(media => media is not null) ?? AnswerMedia.Json
        : AnswerMedia.Json;

    /// <summary>Whether JSON is laid out for people: as the query says, else for the tools that people look at it with, as Kubernetes does.</summary>
    /// <param name="request">The request.</param>
    public static bool IsIndented(HttpRequest request)
    {
        if (request.Query["pretty"].FirstOrDefault() is { Length: > 0 } wanted)
            return wanted is "1" or "t" or "T" or "true" or "TRUE" or "True";
        var agent = request.Headers.UserAgent.ToString();
        return agent.StartsWith("curl", StringComparison.Ordinal) || agent.StartsWith("Wget", StringComparison.Ordinal)
            || agent.StartsWith("Mozilla/5.0", StringComparison.Ordinal);
    }

    private static AnswerMedia? MediaOf(MediaTypeHeaderValue type) => type.MediaType.Value switch
    {
        "application/json" or "*/*" or "application/*" => AnswerMedia.Json,
        "application/yaml" => AnswerMedia.Yaml,
        "application/vnd.kubernetes.protobuf" => AnswerMedia.Protobuf,
        _ => null,
    };

    private static AcceptedForm? FormOf(MediaTypeHeaderValue type, AnswerMedia media, Offer offer)
    {
        var (shape, group, version) = (Parameter(type, "as"), Parameter(type, "g"), Parameter(type, "v"));
        return (shape, group) switch
        {
            ("", _) => media == AnswerMedia.Protobuf && !offer.HasProtobuf ? null : AcceptedForm.Object,
            ("Table", "meta.k8s.io") when version is "v1" && offer.HasTables && media != AnswerMedia.Protobuf => AcceptedForm.Table,
            ("PartialObjectMetadata" or "PartialObjectMetadataList", "meta.k8s.io") when version is "v1" => AcceptedForm.PartialMetadata,
            ("APIGroupDiscoveryList", "apidiscovery.k8s.io") when version is "v2" or "v2beta1" => AcceptedForm.Discovery,
            _ => null,
        };
    }

    private static string Parameter(MediaTypeHeaderValue type, string name) =>
        type.Parameters.FirstOrDefault(each => each.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value.Value ?? "";
}
