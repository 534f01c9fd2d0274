using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Holdfast.ApiServer.Tests.Fuzzing;

/// <summary>A request as it goes over the wire, right or wrong.</summary>
internal sealed record FuzzRequest(string Method, string Path, byte[] Body)
{
    public ImmutableArray<(string Name, string Value)> Query { get; init; } = [];

    public ImmutableArray<(string Name, string Value)> Headers { get; init; } = [];

    public string Target => Path + (Query.IsEmpty ? "" : "?" + string.Join('&', Query.Select(each => $"{each.Name}={each.Value}")));

    /// <summary>Whether the answer may be a stream that does not end by itself.</summary>
    public bool MayStream => Target.Contains("watch", StringComparison.OrdinalIgnoreCase) || Target.Contains("log", StringComparison.OrdinalIgnoreCase)
        || Target.Contains("exec", StringComparison.Ordinal) || Target.Contains("attach", StringComparison.Ordinal) || Target.Contains("portforward", StringComparison.Ordinal);

    public string? Header(string name) =>
        Headers.LastOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    public FuzzRequest With(string name, string value) => this with
    {
        Headers = Headers.RemoveAll(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Add((name, value)),
    };

    public byte[] ToBytes(string token)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Method} {Target} HTTP/1.1\r\nHost: localhost\r\n");
        if (Header("Authorization") is null)
            head.Append("Authorization: Bearer ").Append(token).Append("\r\n");
        foreach (var (name, value) in Headers)
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n\r\n");
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. Body];
    }

    /// <summary>The same as a command for a shell, with the server and token of a kubeconfig in <c>$S</c> and <c>$T</c>.</summary>
    public string ToCurl()
    {
        var text = new StringBuilder();
        if (Body.Length > 0)
            text.Append("base64 -d <<< ").Append(Convert.ToBase64String(Body)).Append(" | ");
        text.Append("curl -sk --path-as-is -X ").Append(Quoted(Method));
        if (Header("Authorization") is null)
            text.Append(" -H \"Authorization: Bearer $T\"");
        foreach (var (name, value) in Headers)
            text.Append(" -H ").Append(Quoted($"{name}: {value}"));
        if (Body.Length > 0)
            text.Append(" --data-binary @-");
        return text.Append(" \"$S\"").Append(Quoted(Target)).ToString();
    }

    private static string Quoted(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
