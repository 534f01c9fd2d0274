using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model.Patching;
using JsonValue = Holdfast.Model.Values.JsonValue;

namespace Holdfast.Model.CustomResources;

/// <summary>A path of member names, such as <c>.spec.replicas</c>, by which a value is read and written.</summary>
/// <param name="Names">The names, from the object on.</param>
public sealed record MemberPath(ImmutableArray<string> Names)
{
    /// <summary>Reads a path's text.</summary>
    /// <param name="text">The text, which begins with a dot.</param>
    public static MemberPath Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new([.. text.TrimStart('.').Split('.')]);
    }

    /// <summary>The value at the path, or undefined.</summary>
    /// <param name="root">The object.</param>
    public JsonElement Find(JsonElement root)
    {
        foreach (var name in Names)
        {
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(name, out root))
            {
                return default;
            }
        }
        return root;
    }

    /// <summary>An object with another value at the path.</summary>
    /// <param name="body">The object as JSON.</param>
    /// <param name="value">The value.</param>
    public JsonValue Set(JsonValue body, long value)
    {
        ArgumentNullException.ThrowIfNull(body);
        var root = JsonTree.ReadObject(body.Utf8);
        var owner = root;
        foreach (var name in Names[..^1])
        {
            if (owner[name] is not JsonObject below)
            {
                below = [];
                owner[name] = below;
            }
            owner = below;
        }
        owner[Names[^1]] = value;
        return JsonValue.FromUtf8(JsonTree.Write(root));
    }
}
