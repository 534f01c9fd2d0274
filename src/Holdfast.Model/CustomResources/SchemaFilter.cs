using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;

namespace Holdfast.Model.CustomResources;

/// <summary>
/// Writes values as their schema wants them, in one pass: members that the schema does not know are left out and noted,
/// nulls that mean nothing are left out, defaults are filled in, and members come in the order of their names.
/// </summary>
/// <param name="issues">Where unknown and repeated members are noted.</param>
/// <param name="fillsDefaults">Whether defaults are filled in.</param>
public sealed class SchemaFilter(DecodeIssues issues, bool fillsDefaults)
{
    /// <summary>Writes the members of a custom object that are not apiVersion, kind and metadata.</summary>
    /// <param name="writer">Where to, inside an object.</param>
    /// <param name="root">The object.</param>
    /// <param name="schema">Its schema.</param>
    public void WriteBody(Utf8JsonWriter writer, JsonElement root, StructuralSchema schema)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(schema);
        WriteMembers(writer, root, schema, isRoot: true);
    }

    /// <summary>Writes a value.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="value">The value.</param>
    /// <param name="schema">Its schema; null where the schema knows nothing, so that nothing stays of objects.</param>
    public void Write(Utf8JsonWriter writer, JsonElement value, StructuralSchema? schema)
    {
        ArgumentNullException.ThrowIfNull(writer);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                WriteMembers(writer, value, schema, isRoot: false);
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                WriteItems(writer, value, schema);
                break;
            default:
                WriteSimple(writer, value);
                break;
        }
    }

    /// <summary>Writes a value as it is, but for repeated members and their order.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="value">The value.</param>
    public void WriteWhole(Utf8JsonWriter writer, JsonElement value)
    {
        ArgumentNullException.ThrowIfNull(writer);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var (name, member) in Sorted(value))
                {
                    issues.Enter(name);
                    writer.WritePropertyName(name);
                    WriteWhole(writer, member);
                    issues.Leave();
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                var index = 0;
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    issues.Enter(index++);
                    WriteWhole(writer, item);
                    issues.Leave();
                }
                writer.WriteEndArray();
                break;
            default:
                WriteSimple(writer, value);
                break;
        }
    }

    // Clients read numbers as floating point ones: what is none of those would keep them from reading any list that holds it.
    private static void WriteSimple(Utf8JsonWriter writer, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && !double.IsFinite(value.GetDouble()))
        {
            throw new ModelDecodeException($"json: cannot unmarshal number {value.GetRawText()} into Go value of type float64");
        }
        value.WriteTo(writer);
    }

    private void WriteItems(Utf8JsonWriter writer, JsonElement list, StructuralSchema? schema)
    {
        var index = 0;
        writer.WriteStartArray();
        foreach (var item in list.EnumerateArray())
        {
            issues.Enter(index++);
            if (schema is { PreservesUnknownFields: true, Items: null })
            {
                WriteWhole(writer, item);
            }
            else
            {
                Write(writer, item, schema?.Items);
            }
            issues.Leave();
        }
        writer.WriteEndArray();
    }

    private void WriteMembers(Utf8JsonWriter writer, JsonElement value, StructuralSchema? schema, bool isRoot)
    {
        var members = Sorted(value);
        if (fillsDefaults && schema is { HasDefaults: true })
        {
            AddDefaults(members, schema, isRoot);
        }
        foreach (var (name, member) in members)
        {
            if (isRoot && name is ("apiVersion" or "kind" or "metadata"))
            {
                continue;
            }
            issues.Enter(name);
            WriteMember(writer, name, member, schema);
            issues.Leave();
        }
    }

    private void WriteMember(Utf8JsonWriter writer, string name, JsonElement value, StructuralSchema? schema)
    {
        if (schema is { IsEmbeddedResource: true } && name is ("apiVersion" or "kind" or "metadata"))
        {
            WriteEmbedded(writer, name, value);
        }
        else if (schema is not null && schema.Properties.TryGetValue(name, out var property))
        {
            WriteKnown(writer, name, value, property);
        }
        else if (schema is { AllowsAdditionalProperties: true })
        {
            WriteKnown(writer, name, value, schema.AdditionalProperties);
        }
        else if (schema is { PreservesUnknownFields: true })
        {
            writer.WritePropertyName(name);
            WriteWhole(writer, value);
        }
        else
        {
            issues.Leave();
            issues.AddUnknown(name);
            issues.Enter(name);
        }
    }

    private void WriteKnown(Utf8JsonWriter writer, string name, JsonElement value, StructuralSchema? schema)
    {
        if (value.ValueKind == JsonValueKind.Null && schema is { IsNullable: false, Type.Length: > 0 })
        {
            return;
        }
        writer.WritePropertyName(name);
        Write(writer, value, schema);
    }

    // The metadata of an object inside of an object has the same fields as any; what is malformed stays, to be refused.
    private void WriteEmbedded(Utf8JsonWriter writer, string name, JsonElement value)
    {
        writer.WritePropertyName(name);
        if (name != "metadata" || value.ValueKind != JsonValueKind.Object)
        {
            WriteWhole(writer, value);
            return;
        }
        try
        {
            var input = new JsonInput(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(value), issues);
            ObjectMeta.Read(ref input).Write(writer);
        }
        catch (ModelDecodeException)
        {
            WriteWhole(writer, value);
        }
    }

    private static void AddDefaults(SortedDictionary<string, JsonElement> members, StructuralSchema schema, bool isRoot)
    {
        foreach (var name in schema.PropertyNames)
        {
            var property = schema.Properties[name];
            if (property.Default is not { } value || (isRoot && name is ("apiVersion" or "kind" or "metadata")))
            {
                continue;
            }
            if (!members.TryGetValue(name, out var given) || (given.ValueKind == JsonValueKind.Null && !property.IsNullable))
            {
                members[name] = value;
            }
        }
    }

    private SortedDictionary<string, JsonElement> Sorted(JsonElement value)
    {
        var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            if (!members.TryAdd(member.Name, member.Value))
            {
                issues.AddDuplicate(member.Name);
                members[member.Name] = member.Value;
            }
        }
        return members;
    }
}
