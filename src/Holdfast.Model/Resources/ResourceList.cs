using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;

namespace Holdfast.Model.Resources;

/// <summary>Objects of one kind as a list answers them, all seen at one revision.</summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="Metadata">The revision, and how to go on when this is one page of several.</param>
/// <param name="Items">The objects.</param>
public sealed record ResourceList<T>(ListMeta Metadata, ImmutableArray<T> Items) where T : class, IResource<T>
{
    /// <summary>Reads a list, such as a <c>StatefulSetList</c>.</summary>
    /// <param name="utf8">The JSON text.</param>
    /// <exception cref="ModelDecodeException">The text is not a list of this kind.</exception>
    public static ResourceList<T> Read(ReadOnlySpan<byte> utf8)
    {
        var input = new JsonInput(utf8, new DecodeIssues());
        var metadata = ListMeta.Empty;
        var items = ImmutableArray.CreateBuilder<T>();
        if (!input.BeginObject(T.ResourceType.Kind + "List"))
        {
            return new(metadata, []);
        }
        while (input.NextField(out var name))
        {
            switch (Encoding.UTF8.GetString(name))
            {
                case "metadata":
                    metadata = ListMeta.Read(ref input);
                    break;
                case "items":
                    items.AddRange(ListCodec<ObjectCodec<T>, T>.Read(ref input, "items"));
                    break;
                default:
                    input.Skip();
                    break;
            }
        }
        return new(metadata, items.ToImmutable());
    }

    /// <summary>Writes the list as one JSON value.</summary>
    /// <param name="writer">The writer.</param>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, T.ResourceType.Kind + "List");
        writer.WriteString("apiVersion"u8, T.ResourceType.ApiVersion);
        writer.WritePropertyName("metadata"u8);
        Metadata.Write(writer);
        writer.WriteStartArray("items"u8);
        foreach (var item in Items)
        {
            item.Write(writer);
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
