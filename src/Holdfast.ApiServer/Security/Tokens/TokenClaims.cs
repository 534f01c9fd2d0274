using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Model.Json;

namespace Holdfast.ApiServer.Security.Tokens;

/// <summary>An object that a token names: its name, and its uid so that a later one of the same name is not meant.</summary>
/// <param name="Name">The name.</param>
/// <param name="Uid">The uid.</param>
internal sealed record NamedObject(string Name, string Uid);

/// <summary>What a service account's token says, in the claims that Kubernetes gives it.</summary>
/// <param name="Namespace">The account's namespace.</param>
/// <param name="Account">The account.</param>
internal sealed record TokenClaims(string Namespace, NamedObject Account)
{
    public string Issuer { get; init; } = "";

    public ImmutableArray<string> Audiences { get; init; } = [];

    public DateTimeOffset IssuedAt { get; init; }

    public DateTimeOffset NotBefore { get; init; }

    public DateTimeOffset Expires { get; init; }

    /// <summary>The token's own id.</summary>
    public string Id { get; init; } = "";

    /// <summary>The pod without which it does not hold; null for none.</summary>
    public NamedObject? Pod { get; init; }

    /// <summary>The Secret without which it does not hold; null for none.</summary>
    public NamedObject? Secret { get; init; }

    /// <summary>The node of its pod, or without a pod the node without which it does not hold; null for none.</summary>
    public NamedObject? Node { get; init; }

    public string Subject => $"system:serviceaccount:{Namespace}:{Account.Name}";

    public byte[] ToJson() => ModelJson.ToBytes(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("aud"u8);
        foreach (var audience in Audiences)
            writer.WriteStringValue(audience);
        writer.WriteEndArray();
        writer.WriteNumber("exp"u8, Expires.ToUnixTimeSeconds());
        writer.WriteNumber("iat"u8, IssuedAt.ToUnixTimeSeconds());
        writer.WriteString("iss"u8, Issuer);
        writer.WriteString("jti"u8, Id);
        writer.WriteStartObject("kubernetes.io"u8);
        writer.WriteString("namespace"u8, Namespace);
        Write(writer, "node", Node);
        Write(writer, "pod", Pod);
        Write(writer, "secret", Secret);
        Write(writer, "serviceaccount", Account);
        writer.WriteEndObject();
        writer.WriteNumber("nbf"u8, NotBefore.ToUnixTimeSeconds());
        writer.WriteString("sub"u8, Subject);
        writer.WriteEndObject();
    });

    /// <summary>Reads claims that this cluster has signed; null when they are not those of a service account.</summary>
    public static TokenClaims? Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, JsonInput.DocumentOptions);
        var root = document.RootElement;
        if (!root.TryGetProperty("kubernetes.io", out var own) || Object(own, "serviceaccount") is not { } account)
            return null;
        return new TokenClaims(Text(own, "namespace"), account)
        {
            Issuer = Text(root, "iss"),
            Audiences = root.TryGetProperty("aud", out var audiences) ? [.. audiences.EnumerateArray().Select(each => each.GetString() ?? "")] : [],
            IssuedAt = Time(root, "iat"),
            NotBefore = Time(root, "nbf"),
            Expires = Time(root, "exp"),
            Id = Text(root, "jti"),
            Pod = Object(own, "pod"),
            Secret = Object(own, "secret"),
            Node = Object(own, "node"),
        };
    }

    private static void Write(Utf8JsonWriter writer, string name, NamedObject? value)
    {
        if (value is null)
            return;
        writer.WriteStartObject(name);
        writer.WriteString("name"u8, value.Name);
        writer.WriteString("uid"u8, value.Uid);
        writer.WriteEndObject();
    }

    private static NamedObject? Object(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) ? new NamedObject(Text(value, "name"), Text(value, "uid")) : null;

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static DateTimeOffset Time(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) ? DateTimeOffset.FromUnixTimeSeconds(value.GetInt64()) : DateTimeOffset.MinValue;
}
