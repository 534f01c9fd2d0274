using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Schema;

namespace Holdfast.Model.FieldOwnership;

/// <summary>Lays an applied configuration over a live object, by its schema: what the configuration does not mention stays.</summary>
internal static class ConfigurationMerge
{
    /// <summary>The merged object as JSON.</summary>
    /// <param name="live">The object as it is.</param>
    /// <param name="configuration">What is applied.</param>
    /// <param name="type">The type of both.</param>
    internal static byte[] Merge(JsonElement live, JsonElement configuration, TypeSchema type) =>
        ModelJson.ToBytes(writer => Value(writer, live, configuration, new FieldSlot(Shape.Object(() => type), null)));

    private static void Value(Utf8JsonWriter writer, JsonElement live, JsonElement applied, FieldSlot slot)
    {
        if (applied.ValueKind == JsonValueKind.Undefined)
        {
            live.WriteTo(writer);
            return;
        }
        if (!slot.IsGranularBetween(live, applied) || FieldSlot.IsHollow(live) || (FieldSlot.IsHollow(applied) && FieldSlot.IsHollow(live)))
        {
            applied.WriteTo(writer);
            return;
        }
        if (FieldSlot.IsHollow(applied))
        {
            live.WriteTo(writer);
            return;
        }
        if (slot.Shape!.Kind == ShapeKind.List)
        {
            Items(writer, live, applied, slot);
        }
        else
        {
            Members(writer, live, applied, slot);
        }
    }

    private static void Members(Utf8JsonWriter writer, JsonElement live, JsonElement applied, FieldSlot slot)
    {
        writer.WriteStartObject();
        foreach (var member in live.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            _ = applied.TryGetProperty(member.Name, out var over);
            Value(writer, member.Value, over, slot.Member(member.Name));
        }
        foreach (var member in applied.EnumerateObject())
        {
            if (!live.TryGetProperty(member.Name, out _))
            {
                writer.WritePropertyName(member.Name);
                member.Value.WriteTo(writer);
            }
        }
        writer.WriteEndObject();
    }

    // Items come in the order of the configuration; those that only the live list has keep their place among the live ones.
    private static void Items(Utf8JsonWriter writer, JsonElement live, JsonElement applied, FieldSlot slot)
    {
        var before = Keyed(live, slot.Field!);
        var wanted = Keyed(applied, slot.Field!);
        var isWanted = wanted.Select(item => item.Element).ToHashSet(StringComparer.Ordinal);
        var found = before.GroupBy(item => item.Element, StringComparer.Ordinal)
            .Where(group => group.Count() == 1).ToDictionary(group => group.Key, group => group.First().Value, StringComparer.Ordinal);
        var shared = new Queue<string>(wanted.Select(item => item.Element).Where(before.Select(item => item.Element).ToHashSet(StringComparer.Ordinal).Contains));
        var at = 0;
        writer.WriteStartArray();
        foreach (var (element, value) in wanted)
        {
            for (; at < before.Length && before[at].Element != shared.FirstOrDefault(); at++)
            {
                if (!isWanted.Contains(before[at].Element))
                {
                    before[at].Value.WriteTo(writer);
                }
            }
            Value(writer, found.GetValueOrDefault(element), value, slot.Item);
            if (shared.TryPeek(out var next) && next == element)
            {
                _ = shared.Dequeue();
                at += at < before.Length && before[at].Element == element ? 1 : 0;
            }
        }
        foreach (var item in before[at..].Where(item => !isWanted.Contains(item.Element)))
        {
            item.Value.WriteTo(writer);
        }
        writer.WriteEndArray();
    }

    private static ImmutableArray<(string Element, JsonElement Value)> Keyed(JsonElement list, FieldSchema field) =>
        [.. list.EnumerateArray().Select(item => (PathElement.OfItem(item, field) ?? "", item))];
}
