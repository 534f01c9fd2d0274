using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>
/// An object that is complete but for its resourceVersion. It is serialised once, before the commit; the writer only
/// splices the revision's digits in.
/// </summary>
public sealed class PendingObject : IPendingValue
{
    private const string Placeholder = "0";
    private readonly IResource _resource;
    private readonly byte[] _json;
    private readonly Range _digits;

    /// <summary>Serialises an object.</summary>
    /// <param name="resource">The object; its resourceVersion does not matter.</param>
    public PendingObject(IResource resource)
    {
        _resource = resource.WithMetadata(resource.Metadata with { ResourceVersion = Placeholder });
        _json = Serialise(_resource);
        _digits = ResourceVersionJson.Find(_json);
    }

    /// <inheritdoc/>
    public (ReadOnlyMemory<byte> Json, object? Decoded) At(long revision)
    {
        var version = revision.ToString(CultureInfo.InvariantCulture);
        return (ResourceVersionJson.Splice(_json, _digits, version),
            _resource.WithMetadata(_resource.Metadata with { ResourceVersion = version }));
    }

    private static byte[] Serialise(IResource resource)
    {
        using var buffer = new LentBuffer();
        using (var writer = new Utf8JsonWriter(buffer, ModelJson.WriterOptions))
            resource.Write(writer);
        return buffer.Written.ToArray();
    }
}

/// <summary>Finds and replaces an object's resourceVersion in its JSON, without reading the rest.</summary>
internal static class ResourceVersionJson
{
    /// <summary>Where the characters of <c>metadata.resourceVersion</c> are, without their quotes.</summary>
    /// <param name="json">An object that has one.</param>
    public static Range Find(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonInput.ReaderOptions);
        reader.Read();
        Enter(ref reader, "metadata"u8);
        Enter(ref reader, "resourceVersion"u8);
        var start = (int)reader.TokenStartIndex + 1;
        return start..(start + reader.ValueSpan.Length);
    }

    /// <summary>The same JSON with another resourceVersion.</summary>
    /// <param name="json">The object.</param>
    /// <param name="digits">Where its resourceVersion is.</param>
    /// <param name="version">The new one.</param>
    public static byte[] Splice(ReadOnlySpan<byte> json, Range digits, string version)
    {
        var (start, length) = digits.GetOffsetAndLength(json.Length);
        var result = new byte[json.Length - length + version.Length];
        json[..start].CopyTo(result);
        Encoding.ASCII.GetBytes(version, result.AsSpan(start));
        json[(start + length)..].CopyTo(result.AsSpan(start + version.Length));
        return result;
    }

    private static void Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> field)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isField = reader.ValueTextEquals(field);
            reader.Read();
            if (isField)
                return;
            reader.Skip();
        }
        throw new JsonException("the object has no metadata.resourceVersion");
    }
}
