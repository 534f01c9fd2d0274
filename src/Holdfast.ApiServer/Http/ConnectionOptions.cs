using Holdfast.Model.Json;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Http;

/// <summary>What a stream to a pod is asked for, as admission sees it.</summary>
internal static class ConnectionOptions
{
    private static readonly string[] Flags = ["stdin", "stdout", "stderr", "tty"];

    /// <summary>The options of a proxy: the path below it.</summary>
    /// <param name="plural"><c>pods</c> or <c>services</c>.</param>
    /// <param name="rest">The path as it was written; empty when it ends with the proxy.</param>
    public static (string Kind, ReadOnlyMemory<byte> Json) OfProxy(string plural, string rest)
    {
        var kind = plural == "services" ? "ServiceProxyOptions" : "PodProxyOptions";
        return (kind, ModelJson.ToBytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, kind);
            writer.WriteString("apiVersion"u8, "v1");
            if (rest.Length > 0)
                writer.WriteString("path"u8, Uri.UnescapeDataString(rest));
            writer.WriteEndObject();
        }));
    }

    /// <summary>The options of a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="subresource"><c>exec</c>, <c>attach</c> or <c>portforward</c>.</param>
    public static (string Kind, ReadOnlyMemory<byte> Json) Of(IQueryCollection query, string subresource)
    {
        var kind = subresource switch { "exec" => "PodExecOptions", "attach" => "PodAttachOptions", _ => "PodPortForwardOptions" };
        return (kind, ModelJson.ToBytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, kind);
            writer.WriteString("apiVersion"u8, "v1");
            foreach (var flag in Flags.Where(flag => new QueryOptions(query).Flag(flag) == true))
                writer.WriteBoolean(flag, true);
            if (query["container"].FirstOrDefault() is { Length: > 0 } container)
                writer.WriteString("container"u8, container);
            if (subresource == "exec")
            {
                writer.WriteStartArray("command"u8);
                foreach (var word in query["command"])
                    writer.WriteStringValue(word);
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
        }));
    }
}
