using System.Globalization;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>How a document is written.</summary>
internal enum DocumentForm
{
    /// <summary>As JSON.</summary>
    Json,

    /// <summary>As protocol buffers, by the messages of gnostic.</summary>
    Protobuf,
}

/// <summary>Reads Accept headers as Kubernetes' OpenAPI endpoints do: the first that can be given of what is named, most wanted first.</summary>
internal static class DocumentNegotiation
{
    /// <summary>The form of a document, or null when none that is accepted can be given.</summary>
    /// <param name="accept">The header; empty for any form.</param>
    /// <param name="version">Which OpenAPI the document is in, <c>v2</c> or <c>v3</c>: its protocol buffers have a media type of their own.</param>
    public static DocumentForm? Choose(string accept, string version)
    {
        if (accept.Length == 0)
            return DocumentForm.Json;
        var clauses = accept.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return clauses.OrderByDescending(Quality).Select(clause => FormOf(clause.Split(';')[0].Trim(), version)).FirstOrDefault(form => form is not null);
    }

    /// <summary>The media type of a document as protocol buffers. What older clients ask for is no valid media type, and Go refuses to read it in an answer.</summary>
    /// <param name="version">Which OpenAPI the document is in.</param>
    public static string ProtobufType(string version) => $"application/com.github.proto-openapi.spec.{version}.v1.0+protobuf";

    private static DocumentForm? FormOf(string type, string version) => type switch
    {
        "*/*" or "application/*" or "application/json" => DocumentForm.Json,
        _ when type == ProtobufType(version) || type == $"application/com.github.proto-openapi.spec.{version}@v1.0+protobuf" => DocumentForm.Protobuf,
        _ => null,
    };

    private static double Quality(string clause)
    {
        var given = clause.Split(';').Skip(1).Select(part => part.Trim()).FirstOrDefault(part => part.StartsWith("q=", StringComparison.Ordinal));
        return given is not null && double.TryParse(given.AsSpan(2), NumberStyles.Float, CultureInfo.InvariantCulture, out var quality) ? quality : 1;
    }
}
