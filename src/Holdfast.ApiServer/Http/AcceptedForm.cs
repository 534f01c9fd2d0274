using Holdfast.ApiServer.Errors;
using Microsoft.Net.Http.Headers;

namespace Holdfast.ApiServer.Http;

/// <summary>The form in which a client wants its answer.</summary>
internal enum AcceptedForm
{
    /// <summary>Objects as JSON.</summary>
    Json,

    /// <summary>A Table.</summary>
    Table,

    /// <summary>Metadata alone.</summary>
    PartialMetadata,

    /// <summary>Aggregated discovery.</summary>
    Discovery,
}

/// <summary>Reads Accept headers.</summary>
internal static class Negotiation
{
    private const string Supported = "application/json";

    /// <summary>The first form the client names that the server has; JSON when it names none.</summary>
    /// <param name="accept">The header; empty for none.</param>
    /// <param name="hasTables">Whether Tables can be made.</param>
    public static AcceptedForm Choose(string accept, bool hasTables)
    {
        if (accept.Length == 0 || !MediaTypeHeaderValue.TryParseList([accept], out var wanted))
            return AcceptedForm.Json;
        foreach (var type in wanted.OrderByDescending(type => type.Quality ?? 1))
        {
            if (FormOf(type, hasTables) is { } form)
                return form;
        }
        throw ApiErrors.NotAcceptable(Supported);
    }

    private static AcceptedForm? FormOf(MediaTypeHeaderValue type, bool hasTables)
    {
        if (type.MediaType.Value is not ("application/json" or "*/*" or "application/*" or "text/plain" or "text/*"))
            return null;
        var (shape, group, version) = (Parameter(type, "as"), Parameter(type, "g"), Parameter(type, "v"));
        return (shape, group) switch
        {
            ("", _) => AcceptedForm.Json,
            ("Table", "meta.k8s.io") when version is "v1" && hasTables => AcceptedForm.Table,
            ("PartialObjectMetadata" or "PartialObjectMetadataList", "meta.k8s.io") when version is "v1" => AcceptedForm.PartialMetadata,
            ("APIGroupDiscoveryList", "apidiscovery.k8s.io") when version is "v2" or "v2beta1" => AcceptedForm.Discovery,
            _ => null,
        };
    }

    private static string Parameter(MediaTypeHeaderValue type, string name) =>
        type.Parameters.FirstOrDefault(each => each.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value.Value ?? "";
}
